"""Both halves at once: the user's own values come back, and what the model brings up is redacted."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.stream.events import BytesReceived
from gateway.verdict import Action
from tests.exchanges import Asked, Body, Gateway, says, user
from tests.playbook import content

VALUES = (
    "jane.doe@mail.example.com",
    "4111 1111 1111 1111",
    "536-22-8726",
    "+1 415-867-5309",
    "DE89370400440532013000",
)
PROMPT = (
    "Write to {} about the card {}, the SSN {}, phone {} and the account {}; the password is hunter2horse ok".format(
        *VALUES
    )
)
OTHERS = "bob@other.example.org, 5555 5555 5555 4444, 219-45-6789"
REDACTED = "[EMAIL_ADDRESS], [CREDIT_CARD], [US_SSN]"


@pytest.fixture(scope="module")
def asked() -> Asked:
    return Gateway().ask(user(PROMPT))


def test_the_provider_sees_tokens_and_the_user_values(asked: Asked) -> None:
    for value in (*VALUES, "hunter2horse"):
        assert value not in asked.last
    assert asked.said(asked.last) == PROMPT
    assert asked.said(f"Sure: {OTHERS}, and {asked.last}.") == f"Sure: {REDACTED}, and {PROMPT}."


def test_every_split_of_both_halves(asked: Asked) -> None:
    said, shown = f"{OTHERS}; {asked.last}, {OTHERS}", f"{REDACTED}; {PROMPT}, {REDACTED}"
    for at in range(len(said) + 1):
        assert asked.streamed([said[:at], said[at:]]) == shown, at
    assert asked.streamed(said) == shown
    for field_name in ("reasoning_content", "refusal", "x_new"):
        assert asked.streamed(said, field_name) == shown


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_chunking_changes_nothing(data: st.DataObject) -> None:
    asked = Gateway().ask(user(PROMPT))
    tokens = asked.last.split("; ")[0].replace("Write to ", "").split(" ")
    words = st.sampled_from([*tokens, *VALUES, "kc", "KC_", "**", "https://", "x@", "4111", "\n", ".", "%40", "日"])
    text = data.draw(st.lists(words, max_size=8).map(" ".join))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=5)))
    pieces = [text[a:b] for a, b in pairwise([0, *cuts, len(text)])]
    assert asked.streamed(pieces) == asked.said(text)


DRESSES = ["{upper}", "{lower}", "  {token}  ", "-- {token} --", "**{token}**", "`{token}`", "{token}\n", '"{token}"']


@pytest.mark.parametrize("place", range(len(VALUES)))
@pytest.mark.parametrize(
    "dress",
    ["{upper}", "{lower}", "  {token}  ", "-- {token} --", "**{token}**", "`{token}`", "{token}\n", '"{token}"'],
)
def test_what_models_do_to_tokens(place: int, dress: str) -> None:
    """Whole tokens in another dress; what is done inside them is `test_matcher.py`'s."""
    value = VALUES[place]
    asked = Gateway().ask(user(f"phone {value}"))
    token = asked.last.removeprefix("phone ")
    said = "so " + dress.format(token=token, upper=token.upper(), lower=token.lower()) + ", ok"
    shown = "so " + dress.format(token=value, upper=value, lower=value) + ", ok"
    for at in range(len(said)):
        assert asked.streamed([said[:at], said[at:]]) == shown, at


def test_tool_arguments_are_valid_json_with_the_real_values() -> None:
    asked = Gateway().ask(user(PROMPT))
    document = json.dumps({"to": asked.last, "n": [1], "other": OTHERS})
    for at in range(0, len(document), 7):
        heard = json.loads(asked.called([document[:at], document[at:]]))
        assert heard["other"] == REDACTED
        assert heard["to"].endswith(PROMPT)


def test_a_value_with_quotes_and_line_ends_is_escaped_in_json() -> None:
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----"
    asked = Gateway().ask(user(f"my key:\n{key}\nok"))
    assert "MIIE" not in asked.forwarded.decode()
    heard = json.loads(asked.called(json.dumps({"key": asked.last})))
    assert heard["key"] == f"my key:\n{key}\nok"
    assert "\\n" in asked.called(json.dumps({"key": asked.last}))


def test_a_number_in_arguments_turns_back_into_a_number() -> None:
    asked = Gateway().ask(user("card 4111111111111111 please"))
    token = asked.last.split(" ")[1]
    assert json.loads(asked.called(f'{{"card": {token}, "s": "{token}"}}')) == {
        "card": 4111111111111111,
        "s": "4111111111111111",
    }
    asked = Gateway().ask(_named({"x_card": 4111111111111111}))
    assert asked.seen["metadata"]["x_card"] != 4111111111111111
    assert str(asked.seen["metadata"]["x_card"]).startswith("411111")


def _named(metadata: Body) -> Body:
    return {**user("hi"), "metadata": metadata}


def test_whole_answers_choices_and_errors(asked: Asked) -> None:
    said = f"{asked.last} {OTHERS}"
    message = {"role": "assistant", "content": said, "reasoning_content": said}
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": json.dumps({"a": said})}}
    whole = asked.whole(
        {
            "choices": [{"index": at, "message": {**message, "tool_calls": [call]}} for at in (0, 1)],
            "error": {"message": said},
        }
    )
    shown = f"{PROMPT} {REDACTED}"
    for choice in whole["choices"]:
        assert choice["message"]["content"] == choice["message"]["reasoning_content"] == shown
        assert json.loads(choice["message"]["tool_calls"][0]["function"]["arguments"]) == {"a": shown}
    assert whole["error"]["message"] == shown


def test_restored_values_are_not_scanned_again(asked: Asked) -> None:
    found = asked.findings(asked.last)
    assert {finding.action for finding in found} == {Action.RESTORE}
    assert len(found) == len(VALUES) + 1


def test_a_token_in_a_longer_address_is_new_personal_data() -> None:
    asked = Gateway().ask(user("mail jane.doe@mail.example.com"))
    token = asked.last.removeprefix("mail ")
    assert asked.said(f"a.{token} or {token}.au or x{token}") == "[EMAIL_ADDRESS] or [EMAIL_ADDRESS] or [EMAIL_ADDRESS]"
    assert asked.said(f"{token}. {token}") == "jane.doe@mail.example.com. jane.doe@mail.example.com"


def test_only_prefixes_of_tokens_are_held_on_prose() -> None:
    asked = Gateway().ask(user("ssn 536-22-8726"))
    plain = Gateway(request="redact").ask(user("hi")).session()
    session = asked.session()
    for word in ("Plain", "words", "of", "prose", "kings,", "kc,", "and", "keys", "no", "number", "at", "all"):
        for one in (plain, session):
            one.receive(BytesReceived(content(f" {word}")))
        assert session.held_chars == plain.held_chars or "kc,".startswith(word), word


POSITIONS: dict[str, Any] = {
    "system": lambda v: user("hi", says("system", v)),
    "user string": user,
    "user parts": lambda v: user(
        [{"type": "text", "text": v[: len(v) // 2]}, {"type": "text", "text": v[len(v) // 2 :]}]
    ),
    "assistant history": lambda v: user("hi", says("assistant", v), says("user", "and?")),
    "tool-call arguments": lambda v: user("hi", _call({"note": v, "n": {"deep": [v]}})),
    "tool result": lambda v: user("hi", _call({}), {"role": "tool", "tool_call_id": "c", "content": v}),
    "tool description": lambda v: {**user("hi"), "tools": [_tool(description=v)]},
    "parameter default": lambda v: {**user("hi"), "tools": [_tool(default=v)]},
    "name": lambda v: {"messages": [{"role": "user", "name": v, "content": "hi"}]},
    "metadata": lambda v: {**user("hi"), "metadata": {"note": v, v: "note"}},
    "unknown field": lambda v: {**user("hi"), "x_vendor": {"deep": [v]}},
}


def _call(arguments: Any) -> Body:
    function = {"name": "f", "arguments": json.dumps(arguments)}
    return {"role": "assistant", "content": None, "tool_calls": [{"id": "c", "type": "function", "function": function}]}


def _tool(description: str = "Does.", default: str = "none") -> Body:
    parameters = {"type": "object", "properties": {"a": {"type": "string", "default": default}}}
    return {"type": "function", "function": {"name": "f", "description": description, "parameters": parameters}}


@pytest.mark.parametrize("position", POSITIONS)
def test_nothing_planted_reaches_the_provider(position: str) -> None:
    asked = Gateway().ask(POSITIONS[position](PROMPT))
    recorded = asked.forwarded.decode()
    for value in (*VALUES, "hunter2horse", "jane.doe", "867-5309", "22-8726", "0532013000"):
        assert value not in recorded, value
    assert asked.seen.keys() == POSITIONS[position](PROMPT).keys()
    told = [found.action for found in asked.request_findings]
    assert told.count(Action.TOKENIZE) >= len(VALUES)
