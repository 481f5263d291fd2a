"""age keys."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="SECRET_AGE_KEY",
    summary="Secret key of the age file encryption tool.",
    source="C2SP, age specification (Bech32 identity AGE-SECRET-KEY-1)",
    patterns=(
        Pattern(name="identity", regex=r"AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{58}", score=1.0, ignore_case=True),
    ),
    examples=(
        "«AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX»",
        "# key\n«AGE-SECRET-KEY-1QL3Z7HJY54PW3HYWW5AYYFG7ZQGVC7W3J2ELW8ZMRJ2KG5SFN9AQ04HWCE»",
        "id «age-secret-key-1gfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpyysjzgfpq4egaex»",
    ),
    non_examples=(
        "AGE-SECRET-KEY-1 is the head",
        "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p is public",
        "AGE-SECRET-KEY-1SHORT",
    ),
)
