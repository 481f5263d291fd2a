"""Telephone numbers."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

_EXTENSION = r"(?: ?(?:x|ext|ext\.|extension) ?\d{1,6})?"
_GROUPS = r"\(?\d{1,5}\)?(?:[ .\-/]{1,2}\d)?(?:[ ().\-/]{1,2}\d{2,9}){1,5}"
"""A single digit stands in the first two groups only: a row of them is no number, and would cost a check at each."""

RECOGNIZER = Recognizer(
    entity="PHONE_NUMBER",
    summary="Telephone number with a country code, in North American form, or in a national form next to a word like "
    "phone.",
    source="ITU-T E.164; numbering plans from libphonenumber's metadata",
    patterns=(
        Pattern(
            name="international",
            regex=r"(?:\(?\+|00) ?\(?\d{1,3}\)?(?:[ ().\-/]{0,2}\d){6,13}" + _EXTENSION,
            score=0.9,
            checksum="phone",
            ignore_case=True,
        ),
        Pattern(
            name="north american",
            regex=r"(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}" + _EXTENSION,
            score=0.6,
            ignore_case=True,
            can_be_other=True,
        ),
        Pattern(
            name="groups",
            regex=_GROUPS + _EXTENSION,
            score=0.35,
            checksum="phone_groups",
            ignore_case=True,
            not_preceded_by=WORD_CHARS + ".",
            can_be_other=True,
        ),
        Pattern(
            name="labelled behind",
            regex=rf"((?:{_GROUPS}|\d{{7,13}}){_EXTENSION})(?: ?[(\[,-] ?| )"
            r"(?:office|fax|mobile|cell|home|work|direct|landline|tel|phone)",
            score=0.75,
            checksum="phone_labelled",
            ignore_case=True,
        ),
        Pattern(
            name="labelled",
            regex=r"(?:phone|telephone|tel|mobile|cell|fax|call|dial|whatsapp)(?: (?:number|no\.?|nr\.?))?(?: is| at)?"
            r"[ :=#.\"']{1,4}(\d{7,13})",
            score=0.7,
            ignore_case=True,
        ),
        Pattern(
            name="national",
            regex=r"\(?\d(?:[ ().\-/]{0,2}\d){6,12}",
            score=0.4,
            checksum="phone",
            needs_context=True,
            not_preceded_by=WORD_CHARS + ".",
        ),
    ),
    context=(
        "phone", "phone number", "telephone", "telephone number", "tel", "mobile", "mobile number", "cell", "cellphone",
        "cell phone", "cell number", "call", "calling", "dial", "fax", "fax number", "whatsapp", "sms", "text me",
        "hotline", "landline", "contact number", "office number", "work number", "home number", "my number",
        "his number", "her number", "their number", "answering at", "ring", "reach me", "reach us", "reach you",
        "telefon", "telefonnummer", "handy", "mobil", "telefoon", "mobiel", "téléphone", "portable", "teléfono",
        "movil", "celular", "telefono", "cellulare", "telefone", "telemovel", "puhelin", "тел", "телефон", "τηλ",
        "τηλέφωνο", "电话", "手机", "電話", "携帯", "전화",
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
        "«06-24312407» is my phone number",
        "they are at «089 72 63 41» office and «166-684-7899» fax",
        "dial «14545807302»",
        "телефон «8 481 454 2124»",
    ),
    non_examples=(
        "the order 4155550132 was sent",
        "on 2024-05-17 12:30 we met",
        "version 212.555.01 is out",
        "pi is 3.14159265358979",
        "call me about order 41555501",
        "the phone of 1939-1945, the call of 2024-05-17",
        "call it 12.3456789 or 1 234 567",
    ),
)  # fmt: skip
