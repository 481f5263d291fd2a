"""The check behind law 2: what comes out is the same for every cut of a text; and texts that try to break it."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import strategies as st

from gateway.stream.holdback import BATCH_CHARS, HoldBack, Scanner
from gateway.verdict import Finding
from recognizers.catalogue import catalogue
from recognizers.recognizer import marked


@dataclass(frozen=True)
class Channel:
    """How a text is read; `truncated` says how it ends."""

    context: str = ""
    json_text: bool = False
    truncated: bool = False


PLAIN = Channel()


@dataclass(frozen=True)
class Shown:
    """Everything that a channel answered."""

    text: str
    findings: tuple[Finding, ...]
    replaced: tuple[tuple[int, int, str], ...]


def shown(scanner: Scanner, parts: Iterable[str], how: Channel = PLAIN) -> Shown:
    channel = HoldBack(scanner, context=how.context, json_text=how.json_text)
    out = [channel.push(part) for part in parts]
    out.append(channel.finish(truncated=how.truncated))
    return Shown("".join(out), tuple(channel.findings), tuple(channel.account.replaced))


def batch(text: str) -> list[str]:
    """The cut that the batch form makes."""
    return [text[at : at + BATCH_CHARS] for at in range(0, len(text), BATCH_CHARS)]


def cut(text: str, places: Iterable[int]) -> list[str]:
    return [text[left:right] for left, right in pairwise([0, *sorted(places), len(text)])]


def in_two(text: str) -> Iterator[list[str]]:
    """Every cut in two parts."""
    return (cut(text, [at]) for at in range(len(text) + 1))


def in_three(text: str) -> Iterator[list[str]]:
    """Every cut in three parts that are not empty."""
    return (cut(text, [one, two]) for one in range(1, len(text)) for two in range(one + 1, len(text)))


def at_random(text: str, times: int) -> Iterator[list[str]]:
    """Cuts in many parts, the same ones in every run."""
    dice = random.Random(repr(text))
    for _ in range(times):
        places = (at for at in range(1, len(text)) if dice.random() < 0.3)
        yield cut(text, places)


def differing(
    scanner: Scanner, text: str, cuts: Iterable[Sequence[str]], how: Channel = PLAIN
) -> tuple[Sequence[str], Shown, Shown] | None:
    """The first cut whose answer is another than that of the text as a whole, with both answers; None is right."""
    whole = shown(scanner, batch(text), how)
    for parts in ([text], list(text), *cuts):
        answer = shown(scanner, parts, how)
        if answer != whole:
            return parts, whole, answer
    return None


# Texts.


def examples(*, good: bool = True, bad: bool = True) -> list[str]:
    """The examples and non-examples of all recognizers."""
    texts: list[str] = []
    for recognizer in catalogue().values():
        texts += [marked(example)[0] for example in recognizer.examples] if good else []
        texts += recognizer.non_examples if bad else []
    return texts


def in_prose(text: str) -> str:
    """With clean text on both sides; the right side begins like a part of whatever stands before it."""
    return f"Some 12 words: {text} and 7 of it, May 5."


def json_forms(text: str) -> list[str]:
    """The text as the inside of a JSON string, written in several ways."""
    every = "".join(f"\\u{unit:04x}" for unit in memoryview(text.encode("utf-16-le", "surrogatepass")).cast("H"))
    some = "".join(f"\\u{ord(c):04X}" if c.isascii() and c in "15@.-eE " else json.dumps(c)[1:-1] for c in text)
    return [json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1], every, some]


def _percent(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "replace"))


def _base64(text: str) -> str:
    return base64.b64encode(text.encode("utf-8", "replace")).decode()


Spell = Callable[[str], str]
SPELLINGS: tuple[Spell, ...] = (
    _percent,
    lambda text: _percent(text).replace("%", "%25"),
    lambda text: text.replace("@", "%40").replace(" ", "%20").replace("-", "%2D"),
    lambda text: "".join(f"&#{ord(c)};" for c in text),
    lambda text: "".join(f"\\u{ord(c) & 0xFFFF:04x}" for c in text),
    lambda text: "".join(f"={ord(c):02X}" if c.isascii() else c for c in text),
    _base64,
    "\u200b".join,
    lambda text: text.replace("1", "1\u0301").replace(" ", "\u00a0"),
    lambda text: text.translate({ord("0") + digit: 0xFF10 + digit for digit in range(10)}),
    lambda text: " ".join({"1": "one", "2": "two", "4": "four", "5": "five"}.get(c, c) for c in text),
    str.upper,
)
SEPARATORS = (
    *(
        " ",
        "  ",
        "-",
        " - ",
        ".",
        ",",
        ", ",
        ". ",
        "/",
        ":",
        ";",
        "_",
        "@",
        "+",
        "(",
        ")",
        "\n",
        "\r\n",
        "\t",
        "\v",
        "=",
        "&",
    ),
    *(
        "\\",
        "\\n",
        "%",
        "%2",
        "%25",
        "%20",
        "%2D",
        "%40",
        "%2540",
        "%E2%80",
        "%E2%80%8B",
        "&#64;",
        "&amp;#64;",
        "&comm",
    ),
    *(
        "\\u0034",
        "\\u00",
        "=40",
        "=\n",
        "\u200b",
        "\u200d",
        "\u0301",
        "\u3164",
        "\u200b" * 33,
        "é",
        "ж",
        "日",
        "😀",
        "\ud83d",
    ),
    *("１", "‑", "x", "ext. ", "-----", "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "\\\\", '"', "'"),
)
WORDS = (
    *(
        "phone ",
        "SSN: ",
        "password = ",
        "card ",
        "key=",
        "May 5 ",
        "one ",
        "four ",
        "five thr",
        "oh ",
        "com",
        "au",
        "example.com",
    ),
    *(
        "4111",
        "1111",
        "411",
        "12",
        "1",
        "7 ",
        "0123456789",
        "sk-",
        "ghp_",
        "eyJ",
        "AKIA",
        "A" * 40,
        "a" * 70,
        "1" * 30,
        "1 " * 20,
    ),
)


def fragments() -> st.SearchStrategy[str]:
    """A piece of an example, at times written otherwise."""

    def piece(drawn: tuple[str, int, int, Spell | None]) -> str:
        text, start, size, spell = drawn
        start %= len(text) + 1
        part = text[start : start + size] if size else text
        return spell(part) if spell else part

    spells = st.one_of(st.none(), st.none(), st.sampled_from(SPELLINGS))
    sizes = st.one_of(st.just(0), st.integers(1, 40))
    return st.tuples(st.sampled_from(examples()), st.integers(0, 80), sizes, spells).map(piece)


def compositions(longest: int = 300) -> st.SearchStrategy[str]:
    """Fragments, separators, words and digits in a row."""
    piece = st.one_of(
        fragments(),
        st.sampled_from(SEPARATORS),
        st.sampled_from(WORDS),
        st.text("0123456789", min_size=1, max_size=20),
    )
    return st.lists(piece, min_size=1, max_size=9).map(lambda pieces: "".join(pieces)[:longest])


def channels() -> st.SearchStrategy[Channel]:
    contexts = st.sampled_from(["", "", "phone: ", "x", "4", "a@", "%", "%2", "\\", "key: " * 60])
    return st.builds(Channel, contexts, st.booleans(), st.booleans())
