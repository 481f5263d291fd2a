"""Templates: an event is taken for one of its kind only when nothing differs but its text."""

from __future__ import annotations

import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.stream.template import Numbers, Template, template_of
from gateway.wire.json_text import parse
from gateway.wire.openai_chat import FORMAT
from gateway.wire.openai_responses import FORMAT as RESPONSES

HEAD = b'{"id":"chatcmpl-1","object":"chat.completion.chunk","created":17,"model":"m",'
BEFORE = HEAD + b'"choices":[{"index":0,"delta":{"content":'
AFTER = b'},"logprobs":null,"finish_reason":null}],"usage":null}'
PLAIN = BEFORE + b'"Hi"' + AFTER
PADDED = PLAIN[:-1] + b',"obfuscation":"aB3_"}'
PADDED_FIRST = b'{"obfuscation":"xy",' + PLAIN[1:]
TOOL = b'{"choices":[{"index":1,"delta":{"tool_calls":[{"index":2,"function":{"arguments":"{\\"a"}}]}}]}'


def made(data: bytes) -> Template | None:
    return template_of(data, FORMAT.chunk(parse(data, max_depth=64, max_nodes=1000)))


def template(data: bytes) -> Template:
    one = made(data)
    assert one is not None
    return one


EVENTS = [PLAIN, PADDED, PADDED_FIRST, TOOL]


@pytest.mark.parametrize("data", EVENTS)
def test_its_own_event_is_taken(data: bytes) -> None:
    one = template(data)
    text = "Hi" if b"Hi" in data else '{"a'
    assert one.text_of(data) == text
    assert json.loads(one.event("new", Numbers())[6:]) == json.loads(
        data.replace(b'"Hi"', b'"new"').replace(b'"{\\"a"', b'"new"').replace(b'"aB3_"', b'""').replace(b'"xy"', b'""')
    )


@pytest.mark.parametrize("data", EVENTS)
def test_one_byte_outside_the_text_makes_another_kind(data: bytes) -> None:
    """Every byte but those inside the text and inside the blanked padding, changed in every way, doubled and lost."""
    one = template(data)
    chunk = FORMAT.chunk(parse(data, max_depth=64, max_nodes=1000))
    holes = [(chunk.slots[0].start, chunk.slots[0].end), *((start, end) for start, end, _ in chunk.blanks)]
    inside = {at for start, end in holes for at in range(start + 1, end - 1)}
    for at in range(len(data)):
        if at in inside:
            continue
        variants = [data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :] for flip in range(1, 256)]
        variants += [data[:at] + data[at : at + 1] + data[at:], data[:at] + data[at + 1 :]]
        assert not [variant for variant in variants if one.text_of(variant) is not None], data[at:]
    assert one.text_of(data + b" ") is None
    assert one.text_of(b" " + data) is None
    assert one.text_of(data + data) is None
    assert one.text_of(b"") is None


@pytest.mark.parametrize(
    "inside",
    [
        b'a"b',
        b"a\nb",
        b"a\x00b",
        b"a\x1fb",
        b"\\u0041",
        b"\\ud83d",
        b"\\x",
        b"\\",
        b'\\\\"',
        b"\xff",
        b"\xed\xa0\xbd",
        b'","content":"jane@example.com',
        b'"},"x":{"y":"',
    ],
)
def test_what_the_text_hole_never_takes(inside: bytes) -> None:
    assert template(PLAIN).text_of(BEFORE + b'"' + inside + b'"' + AFTER) is None


@pytest.mark.parametrize("inside", [b'"', b"\\", b"\n", b"\x00", b'","content":"jane@example.com'])
def test_what_the_padding_hole_never_takes(inside: bytes) -> None:
    assert template(PADDED).text_of(PADDED.replace(b"aB3_", inside)) is None


@pytest.mark.parametrize("value", [b"null", b"1", b'["Hi"]', b'{"a":"Hi"}', b"Hi", b"'Hi'", b""])
def test_the_text_is_a_string(value: bytes) -> None:
    assert template(PLAIN).text_of(BEFORE + value + AFTER) is None


@settings(max_examples=300, deadline=None)
@given(st.text(), st.booleans(), st.booleans())
@example("jane@example.com", False, False)
@example('\\"\b\f\n\r\t/\u2028', False, False)
@example("\ud83d\ude00 😀 \x7f", True, False)
@example("\\n" * 1200, False, False)
@example("\n" * 1200, False, True)
def test_equal_to_the_slow_path(text: str, ascii_only: bool, is_tool: bool) -> None:
    """Whatever a template takes for a text is what the parser reads, and an event it makes reads back."""
    one = template(TOOL if is_tool else PLAIN)
    literal = json.dumps(text, ensure_ascii=ascii_only).encode(errors="backslashreplace")
    data = TOOL.replace(b'"{\\"a"', literal) if is_tool else BEFORE + literal + AFTER
    taken = one.text_of(data)
    if taken is not None:
        root = parse(data, max_depth=64, max_nodes=1000)
        slots = FORMAT.chunk(root).slots
        assert taken == (slots[0].text if slots else "")
    assert b"\\u" in literal or literal.count(b"\\") > 1000 or taken == text
    made_up = one.event(text, Numbers())
    assert made_up.endswith(b"\n\n")
    assert b"\n" not in made_up[:-2]
    assert made_up == b"data: " + data + b"\n\n" or json.loads(made_up[6:]) == json.loads(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"choices":[{"index":0,"delta":{"content":"a","role":"assistant x"}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a","unknown":null}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a"},"logprobs":{"content":[]}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a"}}],"obfuscation":{"a":1}}',
        b'{"choices":[{"index":0,"delta":{"content":"a"}}],"error":{"code":"x"}}',
        b'{"choices":[{"index":0,"delta":{"content":"a"}}],"error":{}}',
        b'{"choices":[{"index":0,"delta":{"content":""}}]}',
        b'{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"name":"f"}}]}}]}',
        b'{"choices":[{"index":0,"delta":{"audio":{"data":"UklG"}}}]}',
        b'{"choices":[{"index":0,"delta":{"content":"a"}}],"created_at_ms":1700000000123}',
        b'{"choices":[{"index":0,\n"delta":{"content":"a"}}]}',
        b'{"choices":[]}',
    ],
)
def test_events_that_make_no_template(data: bytes) -> None:
    assert made(data) is None


def test_an_event_with_a_sequence_number() -> None:
    """The number may differ from event to event, on either side of the text; it moves on by what was made up."""
    for order in (b'"sequence_number":%d,"delta":"%b"', b'"delta":"%b","sequence_number":%d'):

        def event(number: int, text: bytes, order: bytes = order) -> bytes:
            said = (number, text) if order.startswith(b'"seq') else (text, number)
            return b'{"type":"response.output_text.delta","output_index":0,' + order % said + b',"logprobs":[]}'

        first = event(4, b"Hi")
        one = template_of(first, RESPONSES.chunk(parse(first, max_depth=9, max_nodes=99)))
        assert one is not None
        numbers = Numbers()
        assert one.text_of(event(5, b"you")) == "you"
        assert one.event("all", numbers) == b"data: " + event(5, b"all") + b"\n\n"
        assert numbers.next == 6
        numbers.made_up = 94
        assert one.text_of(event(6, b'\\"')) == '"'
        assert one.event("x", numbers) == b"data: " + event(100, b"x") + b"\n\n"
        for broken in (event(7, b"a").replace(b"7", b"7.5"), event(7, b"a").replace(b"7", b"-7"), event(10**16, b"a")):
            assert one.text_of(broken) is None
