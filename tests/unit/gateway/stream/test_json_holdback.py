"""The JSON hold-back: valid in, valid out, and no cut of the document shows in what comes out."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.stream.holdback import Scanner
from gateway.stream.json_holdback import BARE_CHARS_MAX, DEPTH_MAX, JsonHoldBack, redact_json
from tests.planted import Sample, few, halves, one_each, small
from tests.playbook import scanner


def run(parts: Iterable[str], *, truncated: bool = False, by: Scanner | None = None) -> str:
    channel = JsonHoldBack(by or small())
    out = "".join(channel.push(part) for part in parts)
    return out + channel.finish(truncated=truncated)


def every_cut(document: str, *, truncated: bool = False, by: Scanner | None = None) -> str:
    """What comes out, which is the same for every cut."""
    answers = {run(parts, truncated=truncated, by=by) for parts in halves(document)}
    assert len(answers) == 1, answers
    answer = answers.pop()
    if not truncated:
        assert redact_json(by or small(), document).text == answer
    return answer


CLEAN = (
    "{}",
    "[]",
    '""',
    "null",
    " \t\r\n{ } \n",
    "[true, false , null,-0, 1.50, -1.5e+3,1E400, 12345678901234567890123]",
    '{"city": "Paris", "days": 3, "units": ["c", "f"], "nested": {"deep": [[{"x": {}}], []]}}',
    '{"a": "quote \\" slash \\/ back \\\\ unicode \\u00e9 \\ud83d\\ude00 newline \\n tab \\t"}',
    '{"a": "\\\\", "b": "\\\\\\"", "c": "\\ud83d alone"}',
    '{"ключ": "значение", "emoji": "😀 ß 漢字"}',
    '{"": "", "a": 1, "A": 2}',
    '{"a":1}{"b":2} [3]',
    "[" * DEPTH_MAX + "]" * DEPTH_MAX,
)


@pytest.mark.parametrize("document", CLEAN)
def test_clean_document_is_byte_identical_at_every_cut(document: str) -> None:
    assert every_cut(document) == document


@pytest.mark.parametrize("document", CLEAN)
@pytest.mark.parametrize("size", [0.3, 0.7])
def test_clean_unfinished_document_is_byte_identical(document: str, size: float) -> None:
    start = document[: int(len(document) * size)]
    assert every_cut(start) == start


VALUES = (
    ('{"a": "jane@example.com"}', '{"a": "[EMAIL_ADDRESS]"}'),
    ('{"jane@example.com": 1}', '{"[EMAIL_ADDRESS]": 1}'),
    ('{"jane@example.com": 1, "bob@example.com": 2}', '{"[EMAIL_ADDRESS]": 1, "[EMAIL_ADDRESS]_2": 2}'),
    ('{"a": {"b": ["x", {"c": "536-22-8726"}]}}', '{"a": {"b": ["x", {"c": "[US_SSN]"}]}}'),
    ('["536-22-8726","536-22-8726"]', '["[US_SSN]","[US_SSN]"]'),
    ('"jane@example.com"', '"[EMAIL_ADDRESS]"'),
    ('{"ssn": 536228726}', '{"ssn": "[US_SSN]"}'),
    ('{"ssn":536228726 ,"b":2}', '{"ssn":"[US_SSN]" ,"b":2}'),
    ('{"ssn": [1, 536228726, {"x": 1}, 536228726]}', '{"ssn": [1, "[US_SSN]", {"x": 1}, "[US_SSN]"]}'),
    ('{"ssn": "no", "x": 536228726}', '{"ssn": "no", "x": 536228726}'),
    ('{"ssn": {"value": 536228726}}', '{"ssn": {"value": 536228726}}'),
    ('{"card": 4111111111111111}', '{"card": "[CREDIT_CARD]"}'),
    ('{"card": -4111111111111111}', '{"card": "-[CREDIT_CARD]"}'),
    ("4111111111111111", '"[CREDIT_CARD]"'),
    ("[4111111111111111\n]", '["[CREDIT_CARD]"\n]'),
    ('{"a": "jane\\u0040example.com"}', '{"a": "[EMAIL_ADDRESS]"}'),
    ('{"a": "536\\u002d22\\u002D8726"}', '{"a": "[US_SSN]"}'),
    ('{"a": "\\u0035\\u0033\\u0036-22-8726"}', '{"a": "[US_SSN]"}'),
    ('{"a": "\\ud835\\udfd3\\ud835\\udfd1\\ud835\\udfd4-22-8726"}', '{"a": "[US_SSN]"}'),
    ('{"a": "SSN:\\n536-22-8726\\tok"}', '{"a": "SSN:\\n[US_SSN]\\tok"}'),
    ('{"a": "\\"536-22-8726\\""}', '{"a": "\\"[US_SSN]\\""}'),
    ('{"a": "x\\/jane@example.com\\/y"}', '{"a": "x\\/[EMAIL_ADDRESS]\\/y"}'),
    ('{"a": "{\\"b\\": \\"jane@example.com\\"}"}', '{"a": "{\\"b\\": \\"[EMAIL_ADDRESS]\\"}"}'),
    ('{"a": "say \\"hi\\" \\\\", "ssn": 536228726}', '{"a": "say \\"hi\\" \\\\", "ssn": "[US_SSN]"}'),
    ('{"jane\\u0040example.com": "x"}', '{"[EMAIL_ADDRESS]": "x"}'),
    ('{"a":1}{"b":"jane\\u0040example.com","ssn":536228726}', '{"a":1}{"b":"[EMAIL_ADDRESS]","ssn":"[US_SSN]"}'),
)


@pytest.mark.parametrize(("document", "expected"), VALUES)
def test_values_at_every_cut(document: str, expected: str) -> None:
    assert every_cut(document) == expected


@pytest.mark.parametrize(("document", "expected"), VALUES)
def test_valid_in_valid_out(document: str, expected: str) -> None:
    decoder = json.JSONDecoder()
    while expected:
        expected = expected[decoder.raw_decode(expected)[1] :].lstrip()


NO_JSON = (
    ("Hello jane@example.com.", "Hello [EMAIL_ADDRESS]."),
    ("{4111 1111 1111 1111}", "{[CREDIT_CARD]}"),
    ("[4111 1111 1111 1111", "[[CREDIT_CARD]"),
    ("[+1 415-555-0132]", "[[PHONE_NUMBER]]"),
    ("[536-22-8726]", "[[US_SSN]]"),
    ("[1, 2} 536-22-8726", "[1, 2} [US_SSN]"),
    ("the ssn is 536228726", "the ssn is [US_SSN]"),
    ("null and void 536-22-8726", "null and void [US_SSN]"),
    ("true 536-22-8726", "true [US_SSN]"),
    ("nullx", "nullx"),
    ("{ssn: 536228726}", "{ssn: [US_SSN]}"),
    ("{'ssn': '536228726'}", "{'ssn': '[US_SSN]'}"),
    ('{"ssn" 536228726}', '{"ssn" [US_SSN]}'),
    ('{"ssn": 0536228726}', '{"ssn": 0536228726}'),
    ('"ssn" 536228726', '"ssn" [US_SSN]'),
    ('{"a": jane\\u0040example.com', '{"a": [EMAIL_ADDRESS]'),
    ('{"a": jane\\u0040example.com}', '{"a": [EMAIL_ADDRESS]}'),
    ('{"a": 1,} {"b": "jane\\u0040example.com"}', '{"a": 1,} {"b": "[EMAIL_ADDRESS]"}'),
    ('{"a": 1}] 536-22-8726', '{"a": 1}] [US_SSN]'),
    ('{"a": 1} trail 536-22-8726', '{"a": 1} trail [US_SSN]'),
    ('["a"536-22-8726', '["a"[US_SSN]'),
    ('{"a": 4111-1111-1111-1111}', '{"a": [CREDIT_CARD]}'),
    ("\ufeff{}", "\ufeff{}"),
    ("\x0b536-22-8726", "\x0b[US_SSN]"),
    ("", ""),
)


@pytest.mark.parametrize(("text", "expected"), NO_JSON)
def test_what_is_not_json_is_text(text: str, expected: str) -> None:
    assert every_cut(text) == expected


@pytest.mark.parametrize("start", ["", "[", '{"a": ', '{"a": [1, '])
@pytest.mark.parametrize("filler", ["1", "x", "x ", " "])
def test_over_long_bare_words_fall_to_text(start: str, filler: str) -> None:
    document = start + "7" + filler * BARE_CHARS_MAX + ", 536-22-8726 and jane@example.com"
    answer = run(document)
    for at in range(0, len(document), 13):
        assert run([document[:at], document[at:]]) == answer
    assert "536-22" not in answer
    assert "jane" not in answer


def test_over_deep_documents_fall_to_text() -> None:
    document = "[" * (DEPTH_MAX + 1) + '"jane\\u0040example.com", 4111111111111111' + "]" * (DEPTH_MAX + 1)
    answer = every_cut(document)
    assert "example" not in answer
    assert "4111" not in answer


CUT_OFF = (
    ('{"card": 411111111111', '{"card": "[CUT_OFF]"'),
    ('{"card": "4111 1111 11', '{"card": "[CUT_OFF]'),
    ('{"a": "write to jane@exam', '{"a": "write to [CUT_OFF]'),
    ('{"a": "sure, go', '{"a": "sure, go'),
    ('{"n": 12', '{"n": 12'),
    ('{"n": tru', '{"n": tru'),
    ('{"jane@exam', '{"[CUT_OFF]'),
    ('{"a": "jane\\u0040exam', '{"a": "[CUT_OFF]'),
    ('{"a": "x\\u00', '{"a": "x\\u00'),
    ("card 4111 1111 11", "card [CUT_OFF]"),
    ('{"a": "536-22-8726"', '{"a": "[US_SSN]"'),
)


@pytest.mark.parametrize(("start", "expected"), CUT_OFF)
def test_a_document_that_was_cut_off(start: str, expected: str) -> None:
    assert every_cut(start, truncated=True) == expected


def test_held_chars_counts_what_has_not_gone() -> None:
    channel = JsonHoldBack(small())
    given_, gone = '{"a": "write jane@exam', ""
    for char in given_:
        gone += channel.push(char)
        assert given_.startswith(gone)
    assert channel.held_chars == len(given_) - len(gone) > 0
    channel = JsonHoldBack(small())
    channel.push("[123")
    assert channel.held_chars == 3


def test_a_bare_word_is_not_held_for_ever() -> None:
    channel = JsonHoldBack(scanner())
    for _ in range(20):
        channel.push("x!" * 50)
        assert channel.held_chars <= BARE_CHARS_MAX + 100


def test_structure_goes_at_once() -> None:
    channel = JsonHoldBack(small())
    assert channel.push('{"a": ') == '{"a": '
    assert channel.push("[[") == "[["
    assert channel.push('"b"') == '"b"'
    assert channel.push(", 12") == ", "
    assert channel.push("]") == "12]"


def test_findings_of_all_values_are_kept() -> None:
    found = redact_json(small(), '{"jane@example.com": ["536-22-8726", 4111111111111111], "x": bob@example.com')
    assert [finding.entity for finding in found.findings] == ["EMAIL_ADDRESS", "US_SSN", "CREDIT_CARD", "EMAIL_ADDRESS"]


@pytest.mark.parametrize("sample", few(), ids=str)
def test_recognizers_inside_a_string(sample: Sample) -> None:
    generator, by = random.Random(7), scanner()
    for ascii_only in (True, False):
        document = json.dumps({"note": [sample.text], "n": 1}, ensure_ascii=ascii_only)
        expected = json.dumps({"note": [sample.expected], "n": 1}, ensure_ascii=ascii_only)
        for _ in range(8):
            at = sorted(generator.randrange(len(document) + 1) for _ in range(generator.randrange(1, 6)))
            parts = [document[a:b] for a, b in zip([0, *at], [*at, len(document)], strict=True)]
            assert json.loads(run(parts, by=by)) == json.loads(expected)
        assert json.loads(run(document, by=by)) == json.loads(expected)


KEY_ID = "3f1a9c0d7be24685ac1fe0937d5b28640e1fca93"


@pytest.mark.parametrize(
    ("document", "shown"),
    [
        ('{"password": "hunter2xy"}', '{"password": "[SECRET_PASSWORD]"}'),
        ('{"a": {"api_key" : "9xKq-27LmPz_0aT"}, "b": 1}', '{"a": {"api_key" : "[SECRET_PASSWORD]"}, "b": 1}'),
        (
            '{"tokens": ["hunter2xy"], "token": ["hunter2xy"]}',
            '{"tokens": ["hunter2xy"], "token": ["[SECRET_PASSWORD]"]}',
        ),
        ('{"client_secret": "x(7)y)Z{9}qq"}', '{"client_secret": "[SECRET_PASSWORD]"}'),
        ('{"pass\\u0077ord": "hunter2xy"}', '{"pass\\u0077ord": "[SECRET_PASSWORD]"}'),
        (f'{{"private_key_id": "{KEY_ID}"}}', '{"private_key_id": "[SECRET_GCP_SERVICE_ACCOUNT]"}'),
        (f'"private_key_id": "{KEY_ID}",', '"private_key_id": "[SECRET_GCP_SERVICE_ACCOUNT]",'),
        (f'["x"] "private_key_id": "{KEY_ID}"', '["x"] "private_key_id": "[SECRET_GCP_SERVICE_ACCOUNT]"'),
        ('{"password": "none", "x": "hunter2xy"}', '{"password": "none", "x": "hunter2xy"}'),
    ],
)
def test_a_label_before_its_value_at_every_cut(document: str, shown: str) -> None:
    """The key of a member, and the string that turns out to begin a text, are part of what recognizers read."""
    assert every_cut(document, by=scanner()) == shown


@pytest.mark.slow
@pytest.mark.parametrize("sample", one_each(), ids=str)
def test_every_recognizer_at_every_cut(sample: Sample) -> None:
    for document in (
        json.dumps({"note": sample.text}),
        json.dumps({sample.text: 1}, ensure_ascii=False),
        sample.text,
        "[1] and " + sample.text,
    ):
        assert not sample.leaks(every_cut(document, by=scanner()))


_LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8), st.sampled_from(["to jane@example.com", "536-22-8726 bob@example.com", "4111 1111 1111 1111"]),
)  # fmt: skip
_KEYS = st.one_of(st.text(max_size=6), st.sampled_from(["ssn", "phone", "jane@example.com", "bob@example.com"]))
_TREES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


def shape(tree: object) -> object:
    """A document without its strings and numbers, which may change kind."""
    if isinstance(tree, dict):
        return [shape(value) for value in tree.values()]
    if isinstance(tree, list):
        return ["list", *(shape(value) for value in tree)]
    return "leaf"


@settings(max_examples=40, deadline=None)
@given(_TREES, st.booleans(), st.sampled_from([None, 1]), st.data())
def test_any_document_any_cuts(tree: object, ascii_only: bool, indent: int | None, data: st.DataObject) -> None:
    document = json.dumps(tree, ensure_ascii=ascii_only, indent=indent)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(document)), max_size=5)))
    parts = [document[a:b] for a, b in zip([0, *cuts], [*cuts, len(document)], strict=True)]
    answer = run(parts)
    assert answer == run([document])
    assert shape(json.loads(answer)) == shape(tree)
    assert "jane" not in answer
    assert "bob@" not in answer


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet='{}[]":,\\ 1234567890-.eEtrufalsn@x/', max_size=40), st.data())
def test_any_text_any_cut(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    truncated = data.draw(st.booleans())
    assert run([text[:at], text[at:]], truncated=truncated) == run(text, truncated=truncated)
