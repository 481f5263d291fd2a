"""What came out on the other side: every text of an answer, put together again as a client would.

A reader of its own: what it proves, it must not share.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from gateway.verify.answers import Field, Form, Step
from gateway.verify.planted import KEPT_AFTER, KEPT_BEFORE

Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer.

    `sent` is its body, `forwarded` what reached the provider (None: nothing), `headers` those of the provider's own
    that came through.
    """

    sent: bytes = field(repr=False)
    forwarded: bytes | None = field(repr=False)
    status: int
    content_type: str
    headers: str = field(repr=False)
    body: bytes = field(repr=False)
    broke_off: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """The texts of an answer by their place, what else came, and whether it ended well."""

    texts: dict[Path, str] = field(repr=False)
    rest: list[str] = field(repr=False)
    failed: bool

    @property
    def everything(self) -> Iterator[str]:
        """Whatever could hold a value."""
        yield from self.texts.values()
        yield from self.rest

    def at(self, place: Field) -> str:
        """The text of a field."""
        return self.texts.get((place.choice, *place.steps), "")

    def kept(self, place: Field) -> bool:
        """Whether the clean text around a value came through, as valid JSON where it was JSON."""
        text = self.at(place)
        if place.form is Form.PLAIN:
            return text.startswith(KEPT_BEFORE) and text.endswith(KEPT_AFTER)
        document = loads(text)
        if not isinstance(document, dict):
            return False
        if place.form is Form.NUMBER:
            return document.get("case") == 1
        note = document.get("note")
        return isinstance(note, str) and note.startswith(KEPT_BEFORE) and note.endswith(KEPT_AFTER)


def hear(exchange: Exchange) -> Heard:
    """Read an answer, whatever it is."""
    text = exchange.body.decode(errors="replace")
    if exchange.content_type != "text/event-stream":
        document = loads(text)
        heard: dict[Path, str] = {}
        rest = [exchange.headers]
        if not isinstance(document, dict):
            rest.append(text)
        else:
            rest += strings({key: value for key, value in document.items() if key != "choices"})
            _listen(document, "message", heard, rest)
        return Heard(heard, rest, exchange.status != 200 or exchange.broke_off or document is None)
    return _hear_stream(text, exchange.headers, broke_off=exchange.broke_off)


def _hear_stream(text: str, headers: str, *, broke_off: bool) -> Heard:
    texts: dict[Path, str] = {}
    rest = [headers]
    done = failed = False
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line[5:].removeprefix(" ") for line in block.split("\n") if line.startswith("data:")]
        rest += [line for line in block.split("\n") if line and not line.startswith("data:")]
        data = "\n".join(lines)
        if data == "[DONE]":
            done = True
        elif data:
            document = loads(data)
            if isinstance(document, dict):
                _listen(document, "delta", texts, rest)
                rest += strings({key: value for key, value in document.items() if key != "choices"})
            else:
                rest.append(data)
            failed = failed or not isinstance(document, dict) or bool(document.get("error"))
    return Heard(texts, rest, failed or broke_off or not done)


def _listen(document: dict[str, Any], name: str, texts: dict[Path, str], rest: list[str]) -> None:
    """Add what the choices of a body or an event say."""
    choices = document.get("choices")
    for at, choice in enumerate(choices if isinstance(choices, list) else ()):
        if not isinstance(choice, dict):
            rest += strings(choice)
            continue
        index = choice.get("index", at)
        _walk(choice.get(name), (index if isinstance(index, int) else at,), texts)
        rest += strings({key: value for key, value in choice.items() if key != name})


def _walk(value: Any, path: Path, texts: dict[Path, str]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            texts[*path, key, "key"] = key
            _walk(inner, (*path, key), texts)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            index = inner.get("index", at) if isinstance(inner, dict) else at
            _walk(inner, (*path, index if isinstance(index, int) else at), texts)
    elif isinstance(value, str):
        texts[path] = texts.get(path, "") + value
    elif not isinstance(value, bool) and value is not None:
        texts[*path, "number"] = str(value)


def loads(text: str) -> Any:
    """A JSON document; None when it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def strings(value: Any) -> list[str]:
    """Every string, key and number below a value, in order."""
    if isinstance(value, dict):
        return [text for key, inner in value.items() for text in (key, *strings(inner))]
    if isinstance(value, list):
        return [text for inner in value for text in strings(inner)]
    return [] if value is None or isinstance(value, bool) else [str(value)]
