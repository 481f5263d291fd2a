"""Identifiers and serial numbers of devices."""

from recognizers.recognizer import Pattern, Recognizer

_DATE = r"\(1[1-7]\)\d{6}"
_LOT = r"\((?:10|21)\)[A-Za-z0-9./+_-]{1,20}"

RECOGNIZER = Recognizer(
    entity="DEVICE_IDENTIFIER",
    summary="Unique device identifier of a medical device in GS1 form, a trade item number next to a word like UDI, or "
    "a device's serial number next to a word like serial number.",
    source="21 CFR 830.20 and 801.40; GS1 General Specifications 3.2, 7.9; 45 CFR 164.514(b)(2)(i)(M); serial numbers: "
    "common form",
    patterns=(
        Pattern(
            name="gs1",
            regex=rf"\(01\) ?\d{{14}}(?:{_DATE}|{_LOT}){{0,3}}",
            score=0.85,
            checksum="gtin",
            not_preceded_by="",
        ),
        Pattern(
            name="gs1 serial",
            regex=rf"(?:{_DATE}|\(10\)[A-Za-z0-9./+_-]{{1,20}})\(21\)[A-Za-z0-9./+_-]{{1,20}}",
            score=0.7,
            not_preceded_by="",
        ),
        Pattern(name="gtin", regex=r"\d{12,14}", score=0.5, checksum="gtin", needs_context=True),
        Pattern(name="serial, letters first", regex=r"[A-Z]{1,4}-?\d[A-Z0-9-]{4,15}", score=0.35, needs_context=True),
        Pattern(name="serial, digits first", regex=r"\d{2}[A-Z0-9-]{4,15}", score=0.35, needs_context=True),
    ),
    context=(
        "udi", "udi-di", "gtin", "device identifier", "device id", "device serial", "unique device identifier",
        "serial number", "serial no", "serial #", "serial#", "s/n", "sn:", "pump serial", "lot number of the device",
        "device number", "implant serial", "implant serial number", "serial id", "pacemaker serial", "device sn",
    ),
    examples=(
        "label «(01)00844588003288(17)141120(10)7654321D(21)10987654d433»",
        "UDI «(01)10614141123459»",
        "pacemaker, serial no. «PJN482913S»",
        "GTIN «00381739004126»",
        "S/N «4471-A92-0031»",
    ),
    non_examples=(
        "(01)00844588003287 fails the check",
        "(01) is the first item",
        "box PJN482913S",
        "serial number of episodes: 12",
    ),
)  # fmt: skip
