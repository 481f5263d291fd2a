"""Health plan member numbers."""

from recognizers.recognizer import Pattern, Recognizer


def _form(name: str, regex: str, score: float = 0.4) -> Pattern:
    return Pattern(name=name, regex=regex, score=score, needs_context=True)


def _label(name: str, regex: str) -> Pattern:
    return Pattern(name=name, regex=regex, score=0.8, ignore_case=True)


_SUFFIX = r"(?:[ -]?\d{2})?"
_IS = r"[\"']?[ \t]{0,2}(?:[:#=]{1,2}|is|no\.?|number)?[ \t]{0,2}[\"']?"

RECOGNIZER = Recognizer(
    entity="US_HEALTH_PLAN_NUMBER",
    summary="Member, subscriber or group number of a US health plan in the plan's form, next to a word like member id "
    "or the plan's name, and the numbers on a pharmacy card after their labels.",
    source="45 CFR 164.514(b)(2)(i)(I). TRICARE: tricare.mil, 'Showing your ID' (DBN, 9 + 2 digits). Blue plans: BCBS "
    "of Rhode Island and Nebraska, 'BlueCard' (three characters, then 7 to 14; up to 17); Humana: provider newsletter, "
    "autumn 2004 (H + 8, dependant code); pharmacy card: WEDI Health Identification Card guide, NCPDP fields 101-A1, "
    "104-A4, 301-C1, 302-C2. No public source states the others: common forms, with a context word only",
    patterns=(
        _form("Blue Cross Blue Shield", r"[A-Z][A-Z0-9]{2}[A-Z]{0,2}\d{7,14}", 0.45),
        _form("Anthem", r"[A-Z]{3}\d{3}[A-Z]\d{5}", 0.45),
        _form("Federal Employee Program", r"R\d{8}"),
        _form("Aetna", r"W\d{4} ?\d{5}" + _SUFFIX, 0.45),
        _form("Aetna Medicare", r"MEB[A-Z0-9]{1,6}\d{1,4}"),
        _form("Cigna", r"U\d{8}" + _SUFFIX, 0.45),
        _form("Humana", r"H\d{8}" + _SUFFIX, 0.45),
        _form("Centene, Ambetter", r"U\d{10}"),
        _form("Oscar", r"OSC\d{8,10}(?:-\d{2})?", 0.45),
        _form("TRICARE DBN", r"\d{9}-\d{2}", 0.45),
        _form("UnitedHealthcare", r"\d{9}(?: \d{2})?"),
        _form("Kaiser Permanente, WellCare, Molina, Health Net (plain digits)", r"\d{7,14}"),
        _form("letters and digits", r"[A-Z]{1,5}-?\d{5,12}(?:[A-Z]|-\d{1,3})?", 0.35),
        _form("digits and letters", r"\d{5,12}-?[A-Z]{1,3}", 0.35),
        _form("groups", r"\d{3,4}-\d{3,5}-\d{2,5}|[A-Z]{1,4}(?:-\d{2,8}){2,3}", 0.35),
        _label("RxBIN", r"rx ?bin" + _IS + r"(\d{6})"),
        _label("RxPCN", r"(?:rx ?)?pcn[\"']?[ \t]{0,2}[:#=][ \t]{0,2}[\"']?([A-Z0-9]{2,10})"),
        _label("RxGroup", r"rx ?(?:grp|group)" + _IS + r"([A-Z]{0,8}\d[A-Z0-9]{1,14}|[A-Z]{4}\d{0,4})"),
        _label("RxID", r"rx ?id" + _IS + r"([A-Z]{0,4}\d[A-Z0-9]{4,14})"),
        _label(
            "group number",
            r"(?:group (?:no\.?|number|id)|grp ?(?:no\.?|number|#))[\"' \t:=#]{0,4}([A-Z]{0,3}\d{4,10})",
        ),
    ),
    context=(
        "member id", "member number", "member no", "member #", "member identification", "subscriber id",
        "subscriber number", "subscriber no", "subscriber #", "insurance id", "insurance card", "insurance policy",
        "insurance member", "health plan", "health plan id", "plan member", "plan id", "health insurance", "policy id",
        "policy number", "policy no", "policy #", "beneficiary number", "beneficiary id", "enrollee id", "aetna",
        "cigna", "humana", "unitedhealthcare", "united healthcare", "uhc", "blue cross", "blue shield", "bluecross",
        "bcbs", "anthem", "kaiser permanente", "molina", "centene", "ambetter", "wellcare", "oscar health",
        "health net", "tricare", "dbn", "dod benefits number", "benefits number", "caremark", "express scripts",
        "optumrx", "sponsor id", "rx bin", "rx pcn", "rx grp", "rx group",
    ),
    examples=(
        "member ID «XYZ123456789» of Blue Cross",
        "Aetna «W123456789», Cigna «U12345678 01»",
        "Humana member id «H12345678-02»",
        "DoD benefits number «482913775-01»",
        "UnitedHealthcare subscriber id «948271635»",
        "Anthem: «JQU123M45678»",
        "RxBIN: «610591» RxPCN: «ADV» RxGrp: «RX8827»",
        "Group number: «0048291»",
        "policy number «ABC-4471920»",
    ),
    non_examples=(
        "the member was there in 2023",
        "part W123456789",
        "the group numbers 12 people",
        "health plan for 2024",
    ),
)  # fmt: skip
