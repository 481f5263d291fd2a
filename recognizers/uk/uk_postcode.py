"""Postcodes of the United Kingdom."""

from recognizers.recognizer import Pattern, Recognizer

_AREA = (
    "(?:A[BL]|B[ABDHLNRST]?|C[ABFHMORTVW]|D[ADEGHLNTY]|E[CHNX]?|F[KY]|G[LUY]?|H[ADGPRSUX]|I[GMPV]|JE|K[ATWY]|L[ADELNSU]?"
    "|M[EKL]?|N[EGNPRW]?|O[LX]|P[AEHLOR]|R[GHM]|S[AEGKLMNOPRSTWY]?|T[ADFNQRSW]|UB|W[ACDFNRSV]?|YO|Z[EZ])"
)
_DISTRICT = r"\d[0-9A-HJKMNPR-Y]?"
_INWARD = r"\d[ABD-HJLNP-UW-Z]{2}"

RECOGNIZER = Recognizer(
    entity="UK_POSTCODE",
    summary="UK postcode of an area that exists (or ZZ, the NHS's pseudo area): with its space anywhere, without it "
    "next to a word like postcode.",
    source="Royal Mail, PAF Programmers' Guide (formats); ONS Postcode Directory (areas, ZZ99 pseudo postcodes)",
    patterns=(
        Pattern(name="with space", regex=f"{_AREA}{_DISTRICT} {_INWARD}", score=0.6),
        Pattern(
            name="in context",
            regex=f"{_AREA}{_DISTRICT} ?{_INWARD}",
            score=0.3,
            needs_context=True,
            ignore_case=True,
        ),
        Pattern(name="girobank", regex="GIR 0AA", score=0.6),
    ),
    context=(
        "postcode",
        "postal code",
        "zip",
        "zip code",
        "address",
        "lives at",
        "live at",
        "living at",
        "resident of",
    ),
    examples=(
        "to «SW1A 1AA» by post",
        "London «E1 6AN», Leeds «LS1 4AP»",
        "Postcode: «M11AE»",
        "my postcode is «sw1a 1aa»",
        "the pseudo postcode «ZZ99 9ZZ»",
    ),
    non_examples=(
        "QX1 1AA is in no area",
        "SW1A 1AC ends in a C",
        "code SW1A1AA without a word",
        "the A1 2nd lane",
    ),
)
