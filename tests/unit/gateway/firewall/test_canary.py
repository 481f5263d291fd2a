"""Canaries: no form of one gets out, at no split; ordinary text is neither held nor killed."""

from __future__ import annotations

import random
import string
from functools import cache

import pytest

from gateway.errors.firewall import CanaryLeaked
from gateway.firewall.canary import CANARY_LETTERS, LETTERS, WINDOW_LETTERS, Watch, canary, planted
from gateway.stream.claimants import together
from gateway.stream.holdback import HoldBack, redact
from gateway.stream.json_holdback import JsonHoldBack
from gateway.stream.watched import Watched
from tests.bench.prose import PROSE
from tests.playbook import scanner as inspector
from tests.unit.gateway.firewall.canary_forms import forms

KEY = b"a key for the tests of canaries."
WORD = canary(KEY, "acme", "helpdesk", 3)


@cache
def watch() -> Watch:
    return Watch([WORD])


def said(*parts: str, channel: type[HoldBack] | type[JsonHoldBack] = HoldBack) -> tuple[str, bool]:
    """What leaves, and whether the stream was killed."""
    held = channel(Watched(inspector(), watch()))
    out = ""
    try:
        for part in parts:
            out += held.push(part)
        out += held.finish()
    except CanaryLeaked:
        return out, True
    return out, False


def test_a_canary_is_twenty_letters_of_its_tenant_agent_and_epoch() -> None:
    assert len(WORD) == CANARY_LETTERS
    assert set(WORD) <= set(LETTERS) <= set(string.ascii_lowercase)
    others = [canary(KEY, "acme", "helpdesk", 4), canary(KEY, "acme", "x", 3), canary(KEY, "ac", "mehelpdesk", 3)]
    assert len({WORD, *others, canary(bytes(32), "acme", "helpdesk", 3)}) == 5
    assert canary(KEY, "acme", "helpdesk", 3) == WORD


@pytest.mark.parametrize(("name", "form"), [*forms(WORD)], ids=lambda one: one if len(one) < 24 else "")
def test_no_character_of_it_leaves_at_any_split(name: str, form: str) -> None:
    before, after = "My mark: ", " and so on."
    text = before + form + after
    cuts = [[text], [*text], *([text[:at], text[at:]] for at in range(1, len(text)))]
    for parts in cuts:
        out, killed = said(*parts)
        assert killed, name
        encoded = name.startswith(("base64", "wrapped"))  # there the letters before it are encoded with it
        assert before.startswith(out.rstrip()) or (encoded and out.startswith(before) and len(out) < len(before) + 17)


@pytest.mark.parametrize(("name", "form"), [*forms(WORD)][:8], ids=lambda one: one if len(one) < 24 else "")
def test_tool_arguments_are_watched(name: str, form: str) -> None:
    text = '{"note": "' + form.replace("\n", "\\n") + '"}'
    for at in range(1, len(text)):
        out, killed = said(text[:at], text[at:], channel=JsonHoldBack)
        assert killed, name
        assert '{"note": "'.startswith(out)


def test_seven_letters_are_no_canary() -> None:
    for at in range(CANARY_LETTERS - WINDOW_LETTERS + 2):
        text = f"so {WORD[at : at + WINDOW_LETTERS - 1]} it is"
        assert said(text) == (text, False)


def test_prose_is_neither_killed_nor_held() -> None:
    words = PROSE.split(" ")
    channel = HoldBack(watch())
    held = []
    out = ""
    for word in words:
        out += channel.push(word + " ")
        held.append(channel.held_chars)
    assert out + channel.finish() == PROSE + " "
    assert sorted(held)[len(held) * 95 // 100] <= 4
    assert max(held) <= 24


def test_random_text_is_not_killed() -> None:
    chance = random.Random(7)
    for alphabet in (string.ascii_lowercase, LETTERS, string.hexdigits, string.ascii_letters + string.digits + "+/"):
        text = "".join(chance.choices(alphabet, k=20_000))
        assert redact(watch(), text).text == text


def test_in_a_request_it_is_stripped_and_kills_nothing() -> None:
    stripping = together([inspector(), Watch([WORD], strip=True)])
    redacted = redact(stripping, f"What does {WORD} mean? Write to jane@example.com.")
    assert not any(WORD[at : at + 4] in redacted.text for at in range(CANARY_LETTERS - 3))
    assert "[EMAIL_ADDRESS]" in redacted.text
    assert "CANARY" in {finding.entity for finding in redacted.findings}


def test_the_planted_sentence_carries_it() -> None:
    assert WORD in planted(WORD)
    assert said(planted(WORD))[1]


def test_a_watch_that_knows_longer_windows_only_lets_it_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: a planted defect."""
    monkeypatch.setattr("gateway.firewall.canary.WINDOW_LETTERS", 12)
    blind = Watch([WORD])
    assert redact(blind, WORD[:8]).text == WORD[:8]
