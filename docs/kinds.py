"""The kinds of personal data that `pii-leak-benchmark` lists, and by which recognizer each is found, or why not.

Its registry was made from law and standards, not from any product: what stands here as not found is not found.
"""

from __future__ import annotations

from dataclasses import dataclass

from pii_leak_benchmark.entity_registry import ENTITIES


@dataclass(frozen=True, slots=True)
class Answer:
    """How a kind is found.

    Args:
        entities: by these recognizers; none when it is not found by its form.
        sentence: in which the registry's specimen is found with the preset `default`; `{}` is its place.
        remark: what else there is to say, or why not.
    """

    entities: tuple[str, ...] = ()
    sentence: str = "it is {} here"
    remark: str = ""


def _by(*entities: str, near: str = "it is", remark: str = "") -> Answer:
    return Answer(entities, f"{near} {{}} here", remark)


def _not(remark: str) -> Answer:
    return Answer(remark=remark)


_NAMES = "No form: found by tier 3."
KINDS: dict[str, Answer] = {
    "NAME": _not(_NAMES),
    "EMAIL": _by("EMAIL_ADDRESS"),
    "IPV4": _by("IP_ADDRESS"),
    "IPV6": _by("IP_ADDRESS"),
    "MAC": _by("MAC_ADDRESS"),
    "URL": _by("URL", near="my website is", remark="Everywhere with `strict`."),
    "COOKIE": _by("SECRET_HIGH_ENTROPY", remark="The value, when it is random and stands next to its label."),
    "RFIDTAG": _not("No common form; found as `DEVICE_IDENTIFIER` when it is called a serial number."),
    "IMEI": _by("IMEI", near="IMEI"),
    "IMSI": _not("Fifteen digits without a check digit: any number of that length would be one."),
    "CARDPAN": _by("CREDIT_CARD"),
    "CVV": _by("CARD_CVV"),
    "CARDEXP": _by("CARD_EXPIRY", near="exp"),
    "IBAN": _by("IBAN_CODE"),
    "BIC": _by("BIC_CODE"),
    "DOB": _by("DATE_TIME", near="date of birth", remark="Every date with `strict`."),
    "PASSPORT": _by("US_PASSPORT", "UK_PASSPORT", "EU_PASSPORT", "DE_PASSPORT", "NL_PASSPORT"),
    "MRZ": _by("EU_PASSPORT", "EU_ID_CARD", remark="The machine readable zone with its check digits."),
    "VIN": _by("VIN"),
    "PLATE": _by("US_LICENSE_PLATE", "UK_VEHICLE_REGISTRATION", remark="Next to a word like number plate."),
    "DEVSERIAL": _by("DEVICE_IDENTIFIER", remark="Next to a word like serial number."),
    "CRYPTOW": _by("CRYPTO"),
    "GEOCOORD": _by("GEO_COORDINATE"),
    "STREET": _by("STREET_ADDRESS", near="she lives at"),
    "POSTCODE": _by("US_ZIP_CODE", "UK_POSTCODE", "CA_POSTAL_CODE", remark="And in `STREET_ADDRESS` elsewhere."),
    "BIOTMPL": _by("BIOMETRIC_ID", remark="Its number; the template itself is not text."),
    "FACEIMG": _by("PHOTO_REFERENCE", remark="Its file name or number; images are blocked as attachments."),
    "VOICEPR": _by("BIOMETRIC_ID", remark="Its number; audio is blocked as an attachment."),
    "GENETIC": _by("GENETIC_VARIANT", near="genotype"),
    "HEALTHDX": _not("A code of ICD-10 names an illness, not a person; clinical text needs it."),
    "ART9CAT": _not("No form: what somebody believes or is takes a reader."),
    "SSN": _by("US_SSN"),
    "ITIN": _by("US_ITIN"),
    "EIN": _by("US_EIN"),
    "NPI": _by("US_NPI"),
    "DEANUM": _by("MEDICAL_LICENSE"),
    "MRN": _by("US_MEDICAL_RECORD_NUMBER"),
    "MBI": _by("US_MBI"),
    "HPBN": _by("US_HEALTH_PLAN_NUMBER"),
    "USDL": _by("US_DRIVER_LICENSE"),
    "ABART": _by("ABA_ROUTING_NUMBER", near="routing number"),
    "USACCT": _by("US_BANK_NUMBER"),
    "USPHONE": _by("PHONE_NUMBER"),
    "ZIP5": _by("US_ZIP_CODE", near="ZIP"),
    "NINO": _by("UK_NINO"),
    "NHSNUM": _by("UK_NHS", near="NHS number"),
    "UKUTR": _by("UK_UTR"),
    "UKPHONE": _by("PHONE_NUMBER"),
    "UKPOST": _by("UK_POSTCODE"),
    "UKSORT": _by("UK_SORT_CODE", near="sort code"),
    "VATEU": _by("EU_VAT_NUMBER"),
    "DESTID": _by("DE_TAX_ID"),
    "FRNIR": _by("FR_NIR"),
    "ESDNI": _by("ES_NIF", "ES_NIE"),
    "ITCF": _by("IT_FISCAL_CODE"),
    "PLPESEL": _by("PL_PESEL"),
    "NLBSN": _by("NL_BSN"),
    "AADHAAR": _by("IN_AADHAAR"),
    "INVID": _by("IN_VOTER"),
    "INPAN": _by("IN_PAN"),
    "INGSTIN": _by("IN_GSTIN"),
    "INPHONE": _by("PHONE_NUMBER"),
    "CASIN": _by("CA_SIN"),
    "CAPOST": _by("CA_POSTAL_CODE", near="postal code"),
    "CAHCN": _by("CA_HEALTH_CARD"),
    "AUTFN": _by("AU_TFN"),
    "AUMCARE": _by("AU_MEDICARE"),
    "AUABN": _by("AU_ABN"),
    "AUPHONE": _by("PHONE_NUMBER"),
    "SGNRIC": _by("SG_NRIC_FIN"),
    "SGUEN": _by("SG_UEN"),
    "SGPHONE": _by("PHONE_NUMBER"),
}


def section() -> list[str]:
    """Lines of the reference page: all kinds of the registry, in its order."""
    rows = ["", "## The kinds of pii-leak-benchmark", ""]
    intro = (
        f"Its registry has {len(ENTITIES)} kinds, made from law and standards. Where it gives a specimen that can be "
        "nobody's, a test finds it in the sentence shown with the preset `default`."
    )
    rows += [
        intro,
        "",
        "| kind | in the registry | found by | specimen found | remark |",
        "|---|---|---|---|---|",
    ]
    for kind in ENTITIES:
        answer = KINDS[kind["id"]]
        found = ", ".join(f"`{entity}`" for entity in answer.entities) or "not by its form"
        is_shown = kind["disposition"] == "generatable" and answer.entities
        specimen = f"`{answer.sentence.format(kind['synthetic'])}`" if is_shown else ""
        rows.append(f"| {kind['id']} | {kind['disposition']} | {found} | {specimen} | {answer.remark} |")
    return rows
