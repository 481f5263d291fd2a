"""Whole streams that echo a canary in every form, at every split: not a byte of it gets out; ordinary text: no kill."""

from __future__ import annotations

import sysconfig
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

import pytest

from gateway.errors.firewall import CanaryLeaked
from gateway.firewall.canary import Watch, canary
from gateway.stream.events import CloseUpstream
from gateway.stream.holdback import redact
from gateway.stream.watched import Watched
from tests.bench.prose import PROSE
from tests.playbook import DONE, content, play, scanner, session, stop
from tests.unit.gateway.firewall.canary_forms import forms

KEY = b"a key for the tests of canaries."
BEFORE, AFTER = "My mark: ", " and so on."


def echoes(words: list[str]) -> Iterator[tuple[str, str, str, list[str]]]:
    """Word, form, text and its pieces: every form of every word, cut at every place, and letter by letter."""
    for word in words:
        for name, form in forms(word):
            text = BEFORE + form + AFTER
            yield word, name, form, [*text]
            for at in range(1, len(text)):
                yield word, name, form, [text[:at], text[at:]]


def leaked(word: str, form: str, watch: Watch, pieces: list[str]) -> str:
    """What of a stream's echo reached the client; the stream must have been killed, and its provider closed."""
    trace = play([content(piece) for piece in pieces] + [stop() + DONE], using=session(Watched(scanner(), watch)))
    assert isinstance(trace.error, CanaryLeaked), form
    assert any(isinstance(command, CloseUpstream) for command in trace.commands)
    assert b"[DONE]" not in trace.sent
    said = trace.texts.get((0, "content"), "")
    assert len(said) < len(BEFORE) or said.startswith(BEFORE)
    return said[len(BEFORE) :]


def innocent(name: str) -> int:
    """How many characters of a form say nothing of the canary: in base64, those of the words that are encoded before
    it (9 bytes and one for each phase; of the third phase one more, whose last two bits are those of any letter)."""
    return (12, 13, 15)[int(name.partition("phase ")[2][0])] if "phase" in name else 0


@pytest.mark.parametrize("count", [100, pytest.param(10_000, marks=pytest.mark.slow)])
def test_no_byte_of_a_canary_in_so_many_streams(count: int) -> None:
    words = [canary(KEY, "acme", f"agent {number}", number) for number in range(1 if count < 1000 else 3)]
    watches = {word: Watch([word]) for word in words}
    every = list(echoes(words))
    assert count < 1000 or len(every) >= count
    step = max(len(every) // count, 1)
    bytes_out = streams = 0
    for word, name, form, pieces in every[::step] if count < 1000 else every:
        out = leaked(word, form, watches[word], pieces).strip(" ,.-").replace("\n", "")
        bytes_out += max(len(out) - innocent(name), 0)
        streams += 1
    assert streams >= count
    assert bytes_out == 0


def ordinary(limit: int) -> Iterator[str]:
    """Source code and documentation that everybody has."""
    folder, total = Path(sysconfig.get_path("stdlib")), 0
    for file in sorted(folder.rglob("*.py")):
        if "site-packages" not in file.parts:
            text = file.read_text(encoding="utf-8", errors="replace")
            total += len(text)
            yield text
            if total > limit:
                return


@pytest.mark.parametrize("limit", [50_000, pytest.param(10_000_000, marks=pytest.mark.slow)])
def test_no_false_kill_in_ordinary_text(limit: int) -> None:
    watch, total = Watch([canary(KEY, "acme", "helpdesk", number) for number in range(2)]), 0
    for text, prose in zip(ordinary(limit), cycle([PROSE]), strict=False):
        for one in (text, prose):
            assert redact(watch, one).text == one
            total += len(one)
    assert total > limit
