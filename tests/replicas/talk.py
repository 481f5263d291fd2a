"""One client's stream: what it says, what it must hear, and what it did hear.

Each client has values of its own. Its prompt names them; the provider says the prompt again and again, in pieces that
cut the tokens anywhere, with a token of somebody else and a number of nobody beside it. So what a client may hear is
known to the character, and all that a stream was heard to say must be a beginning of it.
"""

from __future__ import annotations

import itertools
import json
import re
from dataclasses import dataclass, field
from typing import Any

import aiohttp

MODEL = "gpt-4o-mini"
HELD = 1000
"""From so many tokens on that a request asks for, the provider goes on until it is told to end."""
STRANGER = "123-45-6789"
_BLOCK = "[{number}] {said} Not {other}, nor SSN {stranger}.\n"
VALUES = re.compile(r"own\.\d+@mail\.example\.com|\b4111\d{12}\b|\b536-\d\d-\d{4}\b")
"""What planted values look like."""
SILENT = "ended without a word"
_numbers = itertools.count(1)
ERRORS = (aiohttp.ClientError, ConnectionError, TimeoutError)


def block(number: int, said: str, other: str, stranger: str) -> str:
    """What the provider says once."""
    return _BLOCK.format(number=number, said=said, other=other, stranger=stranger)


@dataclass(frozen=True, slots=True)
class Talk:
    """A request, and what is planted in it.

    `path`: of the endpoint. `blocks`: that the provider says; `HELD` for so many as it likes.
    """

    key: str = field(repr=False)
    path: str = "/v1/chat/completions"
    blocks: int = 2
    streams: bool = True
    number: int = field(default_factory=lambda: next(_numbers))

    @property
    def values(self) -> tuple[str, str, str]:
        """Email address, card number (its check digit holds), social security number."""
        digits = f"411111{self.number:09}"
        odd = sum(sum(divmod(2 * int(d), 10)) for d in digits[::-2])
        check = (10 - (odd + sum(map(int, digits[-2::-2]))) % 10) % 10
        area, rest = divmod(self.number, 9998)
        return f"own.{self.number}@mail.example.com", f"{digits}{check}", f"536-{area % 98 + 1:02}-{rest + 1:04}"

    @property
    def prompt(self) -> str:
        email, card, number = self.values
        return f"Write to {email}, card {card}, SSN {number}."

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}", "X-Holdback-Conversation": f"talk {self.number}"}

    @property
    def body(self) -> dict[str, Any]:
        messages = [{"role": "user", "content": self.prompt}]
        return {"model": MODEL, "max_tokens": self.blocks, "stream": self.streams, "messages": messages}

    def expected(self, blocks: int) -> str:
        """What the client hears when the provider has said so many blocks."""
        return "".join(block(n, self.prompt, "[EMAIL_ADDRESS]", "[US_SSN]") for n in range(1, blocks + 1))


@dataclass(slots=True)
class Heard:
    """What came of it.

    `code`: of the error that it ended with, in an answer or an event; `broken`: how the connection ended, if badly.
    """

    talk: Talk
    status: int = 0
    replica: str = ""
    request_id: str = ""
    text: str = ""
    is_done: bool = False
    code: str = ""
    broken: str = ""

    @property
    def blocks(self) -> int:
        """That were heard in full."""
        return self.text.count("\n")

    @property
    def outcome(self) -> str:
        """`whole`, or what the client was told instead."""
        if self.is_done and not self.code and not self.broken:
            return "whole"
        return self.code or self.broken or SILENT

    def faults(self) -> list[str]:
        """What no client may hear, whatever dies."""
        found = []
        sure = self.talk.expected(self.blocks + 1)
        if not sure.startswith(self.text):
            found.append(f"stream {self.talk.number} heard what was not for it")
        if self.is_done and (self.code or self.broken):
            found.append(f"stream {self.talk.number} was told that it is whole, and that it is not")
        if self.is_done and not (self.text.endswith("\n") and self.blocks):
            found.append(f"stream {self.talk.number} took a part for the whole")
        if not self.is_done and self.outcome == SILENT:
            found.append(f"stream {self.talk.number} ended as if all were well, and was not whole")
        return found


async def hear(http: aiohttp.ClientSession, url: str, heard: Heard) -> Heard:
    """Ask, and read until the end; `heard` is filled on the way."""
    talk = heard.talk
    try:
        async with http.post(url + talk.path, json=talk.body, headers=talk.headers) as answer:
            heard.status, heard.replica = answer.status, answer.headers.get("X-Replica", "")
            heard.request_id = answer.headers.get("X-Request-Id", "")
            if answer.content_type == "text/event-stream":
                async for line in answer.content:
                    _take(heard, line)
            else:
                _whole(heard, await answer.read())
    except ERRORS as error:
        heard.broken = type(error).__name__
    return heard


def _take(heard: Heard, line: bytes) -> None:
    if not line.startswith(b"data: "):
        return
    data = line[6:].strip()
    if data == b"[DONE]":
        heard.is_done = True
        return
    event = json.loads(data)
    if "error" in event:
        heard.code = str(event["error"]["code"])
    for choice in event.get("choices", ()):
        heard.text += choice["delta"].get("content") or ""


def _whole(heard: Heard, body: bytes) -> None:
    try:
        values = json.loads(body)
    except ValueError:
        heard.code = f"status {heard.status}"  # a proxy's own page
        return
    if "error" in values:
        heard.code = str(values["error"]["code"])
        return
    heard.text, heard.is_done = values["choices"][0]["message"]["content"], True


def emails(text: str) -> list[str]:
    """Addresses in a text."""
    return re.findall(r"[\w.+-]+@[\w.-]+\w", text)
