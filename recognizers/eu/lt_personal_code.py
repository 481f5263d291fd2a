"""Personal codes of Lithuania."""

from recognizers.recognizer import WORD_CHARS, Pattern, Recognizer

RECOGNIZER = Recognizer(
    entity="LT_PERSONAL_CODE",
    summary="Lithuanian personal code (asmens kodas), eleven digits: sex and century, birth date, serial, check digit.",
    source="Population Register Law of Lithuania, article 8",
    patterns=(
        Pattern(
            name="plain",
            regex=r"[3-6]\d{2}[01]\d[0-3]\d{5}",
            score=0.35,
            checksum="stdnum.lt.asmens",
            not_preceded_by=WORD_CHARS + "./-",
        ),
        Pattern(
            name="without birth date",
            regex=r"9\d{10}",
            score=0.3,
            checksum="stdnum.lt.asmens",
            needs_context=True,
        ),
    ),
    context=(
        "asmens kodas", "asmens kodo", "asmens kodai", "a.k.", "lithuanian personal code",
        "lithuanian id", "personal code",
    ),
    examples=("asmens kodas «33309250088»", "asmens kodas: «48001011236»", "a.k. «60102034562»"),
    non_examples=("asmens kodas 33309250080", "asmens kodas 33309350087", "0.33309250088"),
)  # fmt: skip
