"""What a provider shows of its key goes nowhere."""

from __future__ import annotations

import json

import pytest

from gateway.stream.session import Session
from gateway.wire.anthropic_messages import FORMAT as MESSAGES
from gateway.wire.format import WireFormat
from gateway.wire.json_text import parse
from gateway.wire.key_fragments import without_keys
from gateway.wire.openai_chat import FORMAT as CHAT
from gateway.wire.openai_responses import FORMAT as RESPONSES
from tests.planted import small
from tests.playbook import play

KEY = "sk-proj-Zx81Kq02LmPz77aTwxyz"
FRAGMENTS = (
    KEY,
    "sk-proj-********************wxyz",
    "sk-pr***wxyz",
    "***wxyz",
    "sk-proj-Zx81***",
    "sk-proj-Zx81...wxyz",
    "sk-proj-Zx81…wxyz",
    "sk-\u2022\u2022\u2022\u2022wxyz",
)


def left(body: bytes, key: str = KEY) -> bytes:
    return without_keys(parse(body, max_depth=9, max_nodes=99), key)


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("shown", FRAGMENTS)
def test_no_part_of_a_key_is_left(shown: str, *, ascii_only: bool) -> None:
    message = f"Incorrect API key provided:\n{shown}. Find it."
    body = json.dumps({"error": {"message": message}, "\u00e9": [message]}, ensure_ascii=ascii_only).encode()
    told = json.loads(left(body))
    expected = "Incorrect API key provided:\n[KEY]. Find it."
    assert (told["error"]["message"], told["\u00e9"]) == (expected, [expected])


@pytest.mark.parametrize("message", ["wait...then retry", "a ** b * c", "skip... done", "5 * 3", "**bold** text"])
def test_other_words_stay(message: str) -> None:
    body = json.dumps({"error": {"message": message}}).encode()
    assert left(body) == body
    assert left(body, "") == body


EVENTS: list[tuple[WireFormat, dict[str, object]]] = [
    (CHAT, {"error": {"message": "@", "type": "invalid_request_error", "code": "invalid_api_key"}}),
    (MESSAGES, {"type": "error", "error": {"type": "authentication_error", "message": "@"}}),
    (RESPONSES, {"type": "error", "code": "invalid_api_key", "message": "@", "param": None, "sequence_number": 0}),
    (
        RESPONSES,
        {
            "type": "response.failed",
            "sequence_number": 0,
            "response": {"id": "r", "error": {"code": "a", "message": "@"}, "output": [{"text": "so ***it*** is"}]},
        },
    ),
]


@pytest.mark.parametrize(("wire", "event"), EVENTS, ids=["chat", "messages", "responses", "response failed"])
def test_an_error_in_a_stream_shows_no_part_of_it(wire: WireFormat, event: dict[str, object]) -> None:
    for shown in FRAGMENTS:
        data = json.dumps(event).replace("@", f"Incorrect API key provided: {shown}. Ask jane@example.com.").encode()
        body = b"data: %b\n\n" % data
        for at in range(0, len(body), 17):
            told = play([body[:at], body[at:]], using=Session(wire, small(), key=KEY)).sent.decode()
            assert "Incorrect API key provided: [KEY]. Ask [EMAIL_ADDRESS]." in told
            assert "wxyz" not in told
            assert "Zx81" not in told
            assert ("***it***" in told) == ("***it***" in data.decode())
