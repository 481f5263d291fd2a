"""References to biometric records."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="BIOMETRIC_ID",
    summary="Number of a stored fingerprint, voiceprint, retina, iris or face template, next to a word that says so. "
    "The template itself is not text.",
    source="45 CFR 164.514(b)(2)(i)(P); GDPR article 4(14); common form: up to eight letters and four or more digits",
    patterns=(
        Pattern(
            name="letters and digits",
            regex=r"[A-Z]{1,8}(?:[-_][A-Z]{1,4})?[-_]?\d{4,16}",
            score=0.4,
            needs_context=True,
        ),
        Pattern(
            name="groups",
            regex=r"[A-Z]{2,8}(?:[-_][A-Z0-9]{1,8}){1,3}[-_]\d{2,10}",
            score=0.4,
            needs_context=True,
        ),
        Pattern(name="digits", regex=r"\d{6,16}", score=0.35, needs_context=True),
    ),
    context=(
        "biometric", "biometric id", "biometric template", "fingerprint id", "fingerprint record",
        "fingerprint template", "fingerprint scan", "finger print id", "voiceprint", "voice print", "voiceprint id",
        "retina scan", "retinal scan", "retina template", "retina id", "iris scan", "iris template", "iris code",
        "face template", "facial template", "faceprint", "face id template", "palm print", "palm vein",
        "hand geometry", "afis",
    ),
    examples=(
        "fingerprint template «FP-20481937»",
        "voiceprint id: «VP_448291»",
        "retina scan «88201937»",
        "Biometric ID «BIO-A7-0042817»",
    ),
    non_examples=(
        "the certificate's fingerprint FP-20481937",
        "part FP-20481937",
        "a retina display of 2880 dots",
        "iris of 12 flowers",
    ),
)  # fmt: skip
