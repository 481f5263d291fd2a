"""Parts of one text in a stream: what waits for the next one, for how long, and what becomes of it when it does not
come."""

from __future__ import annotations

import json
import random
from itertools import pairwise
from typing import Any

import pytest

from gateway.errors import InspectionFailed, ResponseTooLarge, UpstreamProtocolError, UpstreamUnavailable
from gateway.errors.firewall import CanaryLeaked
from gateway.errors.policy import PolicyBlock
from gateway.firewall.canary import Watch
from gateway.inspection.fit import facts
from gateway.inspection.inspector import Inspector
from gateway.inspection.links import Hosts
from gateway.inspection.model import ModelScanner
from gateway.inspection.restoring import Restoring
from gateway.stream.chain import Chain, redact_parts
from gateway.stream.events import BytesReceived
from gateway.stream.limits import StreamLimits
from gateway.stream.release import BUFFER, FIXED, Judging, Release
from gateway.stream.session import Session
from gateway.stream.watched import Watched
from gateway.vault.matcher import TokenIndex
from gateway.vault.tokenizer import Entry
from gateway.verdict import Direction
from gateway.wire.anthropic_messages import FORMAT
from policies.loader import load, overlay
from tests.dialects.dialect import named
from tests.dialects.parts import PARTED, read
from tests.fakes.late_model import LateModel
from tests.planted import small
from tests.playbook import Trace, pipeline, play, session

MESSAGES = PARTED[0]
HALVES = ("Card: 4111 1111", " 1111 1111, so.")


def start(index: int, kind: str = "text") -> dict[str, Any]:
    block: dict[str, Any] = {
        "type": kind,
        **({"text": ""} if kind == "text" else {"id": "t", "name": "f", "input": {}}),
    }
    return {"type": "content_block_start", "index": index, "content_block": block}


def says(index: int, text: str) -> dict[str, Any]:
    return {"type": "content_block_delta", "index": index, "delta": {"type": "text_delta", "text": text}}


def stop(index: int) -> dict[str, Any]:
    return {"type": "content_block_stop", "index": index}


def cites(index: int, text: str) -> dict[str, Any]:
    delta = {"type": "citations_delta", "citation": {"type": "char_location", "cited_text": text}}
    return {"type": "content_block_delta", "index": index, "delta": delta}


LAST = {"type": "message_stop"}


class Stream:
    """A stream that is fed event by event: what has come out of it."""

    def __init__(self, **more: Any) -> None:
        self.session = Session(FORMAT, more.pop("by", None) or small(), **more)
        self.trace = Trace()

    def hear(self, *events: dict[str, Any]) -> list[str]:
        """The kinds of the events that come out."""
        before = len(self.trace.sent)
        for event in events:
            self.trace.commands += self.session.receive(BytesReceived(named(event)))
        return [data["type"].removeprefix("content_block_") for data in read(self.trace.sent[before:])]

    @property
    def texts(self) -> list[str]:
        return MESSAGES.told(read(self.trace.sent))[0]


def test_a_part_whose_end_is_decided_holds_up_nothing() -> None:
    one = Stream()
    one.hear(start(0), says(0, "All is well. "))
    assert one.hear(stop(0)) == []  # as ever: the next event may say that the text was cut off
    assert one.hear(start(1)) == ["stop", "start"]
    assert one.hear(says(1, "So it is. ")) == ["delta"]


def test_a_part_whose_end_is_undecided_waits_until_it_is() -> None:
    one = Stream()
    one.hear(start(0), says(0, HALVES[0]))
    assert one.hear(stop(0), start(1), says(1, " 1111"), cites(1, "so"), says(1, " 1111")) == []
    assert one.hear({"type": "ping"}) == ["ping"]
    # The card is whole, and what follows it shows that it is one.
    assert one.hear(says(1, ", so. ")) == ["delta", "stop", "start", "delta", "delta", "delta", "delta"]
    assert one.texts == ["Card: [CREDIT_CARD]", ", so. "]
    assert one.hear(stop(1), LAST) == ["stop", "message_stop"]


def test_what_follows_may_show_that_it_is_no_value() -> None:
    one = Stream()
    one.hear(start(0), says(0, HALVES[0]), stop(0), start(1))
    one.hear(says(1, " apples. "))
    assert one.texts == [HALVES[0], " apples. "]


@pytest.mark.parametrize(
    "following",
    [
        start(1, "tool_use"),
        start(2),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
        LAST,
        {"type": "x"},
    ],
    ids=lambda event: event["type"],
)
def test_what_is_no_further_part_ends_it(following: dict[str, Any]) -> None:
    one = Stream()
    assert one.hear(start(0), says(0, HALVES[0]), stop(0)) == ["start", "delta"]
    assert one.hear(following)[:2] == ["delta", "stop"]
    assert one.texts[0] == HALVES[0]


def test_three_parts_of_one_value() -> None:
    one = Stream()
    one.hear(start(0), says(0, "4111 "), stop(0), start(1), says(1, "1111 1111"), stop(1), start(2))
    assert one.hear(says(2, " 11")) == []
    one.hear(says(2, "11. "), stop(2), LAST)
    assert one.texts == ["[CREDIT_CARD]", "", ". "]
    [report] = one.trace.reports
    assert [(found.entity, found.start, found.end) for found in report.findings] == [("CREDIT_CARD", 0, 19)]


def test_a_stream_that_breaks_off_meanwhile_does_not_end_in_half_a_value() -> None:
    trace = play(
        [b"".join(map(named, [start(0), says(0, HALVES[0]), stop(0), start(1), says(1, " 11")]))],
        using=Stream().session,
    )
    assert isinstance(trace.error, UpstreamUnavailable)
    assert b"4111" not in trace.sent
    assert "Card: [CUT_OFF]" in MESSAGES.told(data for data in read(trace.sent) if data["type"] != "error")[0]


def test_what_the_policy_blocks_blocks_over_a_seam() -> None:
    policy = overlay(load("default", facts()), "mine", "entities: {CREDIT_CARD: {response: block}}", facts())
    one = Stream(by=Inspector(pipeline(), policy, Direction.RESPONSE))
    one.hear(start(0), says(0, "It is. " + HALVES[0]), stop(0), start(1), says(1, HALVES[1]))
    assert isinstance(one.trace.error, PolicyBlock)
    assert b"4111" not in one.trace.sent
    assert b"1111" not in one.trace.sent
    assert b"It is. " in one.trace.sent


def test_a_canary_over_a_seam_ends_the_stream() -> None:
    by = Watched(small(), Watch(("abcdefghijklmnopqrst",)))
    one = Stream(by=by)
    one.hear(start(0), says(0, "so abcdef"), stop(0), start(1), says(1, "ghijkl and so on. "))
    assert isinstance(one.trace.error, CanaryLeaked)
    assert b"abc" not in one.trace.sent


def test_an_own_token_over_a_seam_turns_back_in_the_first_part() -> None:
    entry = Entry("PERSON", "Jane Doe", "jane doe", "KC_PERSON_7F3K2Q9B", 1)
    one = Stream(by=Restoring(small(), TokenIndex([(entry.token, entry)]), Hosts()))
    one.hear(start(0), says(0, "To KC_PERS"), stop(0), start(1), says(1, "ON_7F3K2Q9B, now"), stop(1), LAST)
    assert one.texts == ["To Jane Doe", ", now"]


@pytest.mark.parametrize("mode", [FIXED, BUFFER])
def test_the_text_is_the_same_however_it_is_released(mode: str) -> None:
    one = Stream(release=Release(mode, 40))
    one.hear(
        start(0), *[says(0, char) for char in HALVES[0]], stop(0), start(1), *[says(1, char) for char in HALVES[1]]
    )
    one.hear(stop(1), LAST)
    assert one.texts == ["Card: [CREDIT_CARD]", ", so."]


def test_who_judges_texts_sees_no_half_of_a_value() -> None:
    seen: list[str] = []
    one = Stream(release=Release(judging=Judging(small(Direction.REQUEST), seen.append)))
    one.hear(start(0), says(0, HALVES[0]), stop(0), start(1), says(1, HALVES[1]), stop(1), LAST)
    assert seen == ["Card: [CREDIT_CARD]", ", so."]
    assert one.texts == ["Card: [CREDIT_CARD]", ", so."]


def test_a_part_that_begins_before_the_last_one_has_ended_is_a_text_of_its_own() -> None:
    one = Stream()
    one.hear(start(0), says(0, "a "), start(1), says(1, "b "), says(0, "jane@example.com "), stop(0), stop(1), LAST)
    assert one.texts == ["a [EMAIL_ADDRESS] ", "b "]


def test_what_has_ended_says_no_more() -> None:
    one = Stream()
    one.hear(start(0), says(0, HALVES[0]), stop(0), start(1), says(1, " 1"), says(0, " 1111 1111"))
    assert isinstance(one.trace.error, UpstreamProtocolError)
    assert b"4111" not in one.trace.sent


def test_what_waits_is_bounded() -> None:
    one = Stream(limits=StreamLimits(channels=8))
    one.hear(start(0), says(0, HALVES[0]), stop(0), start(1), *[says(1, "")] * 9)
    assert isinstance(one.trace.error, ResponseTooLarge)


@pytest.mark.parametrize("large", [0, 1])
def test_parts_that_cannot_be_told_the_same_again_end_the_stream(large: int) -> None:
    """A part that is told again is inspected alone where there was no room to remember it: half a value would pass."""
    form, parts = PARTED[1], [["Card: 4111 1111"], [" 1111 1111, so."]]
    parts[large] = ["so " * 400, *parts[large]] if large == 0 else [*parts[large], "so " * 400]
    using = Session(form.wire, small(), limits=StreamLimits(event_bytes=2000))
    trace = play([b"".join(form.stream(parts))], using=using)
    assert isinstance(trace.error, InspectionFailed)
    assert b"1111" not in trace.sent


@pytest.mark.parametrize("form", PARTED, ids=lambda form: form.name)
def test_how_the_bytes_were_cut_shows_nowhere(form: Any) -> None:
    body = b"".join(form.stream([["Card: 4111", " 1111"], [" 11", "11 ", "1111, so."], ["jane@", "example.com"]]))
    sent = play([body], using=session(small(), wire=form.wire)).sent
    assert b"1111" not in sent
    for at in range(1, len(body), 31):
        assert play([body[:at], body[at:]], using=session(small(), wire=form.wire)).sent == sent
    chance = random.Random(7)
    cuts = sorted(chance.sample(range(1, len(body)), 40))
    assert (
        play([body[a:b] for a, b in pairwise([0, *cuts, len(body)])], using=session(small(), wire=form.wire)).sent
        == sent
    )


@pytest.mark.parametrize("seed", range(4))
def test_with_a_model_whose_answers_come_late(seed: int) -> None:
    texts = ["I met JANE ", "MARY DOE. She left. " * 30, "It was JANE", " MARY again."]
    by = ModelScanner(small(), LateModel(random.Random(seed)))
    shown = MESSAGES.told(
        read(play(MESSAGES.stream([[*text] for text in texts]), using=session(by, wire=FORMAT)).sent)
    )[0]
    assert shown == redact_parts(ModelScanner(small(), LateModel(random.Random(9))), texts, truncated=False)[0]
    assert "JANE" not in "".join(shown)
    assert "MARY" not in "".join(shown)


def test_what_stands_for_a_value_may_hold_any_character() -> None:
    entry = Entry("PERSON", "\udfffJ\udfff", "j", "KC_PERSON_7F3K2Q9B", 1)
    by = Restoring(small(), TokenIndex([(entry.token, entry)]), Hosts())
    shown, _ = redact_parts(by, ["KC_PERSON_", "7F3K2Q9B", "."], truncated=False)
    assert shown == ["\ufffdJ\ufffd", "", "."]


def test_findings_go_to_the_part_in_which_they_begin() -> None:
    chain = Chain(small())
    shown = [chain.feed(0, "a jane@example.com b 536-22-")]
    chain.begin()
    shown.append(chain.feed(1, "8726 +1 415-555-0132 "))
    shown = [text + chain.end(part, truncated=False) for part, text in enumerate(shown)]
    assert shown == ["a [EMAIL_ADDRESS] b [US_SSN]", " [PHONE_NUMBER] "]
    assert [(one.entity, one.start) for one in chain.findings_of(0)] == [("EMAIL_ADDRESS", 2), ("US_SSN", 21)]
    assert [(one.entity, one.start) for one in chain.findings_of(1)] == [("PHONE_NUMBER", 5)]
    assert json.dumps(shown)
