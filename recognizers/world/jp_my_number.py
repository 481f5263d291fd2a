"""Japanese individual numbers."""

from recognizers.recognizer import Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="JP_MY_NUMBER",
    summary="Japanese Individual Number (My Number): twelve digits with a check digit, in context.",
    source="My Number Act (Act 27 of 2013); Ordinance of MIC 85 of 2014 art. 5 (check digit)",
    patterns=(
        Pattern(
            name="number", regex=r"\d{4}[ -]?\d{4}[ -]?\d{4}", score=0.55, checksum="stdnum.jp.in_", needs_context=True
        ),
    ),
    context=("my number", "mynumber", "individual number", "kojin bango", "my number card", "マイナンバー", "個人番号"),
    examples=(
        "My Number «6183 4677 9962»",
        "individual number: «551826850058»",
        "mynumber card «5042-5690-5505»",
    ),
    non_examples=(
        "My Number 6183 4677 9963 fails",
        "the order 551826850058",
        "my number is up",
    ),
)
