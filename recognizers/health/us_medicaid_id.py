"""State Medicaid numbers."""

from recognizers.recognizer import Pattern, Recognizer


def _form(name: str, regex: str, score: float = 0.4) -> Pattern:
    return Pattern(name=name, regex=regex, score=score, needs_context=True)


RECOGNIZER = Recognizer(
    entity="US_MEDICAID_ID",
    summary="Number of a Medicaid member in the form of the state, next to a word like Medicaid or the programme's "
    "name. California's card number and Washington's client number are known by their form.",
    source="45 CFR 164.514(b)(2)(i)(I). CA: DHCS; Los Angeles County RMD Bulletin NGA 12-041 (9, seven digits, letter "
    "and check digit, Julian date); LA: lamedicaid.com; MA: MassHealth EOM 08-14; MI: michigan.gov, 'The mihealth "
    "card'; MN: DHS (MQG, MQS); NY: NYS DOH pharmacy information (AA11111A); PA: MA Eligibility Handbook 380.2; SD: "
    "DSS, medical benefits card. The other states: common forms, so with a context word only",
    patterns=(
        Pattern(name="CA BIC", regex=r"9\d{7}[AC-HMNT-Z]\d ?\d[0-3]\d{2}", score=0.6),
        Pattern(name="WA ProviderOne", regex=r"\d{9}WA", score=0.6),
        Pattern(
            name="CA CIN after its label",
            regex=r"Medi-Cal(?: (?:ID|CIN|BIC|card|number|no\.?|#)){0,2}[:# ]{1,3}(9\d{7}[AC-HMNT-Z]\d?)",
            score=0.85,
        ),
        _form("CA CIN", r"9\d{7}[AC-HMNT-Z]\d?"),
        _form("NY CIN", r"[A-Z]{2}\d{5}[A-Z]", 0.45),
        _form("AZ AHCCCS", r"A\d{8}", 0.45),
        _form("NC", r"\d{9}[A-Z]", 0.45),
        _form("IA", r"\d{7}[A-Z]"),
        _form("ME", r"\d{8}A"),
        _form("CO", r"[A-Z]\d{6}"),
        _form("OK", r"B\d{8}"),
        _form("OR", r"[A-Z]{2}\d{3}[A-Z]\d[A-Z]"),
        _form("MN", r"MQ[GS]9?\d{9}|MQ[GS]9\d{9}"),
        _form("PR and VI (letters and digits)", r"[A-Z]{2,3}-?\d{7,11}", 0.35),
        _form("8 digits (MI MN MO DC)", r"\d{8}"),
        _form("9 digits (TX IL SD CT MS)", r"\d{9}"),
        _form("10 digits (FL PA WI KY SC UT AK)", r"\d{10}"),
        _form("11 digits (MD TN KS NV NE WV)", r"\d{11}"),
        _form("12 digits (GA IN MA NJ OH VA)", r"\d{12}"),
        _form("13 digits (AL LA)", r"\d{13}"),
        _form("groups", r"\d{2,4}-\d{3,6}-\d{2,5}(?:-\d{1,3})?"),
    ),
    context=(
        "medicaid", "medicaid id", "medicaid number", "medicaid no", "medicaid #", "medi-cal id", "medi-cal card",
        "medi-cal number", "medical assistance id", "bic id", "bic number", "client identification number",
        "client index number", "cin number", "cin#", "cin #", "recipient id", "recipient number",
        "recipient identification number", "rin", "ahcccs", "masshealth", "tenncare", "apple health", "providerone",
        "badgercare", "forwardhealth", "mihealth", "soonercare", "husky", "familycare", "healthchoices",
        "pa access card", "peachcare", "mainecare", "dc healthy families", "mhcp", "health first colorado",
        "oregon health plan", "denali care", "quest integration",
    ),
    examples=(
        "NY Medicaid «AB12345C»",
        "Medi-Cal card «91234567A29180»",
        "AHCCCS id «A12345678»",
        "client «482913775WA» of ProviderOne",
        "MassHealth id «100482913775»",
        "Texas Medicaid number «518274093»",
        "NC Medicaid «948271635K»",
        "Louisiana Medicaid «7001234567891»",
    ),
    non_examples=(
        "grid AB12345C",
        "Medicaid covers 12 states",
        "client 482913775WB",
        "Medicaid since 1965",
    ),
)  # fmt: skip
