"""Canadian postal codes."""

from recognizers.recognizer import Pattern, Recognizer

_LETTER = "[A-CEGHJ-NPR-TV-Z]"

RECOGNIZER = Recognizer(
    entity="CA_POSTAL_CODE",
    summary="Canadian postal code: letter, digit, letter, space, digit, letter, digit; without the space in context.",
    source="Canada Post, Addressing Guidelines, 'Postal codes' (no D, F, I, O, Q, U)",
    patterns=(
        Pattern(name="spaced", regex=rf"{_LETTER}\d{_LETTER} \d{_LETTER}\d", score=0.4),
        Pattern(
            name="plain",
            regex=rf"{_LETTER}\d{_LETTER}[ -]?\d{_LETTER}\d",
            score=0.4,
            needs_context=True,
            ignore_case=True,
        ),
    ),
    context=("postal code", "postcode", "code postal", "canada", "ontario", "quebec", "address", "mailing address"),
    examples=("postal code «K1A 0T6»", "Ottawa, Ontario «K1A 0A9»", "code postal : «h2y1c6»", "postal code «Z0Z 0Z0»"),
    non_examples=("K1A0T6 alone", "postal code D1A 0T6", "postal code K1A 0TT"),
)
