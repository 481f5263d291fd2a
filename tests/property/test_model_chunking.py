"""Chunking changes nothing with the real model in the loop either."""

from __future__ import annotations

import random
from functools import cache

import pytest

from gateway.inspection.engine import engine_of, with_model
from gateway.models.local import LocalModel
from gateway.stream.holdback import HoldBack, redact
from gateway.stream.scanner import Scanner
from training.templates import NEGATIVE, TEMPLATES, fill


@cache
def scanner() -> Scanner:
    return with_model(engine_of("strict"), LocalModel()).response


def text_of(chance: random.Random) -> str:
    """A few sentences, with and without entities, now and then without a full stop between them."""
    pieces = [fill(chance.choice(TEMPLATES if chance.random() < 0.7 else NEGATIVE), chance).text for _ in range(6)]
    return chance.choice((" ", " ", "\n", ". ", ", ")).join(pieces)


def check(seeds: range) -> None:
    for seed in seeds:
        chance = random.Random(seed)
        text = text_of(chance)
        ends = sorted(chance.randrange(len(text) + 1) for _ in range(chance.randint(1, 12)))
        channel = HoldBack(scanner())
        pieces = [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]
        out = "".join(map(channel.push, pieces)) + channel.finish()
        assert out == redact(scanner(), text).text, seed


def test_cuts_change_nothing() -> None:
    check(range(25))


@pytest.mark.slow
def test_cuts_change_nothing_in_500_texts() -> None:
    check(range(1000, 1500))
