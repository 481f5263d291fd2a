"""What fuzzing starts from: the streams of the golden cases, bodies of every shape, and ways to spoil them."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path

VALUE = " jane@example.com "
"""Between spaces: what other letters run into is another value, or none."""
GOLDEN = Path(__file__).parents[1] / "golden"
BODIES = [
    (
        b'{"messages":[{"role":"user","content":"I am @@"},{"role":"assistant","tool_calls":[{"id":"c",'
        b'"type":"function",'
        b'"function":{"name":"f","arguments":"{\\"a\\":\\"@@\\"}"}}]}],"model":"m","stream":true}'
    ),
    (
        b'{"system":[{"type":"text","text":"@@"}],"messages":[{"role":"assistant","content":[{"type":"thinking",'
        b'"thinking":"@@","signature":"altered-by-holdback"},{"type":"tool_use","id":"t","name":"f",'
        b'"input":{"@@":["@@"]}}]}],"max_tokens":5}'
    ),
    (
        b'{"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"@@"}]},{"type":"reasoning",'
        b'"summary":[{"type":"summary_text","text":"@@"}],"encrypted_content":"@@"}],"instructions":"@@"}'
    ),
    (
        b'{"choices":[{"index":0,"message":{"role":"assistant","content":"@@","tool_calls":[]},"text":"@@",'
        b'"logprobs":{"a":"@@"},"finish_reason":"length"}],"content":[{"type":"text","text":"@@"}],'
        b'"output":[{"content":[{"text":"@@"}]}]}'
    ),
    b'{"data":[{"embedding":"@@","index":0}],"input":"@@","prompt":["@@"],"results":[{"categories":{"@@":1}}]}',
]
PIECES = [
    *(
        b"@@",
        b'"',
        b"\\",
        b"\\u0040",
        b"\\ud83d",
        b"\xf0\x9f\x98\x80",
        b"\xff",
        b"{",
        b"}",
        b"[",
        b"]",
        b",",
        b":",
        b"\n\n",
    ),
    *(
        b"data: ",
        b"event: error\n",
        b"[DONE]",
        b"null",
        b"true",
        b"41111111111",
        b'"type":',
        b'"index":1,',
        b'"delta":',
    ),
    *(
        b'{"type":"content_block_stop","index":0}',
        b'"signature":"@@"',
        b'"finish_reason":"stop"',
        b'"error":{"message":"@@"}',
    ),
    *(b'{"type":"response.completed","response":{"output":[]}}', b"\r", b"\xef\xbb\xbf", b": ping\n"),
]


@cache
def seeds(name: str) -> list[bytes]:
    """The seeds of a target, with marks for the planted value."""
    kind = name.partition("_")[2]
    paths = [*GOLDEN.glob(f"{kind or '*'}/*/upstream.sse")] or [*GOLDEN.glob("*/*/upstream.sse")]
    streams = [path.read_bytes().replace(b"jane@example.com", b"@@") for path in sorted(paths)]
    return BODIES if name.startswith("bodies") or name == "json_text" else streams + BODIES


def mutated(generator: random.Random, start: list[bytes]) -> bytes:
    """One of the seeds, spoilt in a few places."""
    data = bytearray(generator.choice(start))
    for _ in range(generator.randrange(6)):
        at = generator.randrange(len(data) + 1)
        way = generator.randrange(5)
        if way == 0:
            data[at:at] = generator.choice(PIECES)
        elif way == 1:
            del data[at : at + generator.randrange(1, 40)]
        elif way == 2:
            other = generator.choice(start)
            begin = generator.randrange(len(other) + 1)
            data[at:at] = other[begin : begin + generator.randrange(120)]
        elif way == 3 and at < len(data):
            data[at] = generator.randrange(256)
        else:
            data[at : at + 3] = generator.choice(PIECES)
    return bytes(data)
