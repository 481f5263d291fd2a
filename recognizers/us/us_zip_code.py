"""United States ZIP codes."""

from recognizers.recognizer import Pattern, Recognizer

_STATES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|"
    "Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|"
    "Montana|Nebraska|Nevada|New (?:Hampshire|Jersey|Mexico|York)|(?:North|South) (?:Carolina|Dakota)|Ohio|Oklahoma|"
    "Oregon|Pennsylvania|Rhode Island|Tennessee|Texas|Utah|Vermont|(?:West )?Virginia|Washington|Wisconsin|Wyoming"
)

RECOGNIZER = Recognizer(
    entity="US_ZIP_CODE",
    summary="US ZIP code after the code of its own state, or next to a word like ZIP; only the code is redacted. Safe "
    "Harbor would let the first three digits stand where more than 20,000 people share them; here all five go.",
    source="USPS Domestic Mail Manual 602.1.8 and labelling list L002; 45 CFR 164.514(b)(2)(i)(B)",
    patterns=(
        Pattern(
            name="after state",
            regex=r"[A-Z]{2}(?:, ?| {1,2})(\d{5}(?:-\d{4})?)",
            score=0.6,
            checksum="us_state_zip",
            not_followed_by="A-Za-z0-9ø-",
        ),
        Pattern(
            name="after state name",
            regex=rf"(?:{_STATES}),? (\d{{5}}(?:-\d{{4}})?)",
            score=0.6,
            checksum="us_state_zip",
            not_followed_by="A-Za-z0-9ø-",
        ),
        Pattern(
            name="labelled",
            regex=r"zip(?:[ -]?code)?[\"']?(?: is)?[ :=#\"']{1,4}(\d{5}(?:-\d{4})?)",
            score=0.7,
            ignore_case=True,
            not_followed_by="A-Za-z0-9ø-",
        ),
        Pattern(name="zip+4", regex=r"\d{5}-\d{4}", score=0.4, needs_context=True),
        Pattern(name="five digits", regex=r"\d{5}", score=0.35, needs_context=True, not_followed_by="A-Za-z0-9ø.,%"),
    ),
    context=(
        "zip code", "zipcode", "zip codes", "zip+4", "zip:", 'zip"', "zip'", "zip is", "zip=", "postal code",
        "postalcode", "post code", "postcode", "mailing address",
    ),
    examples=(
        "Springfield, IL «62704»",
        "Beverly Hills, CA «90210-1234», USA",
        "in Columbus, Ohio «43215»",
        "my zip code is «73301»",
        '{"zip": "«02139»"}',
        "Postal code: «10001-0042»",
    ),
    non_examples=(
        "ID 12345 is a user, not of Idaho",
        "CA 12345 is not of California",
        "zip the 12345 files",
        "IN 20000 CASES",
        "Texas 12345 is not of Texas",
        "the year 20241",
    ),
)  # fmt: skip
