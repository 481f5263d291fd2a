"""The promised recall and precision, on a small labelled set that is made here; and that the judge can say no."""

from __future__ import annotations

import random
from typing import Any

import pytest
from faker import Faker

from gateway.inspection.inspector import Inspector
from gateway.verdict import Direction
from policies.policy import Policy
from recognizers.catalogue import catalogue
from recognizers.pipeline import Pipeline
from tests.bench.detection import Tally, judge, table

LOCALES = ("en_US", "en_GB", "en_AU", "de_DE", "fr_FR", "nl_NL", "sv_SE", "pt_BR", "pl_PL", "ja_JP", "fi_FI", "da_DK")
MAKERS = {
    "CREDIT_CARD": lambda fake: fake.credit_card_number(),
    "IBAN_CODE": lambda fake: fake.iban(),
    "EMAIL_ADDRESS": lambda fake: fake.safe_email(),
    "IP_ADDRESS": lambda fake: fake.ipv4_public(),
    "US_SSN": lambda fake: fake.ssn(),
    "DOMAIN_NAME": lambda fake: fake.uri(),
    "PHONE_NUMBER": lambda fake: fake.phone_number(),
}
FRAMES = {
    "PHONE_NUMBER": (
        "You can call {} from nine to five.",
        "Dr Li\n12 Elm\n{} office",
        "my mobile number is {}",
        "tel {}",
    ),
    "DOMAIN_NAME": ("See {} for more.", "It is at {}, I think.", "Who runs {}?"),
}
COMMON = (
    "Please note {} for {year}.",
    "I moved to page 12, {}, in {year}.",
    "{}",
    "From {year} on it was {}: 14 of 20.",
)


def rows(count: int, seed: int) -> list[dict[str, Any]]:
    """Labelled texts, the same for the same seed."""
    dice = random.Random(seed)
    fakes = {locale: Faker(locale) for locale in LOCALES}
    Faker.seed(seed)
    found = []
    for _ in range(count):
        kind = dice.choice(sorted(MAKERS))
        locale = "en_US" if kind == "US_SSN" else dice.choice(LOCALES)
        value = MAKERS[kind](fakes[locale])
        frame = dice.choice(FRAMES.get(kind, COMMON)).replace("{year}", str(dice.randint(1900, 2026)))
        start = frame.index("{}")
        span = {"entity_type": kind, "entity_value": value, "start_position": start, "end_position": start + len(value)}
        found.append({"full_text": frame.replace("{}", value), "spans": [span]})
    return found


def strict(pipeline: Pipeline) -> Inspector:
    return Inspector(pipeline, Policy("strict", threshold=0.3), Direction.REQUEST)


def test_structured_entities_are_found_and_named(pipeline: Pipeline) -> None:
    tally = judge(strict(pipeline), rows(300, seed=4))
    assert min(tally.values.values()) >= 20
    assert tally.broken() == [], tally.misses
    assert table(tally).count("\n") == len(tally.values) + 1


def test_a_catalogue_without_cards_is_seen_by_the_judge() -> None:
    poorer = Pipeline(one for entity, one in catalogue().items() if entity != "CREDIT_CARD")
    assert "recall of CREDIT_CARD 0.000" in judge(strict(poorer), rows(60, seed=4)).broken()


def test_false_alarms_are_seen_by_the_judge(pipeline: Pipeline) -> None:
    tally = judge(strict(pipeline), [{"full_text": "jane@example.com and 10.1.2.3", "spans": []}])
    assert tally.broken() == ["precision 0.000"]


@pytest.mark.parametrize(("value", "kind"), [("4111111111111111", "CREDIT_CARD"), ("4111111111111112", "")])
def test_a_card_that_fails_its_check_digit_is_none(value: str, kind: str) -> None:
    span = {"entity_type": "CREDIT_CARD", "entity_value": value, "start_position": 0, "end_position": 16}
    tally = judge(Inspector(Pipeline([]), Policy("x"), Direction.REQUEST), [{"full_text": value, "spans": [span]}])
    assert [entity for entity in tally.values if entity == kind] == ([kind] if kind else [])
    assert tally == Tally(tally.values, tally.found, misses=tally.misses)
