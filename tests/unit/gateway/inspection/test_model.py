"""Tier 3 over tiers 1 and 2: the output is a function of the text, whenever the answers come."""

from __future__ import annotations

import random
from functools import cache

import pytest

from gateway.inspection.engine import Engine, engine_of, with_model
from gateway.inspection.memory import Remembering, ScanMemory
from gateway.models.local import LocalModel
from gateway.stream.holdback import HoldBack, redact
from gateway.stream.json_holdback import JsonHoldBack
from gateway.stream.scanner import Scanner
from tests.fakes.late_model import LateModel

NAMES = ("ANNA", "BERT KLEIN", "JOHN", "MARIA LOPEZ")
PIECES = (
    *(
        "call 415-555-0132 now",
        "jane.doe@example.com",
        "4111 1111 1111 1111",
        "It rained. ",
        "so it was",
        "\n\n",
        "Why?",
    ),
    *(
        "the long way home",
        "in May. ",
        "word " * 30,
        "St. ",
        "\\n",
        "{0}'s car",
        "{0} and {0}",
        "Dear {0},",
        "{0}. {0}",
    ),
)


@cache
def engine() -> Engine:
    return engine_of("strict")


def scanner(seed: int) -> Scanner:
    return with_model(engine(), LateModel(random.Random(seed))).response


def text_of(chance: random.Random) -> str:
    pieces = chance.choices(PIECES, k=chance.randint(1, 16))
    return " ".join(piece.format(chance.choice(NAMES)) for piece in pieces)


def cut_up(text: str, chance: random.Random) -> list[str]:
    ends = sorted(chance.randrange(len(text) + 1) for _ in range(chance.randint(1, 12)))
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]


@pytest.mark.parametrize("seed", range(60))
def test_cuts_and_late_answers_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    text = text_of(chance)
    whole = redact(scanner(seed), text).text
    assert not [name for name in NAMES if name in whole]
    for attempt in range(3):
        channel = HoldBack(scanner(seed * 10 + attempt))
        out = "".join(channel.push(piece) for piece in cut_up(text, chance)) + channel.finish()
        assert out == whole


@pytest.mark.parametrize("seed", range(30))
def test_a_text_that_breaks_off_ends_the_same_way(seed: int) -> None:
    chance = random.Random(seed)
    text = text_of(chance)
    outs = set()
    for attempt in range(4):
        channel = HoldBack(scanner(seed * 10 + attempt))
        outs.add("".join(channel.push(piece) for piece in cut_up(text, chance)) + channel.finish(truncated=True))
    assert len(outs) == 1


def test_nothing_leaves_before_its_segment_is_answered() -> None:
    class Never(random.Random):
        def random(self) -> float:
            return 1.0

    model = LateModel(Never())
    channel = HoldBack(with_model(engine(), model).response)
    text = "It was a long and rainy day when JOHN came to the house by the sea. And then he left it. "
    assert channel.push(text) == ""
    assert model.asked
    assert channel.push("x") + channel.finish() == text.replace("JOHN", "[PERSON]") + "x"


def test_arguments_of_tools_are_read_decoded() -> None:
    channel = JsonHoldBack(scanner(1))
    out = channel.push('{"note": "Dear\\nANNA, \\"well\\" \\u0041", "n": 5}') + channel.finish()
    assert out == '{"note": "Dear\\n[PERSON], \\"well\\" \\u0041", "n": 5}'


def test_a_model_that_fails_fails_the_text() -> None:
    model = LocalModel({"nlp_engine_name": "no such engine", "models": []})
    with pytest.raises(Exception, match="could not be inspected"):
        redact(with_model(engine(), model).request, "I met Yulanda in Zoetermeer.")


def remembering(memory: ScanMemory, model: LateModel, *names: str) -> Remembering:
    return Remembering(with_model(engine(), model).request, memory, names)


def test_what_was_scanned_is_not_scanned_again() -> None:
    memory, model = ScanMemory(b"k" * 32), LateModel(random.Random(1))
    for seed in range(40):
        text = text_of(random.Random(seed))
        once = redact(remembering(memory, model, "a"), text)
        asked = len(model.asked)
        again = redact(remembering(memory, model, "a"), text)
        assert (again.text, again.replaced) == (once.text, once.replaced)
        assert again.text == redact(scanner(seed), text).text
        if not any(finding.tail for finding in once.findings):
            assert len(model.asked) == asked
    assert memory.hits


def test_a_key_has_everything_in_it() -> None:
    memory, model = ScanMemory(b"k" * 32), LateModel(random.Random(1))
    text = "I met ANNA."
    redact(remembering(memory, model, "tenant a", "policy"), text)
    for names in (("tenant b", "policy"), ("tenant a", "policy 2"), ("tenant ap", "olicy")):
        asked = len(model.asked)
        redact(remembering(memory, model, *names), text)
        assert len(model.asked) > asked, names
    asked = len(model.asked)
    redact(remembering(memory, model, "tenant a", "policy"), text, context="Name: ")
    assert len(model.asked) > asked
    assert "ANNA" not in repr(memory.__dict__)
    memory.clear()
    assert len(memory) == 0


def test_the_memory_is_bounded() -> None:
    memory = ScanMemory(b"k" * 32, entries_max=5)
    for number in range(20):
        redact(remembering(memory, LateModel(random.Random(1)), "a"), f"number {number}")
    assert len(memory) == 5


def test_long_texts_are_scanned_as_they_come() -> None:
    memory, model = ScanMemory(b"k" * 32), LateModel(random.Random(1))
    text = "It was JOHN, who came by the sea. " * 9000
    out = redact(remembering(memory, model, "a"), text).text
    assert "JOHN" not in out
    assert len(memory) == 0
    assert out == text.replace("JOHN", "[PERSON]")
