"""Medical record numbers."""

from recognizers.recognizer import Pattern, Recognizer


def _form(name: str, regex: str, score: float = 0.35) -> Pattern:
    return Pattern(name=name, regex=regex, score=score, needs_context=True)


RECOGNIZER = Recognizer(
    entity="US_MEDICAL_RECORD_NUMBER",
    summary="Medical record, chart, encounter or patient number in a form of US record systems, next to a word like "
    "MRN. Numbers of the VA, of HL7 messages and with the prefix MRN are known by their form.",
    source="45 CFR 164.514(b)(2)(i)(H). VA ICN: VHA Directive 1906 (ten digits, V, six digits); EDIPI: DoDI 1000.30 "
    "(ten digits, the DoD ID number); HL7: v2.5 section 3.4.2.3 (PID-3, type CX) and table 0203. No public source "
    "states the forms of Epic, Cerner, Meditech, Allscripts, athenahealth, eClinicalWorks, NextGen, Kaiser Permanente, "
    "Mayo Clinic or the Indian Health Service: common forms, so with a context word only",
    patterns=(
        Pattern(name="VA ICN", regex=r"\d{10}V\d{6}", score=0.9),
        Pattern(
            name="HL7 CX",
            regex=r"([A-Z]{0,4}\d{4,14})\^{3}[A-Za-z0-9&._-]{1,20}\^(?:MR|PI|PT|MRN|AN|VN)",
            score=0.9,
        ),
        Pattern(name="MRN prefix", regex=r"MRN[-_#]?(?:[A-Z]{1,3})?\d{5,12}", score=0.7),
        _form("EDIPI, DoD ID, athenahealth enterprise (10 digits)", r"\d{10}"),
        Pattern(
            name="IHS chart, Allscripts (4 to 6 digits after the label)",
            regex=r"(?:mrn?|chart|hrn|ur|empi|chi|medical record|hospital|patient)"
            r"(?: (?:no\.?|number|id))?[\"']?[ \t]{0,2}[:#=]{0,2}[ \t]{0,2}"
            r"[\"']?(\d{4,6})",
            score=0.75,
            ignore_case=True,
        ),
        _form("Epic, Cerner, NextGen, Kaiser (7 to 9 digits)", r"\d{7,9}", 0.4),
        _form("Epic CSN and HAR, Cerner FIN, Kaiser with zeros (11 to 13 digits)", r"\d{11,13}"),
        _form("Epic with letter", r"[EZ]\d{5,9}", 0.4),
        _form("Meditech unit and account (letters, zeros, digits)", r"[A-Z]{1,2}0\d{5,10}", 0.4),
        _form("facility letters (Cerner, eClinicalWorks)", r"[A-Z]{2,5}[-_]?\d{4,10}|[A-Z]-\d{4,10}|[A-Z]\d{6,10}"),
        _form("athenahealth (practice and patient)", r"\d{3,6}[.-]\d{4,9}"),
        _form("terminal digit filing", r"\d{2}-\d{2}-\d{2}(?:-\d{2})?", 0.4),
        _form("groups of three (Kaiser, Cerner)", r"\d{3,4}[- ]\d{3}[- ]?\d{2,4}"),
        _form("Mayo Clinic", r"\d{1,2}-\d{3}-\d{3}", 0.4),
        _form(
            "year and number (laboratory accession)",
            r"[A-Z]{1,3}\d{2}-\d{4,8}|[A-Z]{1,2}-\d{2,4}-\d{4,8}|\d{2}-[A-Z]{1,3}-\d{4,8}",
        ),
        _form("check letter", r"\d{6,9}-?[A-Z]"),
    ),
    context=(
        "mrn", "mrn#", "mrn #", "mr#", "mr #", "mr no", "medical record", "medical record number",
        "medical record no", "med rec", "med rec no", "medical rec no", "medical record #", "health record number",
        "hrn", "chart number", "chart no", "chart #", "chart id", "patient id", "patient number", "patient no",
        "patient #", "patient mrn", "patient identifier", "pt id", "encounter number", "encounter id", "encounter #",
        "csn", "contact serial number", "visit number", "visit id", "fin number", "fin:", "fin #",
        "hospital account", "har number", "unit number", "epic id", "epic mrn", "cerner", "meditech", "allscripts",
        "athenahealth", "eclinicalworks", "nextgen", "edipi", "dod id", "dod id number", "accession number",
        "accession #", "hospital number", "hospital id", "hospital no", "mayo clinic", "clinic number",
        "enterprise id", "empi", "mpi", "ur number", "chi number", "emr number", "emr id", "ehr id",
        "case number", "specimen number", "unit no",
    ),
    examples=(
        "MRN: «00482913»",
        "Chart #«48291» of the clinic",
        "VA patient «1012845907V104817» seen",
        "medical record number «E1048273», chart number «48-29-13»",
        "PID|1||«0048291»^^^EPIC^MR||DOE^JANE",
        "EDIPI «1284590731»",
        "hospital account «V00012345678» in Meditech",
        "patient id «204-881-93»",
        "Mayo chart number «3-482-913»",
        "encounter number «100482913775»",
        "file «MRN-0048291»",
    ),
    non_examples=(
        "the record of 1048273 visitors",
        "MRN is short for medical record number",
        "1012845907W104817",
        "a patient of 42 years",
    ),
)  # fmt: skip
