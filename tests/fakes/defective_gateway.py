"""A gateway with a planted defect, for the test that `holdback verify` finds it:

python -m tests.fakes.defective_gateway DEFECT PORT UPSTREAM
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import gateway.inspection.engine
import gateway.services
from gateway.dev import run
from gateway.inspection.inspector import Inspector
from gateway.stream.events import BytesReceived, CloseUpstream, Command, Event, Finish, Send
from gateway.stream.holdback import HoldBack
from gateway.stream.session import Session
from gateway.wire.format import Chunk
from gateway.wire.openai_chat import OpenAIChat
from gateway.wire.sse import SseDecoder, SseEvent
from recognizers.catalogue import catalogue
from tests.fakes.gateway import KEY

ENTITIES = frozenset({"EMAIL_ADDRESS", "US_SSN", "CREDIT_CARD"})
MISSING = "US_SSN"
UNSCANNED = "reasoning_content"
HELD_CHARS = 30


def _know(entities: frozenset[str]) -> None:
    """The engine hears of these recognizers only: it starts in no time, and the others prove nothing here."""
    known = {name: one for name, one in catalogue().items() if name in entities}
    gateway.inspection.engine.catalogue = lambda: known  # type: ignore[assignment,attr-defined]


def a_field_not_scanned() -> None:
    """Its pieces are no slots."""
    original = OpenAIChat.chunk

    def chunk(self: OpenAIChat, root: Any) -> Chunk:
        read = original(self, root)
        return replace(read, slots=tuple(slot for slot in read.slots if UNSCANNED not in (slot.channel or ())))

    OpenAIChat.chunk = chunk  # type: ignore[method-assign]


def a_hold_back_of_30() -> None:
    """All but 30 characters count as decided."""
    original = Inspector.scan

    def scan(self: Inspector, raw: str, base: int, progress: object, *, final: bool) -> Any:
        frontier, found = original(self, raw, base, progress, final=final)
        return max(frontier, base + len(raw) - HELD_CHARS), found

    Inspector.scan = scan  # type: ignore[method-assign]


def a_recognizer_off() -> None:
    """The engine never hears of it."""
    _know(ENTITIES - {MISSING})


def a_scanner_that_raises() -> None:
    """Where scanning fails, the text passes."""
    original_scan, original_push = Inspector.scan, HoldBack.push

    def scan(self: Inspector, raw: str, base: int, progress: object, *, final: bool) -> Any:
        if "@" in raw:
            raise ZeroDivisionError
        return original_scan(self, raw, base, progress, final=final)

    def push(self: HoldBack, text: str) -> str:
        try:
            return original_push(self, text)
        except ZeroDivisionError:
            return text

    Inspector.scan, HoldBack.push = scan, push  # type: ignore[method-assign]


def an_event_that_cannot_be_read() -> None:
    """What cannot be read passes as it came."""
    original = Session.receive

    def receive(self: Session, event: Event) -> list[Command]:
        commands = original(self, event)
        failed = any(isinstance(command, Finish) and command.error for command in commands)
        return [Send(event.data), Finish()] if failed and isinstance(event, BytesReceived) else commands

    taken = Session.take

    def take(self: Session, data: bytes) -> bytes | list[Command]:
        answer = taken(self, data)
        failed = not isinstance(answer, bytes) and any(isinstance(one, Finish) and one.error for one in answer)
        return [Send(data), CloseUpstream(), Finish()] if failed else answer

    Session.receive = receive  # type: ignore[method-assign]
    Session.take = take  # type: ignore[method-assign]


def a_cut_inside_a_character() -> None:
    """Each piece of the body is decoded by itself, and what is no character becomes one."""
    original = SseDecoder.feed

    def feed(self: SseDecoder, data: bytes) -> list[SseEvent]:
        return original(self, data.decode(errors="replace").encode())

    SseDecoder.feed = feed  # type: ignore[method-assign]


DEFECTS: dict[str, Callable[[], None]] = {
    plant.__name__: plant
    for plant in (
        a_field_not_scanned,
        a_hold_back_of_30,
        a_recognizer_off,
        a_scanner_that_raises,
        an_event_that_cannot_be_read,
        a_cut_inside_a_character,
    )
}
NONE = "none"


def main(defect: str, port: str, upstream: str) -> None:
    """Serve with a defect."""
    _know(ENTITIES)
    gateway.services.open_model = lambda *_: nullcontext(None)  # type: ignore[assignment,attr-defined]
    if defect != NONE:
        DEFECTS[defect]()
    run(
        port=int(port),
        host="127.0.0.1",
        upstream=upstream,
        upstream_key=None,
        policy="default",
        key=KEY,
        log_level="error",
        data_dir=None,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
