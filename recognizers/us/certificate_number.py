"""Certificate and licence numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="CERTIFICATE_NUMBER",
    summary="Number of a certificate, licence or permit (birth, death, marriage, naturalization, professional), next "
    "to a word that says so.",
    source="45 CFR 164.514(b)(2)(i)(K); common form: up to six letters, four to twelve digits, groups with hyphens",
    patterns=(
        Pattern(
            name="letters and digits",
            regex=r"[A-Z]{1,6}[ .-]?\d{4,12}(?:[-/]\d{1,8})?[A-Z]?",
            score=0.3,
            needs_context=True,
        ),
        Pattern(name="digits", regex=r"\d{5,12}(?:[-/]\d{1,8}){0,2}", score=0.3, needs_context=True),
        Pattern(
            name="groups",
            regex=r"\d{2,4}[-/](?:[A-Z0-9]{1,4}[-/])?\d{4,9}|\d{2,4}[-/][A-Z0-9]{1,4}[-/]\d{3}",
            score=0.3,
            needs_context=True,
        ),
    ),
    context=(
        "certificate number", "certificate no", "certificate #", "certificate id", "cert number", "cert no", "cert #",
        "license number", "license no", "license #", "licence number", "licence no", "lic no", "lic #", "lic#",
        "permit number", "permit no", "birth certificate", "death certificate", "marriage certificate",
        "naturalization certificate", "certificate of naturalization", "certificate of citizenship",
        "professional license", "medical license", "nursing license", "bar number", "registration certificate",
    ),
    examples=(
        "birth certificate «151-1987-004213»",
        "Certificate of Naturalization no. «C30418276»",
        "nursing license «RN 482913», issued in Ohio",
        "License number: «20481937»",
    ),
    non_examples=(
        "the certificate expired in 2024",
        "license version 3",
        "part RN 482913",
        "a certificate for 12 people",
    ),
)  # fmt: skip
