"""Scanners that need whole values: they are shown the value with its tail, decoded; their answer is escaped."""

from __future__ import annotations

import json
from typing import Any

from gateway.stream.body import apply, inspect_slots
from gateway.stream.holdback import redact
from gateway.stream.json_holdback import redact_json
from gateway.stream.scanner import WholeValues
from gateway.verdict import Direction, Finding
from gateway.wire.json_text import parse
from gateway.wire.openai_chat import FORMAT
from tests.playbook import scanner

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0." + "aBcD1234" * 40
EMAIL = "jane@a-very-long-label-that-goes-on-and-on.another-long-label.example.museum"


class Seeing(WholeValues):
    """Answers with a quote and a back slash, to be escaped; remembers what it was shown."""

    def __init__(self, answer: str = '<"\\{}>') -> None:
        self.seen: list[str] = []
        self._answer = answer

    def __getattr__(self, name: str) -> Any:
        return getattr(scanner(Direction.REQUEST), name)

    def replacement(self, finding: Finding, text: str) -> str:
        self.seen.append(text)
        return self._answer.format(finding.entity)


def test_the_tail_is_part_of_the_value() -> None:
    for value in (JWT, EMAIL, "536-22-8726"):
        seeing = Seeing()
        out = redact(seeing, f"so {value} it is, {value} ok")
        assert seeing.seen == [value, value]
        assert out.text == f"so {out.replaced[0][2]} it is, {out.replaced[1][2]} ok"
        assert out.replaced[0][:2] == (3, 3 + len(value))


def test_json_strings_are_shown_decoded_and_answered_escaped() -> None:
    for ascii_only in (True, False):
        seeing = Seeing()
        document = json.dumps({"to": "Größe: jane\u0040exämple.de\n", "n": 4111111111111111}, ensure_ascii=ascii_only)
        out = redact_json(seeing, document.replace("@", "\\u0040"))
        assert seeing.seen == ["jane@exämple.de", "4111111111111111"]
        assert json.loads(out.text) == {"to": 'Größe: <"\\EMAIL_ADDRESS>\n', "n": '<"\\CREDIT_CARD>'}


def test_a_number_that_becomes_a_number_stays_one() -> None:
    out = redact_json(Seeing("4111112222221111"), '{"card": 4111111111111111, "x": "4111111111111111"}')
    assert json.loads(out.text) == {"card": 4111112222221111, "x": "4111112222221111"}
    for answer, shown in (("4111112222221111", 4111112222221111), ("0111112222221111", 0), ("KC_X", 0)):
        body = json.dumps({"x_card": 4111111111111111}).encode()
        assert json.loads(_passed(body, Seeing(answer))) == {"x_card": shown}


def test_parts_of_one_message_are_shown_as_one_value() -> None:
    seeing = Seeing("T")
    parts = [{"type": "text", "text": text} for text in ("card 4111 1111", " 1111 11", "11, mail jane@example.com.")]
    out = json.loads(_passed(json.dumps({"messages": [{"role": "user", "content": parts}]}).encode(), seeing))
    assert [part["text"] for part in out["messages"][0]["content"]] == ["card T", "", ", mail T."]
    assert seeing.seen == ["4111 1111 1111 1111", "jane@example.com"]


def _passed(body: bytes, by: Seeing) -> bytes:
    slots = FORMAT.request_slots(parse(body, max_depth=20, max_nodes=1000))
    inspected = inspect_slots(slots, by, FORMAT.rules, Direction.REQUEST, attachments=False)
    return apply(body, inspected.edits)
