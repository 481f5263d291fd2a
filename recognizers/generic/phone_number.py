"""Telephone numbers."""

from recognizers.recognizer import Pattern, Recognizer

_EXTENSION = r"(?: ?(?:x|ext|ext\.|extension) ?\d{1,6})?"

RECOGNIZER = Recognizer(
    entity="PHONE_NUMBER",
    summary="Telephone number with a country code, in North American form, or in a national form next to a word like "
    "phone.",
    source="ITU-T E.164; numbering plans from libphonenumber's metadata",
    patterns=(
        Pattern(
            name="international",
            regex=r"(?:\+|00) ?\(?\d{1,3}\)?(?:[ ().\-/]{0,2}\d){6,13}" + _EXTENSION,
            score=0.9,
            checksum="phone",
            ignore_case=True,
        ),
        Pattern(
            name="north american",
            regex=r"(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}" + _EXTENSION,
            score=0.6,
            ignore_case=True,
        ),
        Pattern(
            name="national",
            regex=r"\(?\d(?:[ ().\-/]{0,2}\d){6,12}",
            score=0.4,
            checksum="phone",
            needs_context=True,
        ),
    ),
    context=(
        "phone", "telephone", "tel", "mobile", "cell", "cellphone", "call", "calling", "dial", "fax", "whatsapp",
        "sms", "text me", "hotline", "landline", "contact number", "phone number", "ring", "reach me", "reach us",
        "telefon", "handy", "téléphone", "teléfono", "telefono",
    ),
    examples=(
        "reach us at «+1 415-555-0132» any time",
        "«+44 7700 900123» is a British mobile",
        "«+49 (0)30 901820» in Berlin",
        "or «(212) 555-0187», «212-555-0187», «212.555.0187»",
        "«+1-903-140-4508x769» has an extension",
        "my phone: «4155550132»",
        "Tel. «030 901820»",
        "«00 49 30 901820» by the old prefix",
        "call «020 7946 0958»",
    ),
    non_examples=(
        "the order 4155550132 was sent",
        "on 2024-05-17 12:30 we met",
        "version 212.555.01 is out",
        "pi is 3.14159265358979",
    ),
)  # fmt: skip
