"""Context words, on both sides, whole, within a distance, in any script."""

from __future__ import annotations

import pytest

from recognizers.context import LABEL, NEAR, NO_CONTEXT, OTHER_LABEL, compile_context, has_context
from recognizers.pipeline import Pipeline
from recognizers.recognizer import CONTEXT_WINDOW_CHARS, Pattern, Recognizer

NINE = Recognizer("NINE", "", "", (Pattern("nine", r"\d{9}", 0.4, needs_context=True),), context=("ssn", "sin"))


@pytest.mark.parametrize(
    ("word", "text", "found"),
    [
        ("ssn", "my SSN is ", LABEL),
        ("ssn", "SSNs: ", LABEL),
        ("ssn", "SSN (number) = ", NEAR),
        ("ssn", '"ssn_number": "', LABEL),
        ("ssn", "the SSN, as we all know by now, ", NEAR),
        ("ssn", "lessns ", NO_CONTEXT),
        ("ssn", "éssn ", NO_CONTEXT),
        ("social security", "Social-Security ", LABEL),
        ("social security", "socialsecurity ", LABEL),
        ("ssn", "ssn" + "." * (CONTEXT_WINDOW_CHARS - 3), NEAR),
        ("ssn", "ssn" + "." * (CONTEXT_WINDOW_CHARS - 2), NO_CONTEXT),
        ("ssn", "ssn" + "." * CONTEXT_WINDOW_CHARS, NO_CONTEXT),
        ("ssn", "xssn" + "." * (CONTEXT_WINDOW_CHARS - 3), NO_CONTEXT),
        ("ssn", "", NO_CONTEXT),
        ("call", "call me about order ", OTHER_LABEL),
        ("call", "call about order no. ", OTHER_LABEL),
        ("call", "in section ", OTHER_LABEL),
        ("call", "your order: call ", LABEL),
        ("order number", "order number: ", LABEL),
        ("инн", "ИНН: ", LABEL),
        ("инн", "длинный: ", NO_CONTEXT),
        ("инн", "три: ", NO_CONTEXT),
        ("αφμ", "ο ΑΦΜ είναι ", NEAR),
        ("αφμ", "σαφμα ", NO_CONTEXT),
        ("αριθμός", "ΑΡΙΘΜΟΣ ", LABEL),
        ("身份证", "我的身份证号码是", NEAR),
        ("身份证", "我的电话号码是", NO_CONTEXT),
        ("téléphone", "TELEPHONE : ", LABEL),
    ],
)
def test_words_before(word: str, text: str, found: int) -> None:
    context = compile_context((word,))
    assert context is not None
    assert has_context(context, text, len(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("536228726 is my SSN.", True),
        ("536228726 (SSN)", True),
        ("536228726 was his old ssn", True),
        ("536228726 is the patient's SSN", True),
        ("536228726, as your SSN", True),
        ("536228726 is my lesson", False),
        ("536228726 is my ssnx", False),
        ("536228726 and then my SSN", False),
        ("536228726 SSN", False),
        ("536228726", False),
    ],
)
def test_words_after(text: str, found: bool) -> None:
    assert bool(Pipeline([NINE]).find_all(text)) is found


def test_no_words_no_context() -> None:
    assert compile_context(()) is None


def test_a_label_makes_a_match_more_specific_than_a_word_further_away() -> None:
    far = Recognizer("FAR", "", "", (Pattern("nine", r"\d{9}", 0.4, needs_context=True),), context=("mrn",))
    spans = Pipeline([NINE, far]).find_all("the MRN, then the SSN: 536228726")
    assert {span.entity for span in spans} == {"NINE", "FAR"}
    assert max(spans, key=lambda span: span.specificity).entity == "NINE"


def test_a_pattern_that_matches_fewer_texts_is_more_specific() -> None:
    kinds = [
        Pattern("digits", r"\d{9}", 0.5),
        Pattern("any length", r"\d{6,12}", 0.5),
        Pattern("any", "[A-Z0-9]{9}", 0.5),
    ]
    spans = Pipeline([Recognizer("X", "", "", tuple(kinds))]).find_all("536228726")
    ordered = sorted(spans, key=lambda span: -span.specificity)
    assert [span.recognizer for span in ordered] == ["X/digits", "X/any length", "X/any"]
