"""Translated streams: what a client gets does not depend on how the provider's was cut, and no value shows."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import MalformedRequest, UnsupportedField, UpstreamProtocolError
from gateway.wire.translation.catalogue import translations
from gateway.wire.translation.translation import Asked, Translation
from tests.dialects import ANTHROPIC, CHAT, Dialect
from tests.planted import few, halves
from tests.playbook import play, session

PAIRS = [
    (
        translations()["/v1/messages", "/v1/chat/completions"],
        CHAT,
        ANTHROPIC,
        [("content", "text"), ("reasoning_content", "thinking"), ("arguments", "partial_json")],
    ),
    (
        translations()["/v1/chat/completions", "/v1/messages"],
        ANTHROPIC,
        CHAT,
        [("text", "content"), ("thinking", "reasoning_content"), ("partial_json", "arguments")],
    ),
]
PLACES = [(one, provider, client, *fields) for one, provider, client, both in PAIRS for fields in both]
NAMES = [f"{provider.name} {field}" for _, provider, _, field, _ in PLACES]


def translated(translation: Translation, chunks: list[bytes]) -> list[bytes]:
    stream = translation.stream(Asked("m", has_usage=True))
    return [*(stream.feed(chunk) for chunk in chunks), stream.end()]


@pytest.mark.parametrize(("translation", "provider", "client", "field", "shown_in"), PLACES, ids=NAMES)
def test_a_value_in_every_field(
    translation: Translation, provider: Dialect, client: Dialect, field: str, shown_in: str
) -> None:
    sample = few()[2]
    is_json = field in provider.json_fields
    text = json.dumps({"note": sample.text}) if is_json else sample.text
    for parts in halves(text):
        chunks = translated(translation, provider.stream(field, parts))
        trace = play([chunk for chunk in chunks if chunk], using=session(wire=client.wire))
        assert trace.error is None
        assert not sample.leaks(trace.sent.decode())
        (told,) = client.told(trace.datas, shown_in)
        assert (json.loads(told)["note"] if is_json else told) == sample.expected


@pytest.mark.parametrize(("translation", "provider", "client", "field", "shown_in"), PLACES, ids=NAMES)
@pytest.mark.parametrize("cut_off", [False, True], ids=["whole", "cut off"])
def test_bytes_cut_anywhere(
    translation: Translation, provider: Dialect, client: Dialect, field: str, shown_in: str, cut_off: bool
) -> None:
    text = '{"a":"Nothing here, “so to say”."}'
    body = b"".join(provider.stream(field, list(text), cut_off=cut_off))
    whole = b"".join(translated(translation, [body]))
    assert b"".join(translated(translation, [body[at : at + 1] for at in range(len(body))])) == whole
    generator = random.Random(field)
    for _ in range(10):
        cuts = sorted(generator.sample(range(1, len(body)), 4))
        assert b"".join(translated(translation, [body[a:b] for a, b in pairwise([0, *cuts, len(body)])])) == whole
    datas = play([whole], using=session(wire=client.wire)).datas
    assert client.told(datas, shown_in) == [text]
    end = next(str(data) for data in datas if "finish_reason" in str(data) or "stop_reason" in str(data)) + str(
        datas[-3:]
    )
    assert ("length" in end or "max_tokens" in end) == cut_off


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.text(max_size=5)
    | st.sampled_from(["text", "tool_use", "user", "assistant", "tool"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "role",
                    "content",
                    "text",
                    "messages",
                    "choices",
                    "delta",
                    "index",
                    "tools",
                    "error",
                    "usage",
                    "message",
                    "tool_calls",
                    "function",
                    "name",
                    "id",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from([one for one, *_ in PAIRS]), JUNK, st.integers(200, 599))
def test_junk_is_translated_or_refused(translation: Translation, junk: Any, status: int) -> None:
    """Whatever comes: bytes, or an error of ours that holds no text."""
    body = json.dumps(junk).encode()
    works: list[Callable[[], bytes]] = [
        lambda: translation.request(body),
        lambda: translation.response(body, Asked("m")),
        lambda: translation.error(body, status),
        lambda: b"".join(translated(translation, [b"data: " + body + b"\n\n", b"data: [DONE]\n\n"])),
    ]
    for work in works:
        try:
            made = work()
        except (MalformedRequest, UnsupportedField, UpstreamProtocolError):
            continue
        assert isinstance(made, bytes)
