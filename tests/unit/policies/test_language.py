"""The keys of the language: what each makes of a policy, and what it refuses, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from policies.catalogue import keys
from policies.loader import load, overlay
from policies.nodes import Facts
from policies.policy import Context, Mask, Policy, PolicyError, Rule

ENTITIES = frozenset({"US_SSN", "CREDIT_CARD", "EMAIL_ADDRESS", "ORGANIZATION", "NRP"})
FACTS = Facts(ENTITIES, lambda entity, action: "no" if (entity, action) == ("CREDIT_CARD", "hash") else "")


def read(folder: Path, text: str) -> Policy:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")
    return load(str(folder / "mine.yaml"), FACTS)


def test_one_word_is_for_both_directions(tmp_path: Path) -> None:
    policy = read(tmp_path, "extends: default\nentities: {US_SSN: warn, CREDIT_CARD: {response: mask}}\n")
    assert policy.rule("US_SSN") == Rule("warn", "warn")
    assert policy.rule("CREDIT_CARD") == Rule("tokenize", "mask")


@pytest.mark.parametrize("order", ["'*': warn, US_SSN: {request: mask}", "US_SSN: {request: mask}, '*': warn"])
def test_what_is_said_of_all_is_below_what_is_said_of_one(tmp_path: Path, order: str) -> None:
    policy = read(tmp_path, f"entities: {{{order}}}\n")
    assert policy.rule("US_SSN") == Rule("mask", "warn")
    assert policy.rule("CREDIT_CARD") == Rule("warn", "warn")


def test_a_threshold_of_its_own(tmp_path: Path) -> None:
    policy = read(tmp_path, "threshold: 0.6\nentities: {US_SSN: {threshold: 0.2}}\n")
    assert policy.decide("US_SSN", "request", 0.3) == "redact"
    assert policy.decide("CREDIT_CARD", "request", 0.59) == "allow"


def test_modes(tmp_path: Path) -> None:
    policy = read(
        tmp_path,
        "mode: {request: monitor}\nentities: {US_SSN: {mode: enforce}, CREDIT_CARD: {mode: {response: monitor}}}\n",
    )
    assert policy.decide("EMAIL_ADDRESS", "request", 1.0) == "monitor"
    assert policy.decide("EMAIL_ADDRESS", "response", 1.0) == "redact"
    assert policy.decide("US_SSN", "request", 1.0) == "redact"
    assert policy.decide("CREDIT_CARD", "response", 1.0) == policy.decide("CREDIT_CARD", "request", 1.0) == "monitor"
    assert policy.passes("EMAIL_ADDRESS", "request", 1.0)
    assert policy.monitored() == ("request", "response")
    assert read(tmp_path, "extends: default\n").monitored() == ()
    assert read(tmp_path, "mode: monitor\n").monitored() == ("request", "response")


def test_what_is_allowed_is_not_monitored(tmp_path: Path) -> None:
    policy = read(tmp_path, "mode: monitor\nentities: {US_SSN: allow}\n")
    assert policy.decide("US_SSN", "request", 1.0) == "allow"


def test_masks_and_context(tmp_path: Path) -> None:
    text = "entities: {US_SSN: {request: mask, mask: {keep_last: 2, character: '#'}, context: {words: [Tax, tax]}}}\n"
    rule = read(tmp_path, text).rule("US_SSN")
    assert rule.mask == Mask(0, 2, "#")
    assert rule.context == Context(("tax",))


def test_numbers_and_lists(tmp_path: Path) -> None:
    policy = read(tmp_path, "retention_days: 365\nregions: [eu, uk]\nholdback_chars: 128\n")
    assert (policy.retention_days, policy.regions, policy.holdback_chars) == (365, frozenset({"eu", "uk"}), 128)
    assert policy.permits_region("eu")
    assert not policy.permits_region("us")
    assert not policy.permits_region("")
    assert Policy("any").permits_region("")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("entities: {CREDIT_CARD: hash}\n", "1:25", "`hash` does not fit CREDIT_CARD: no"),
        ("entities: {CREDIT_CARD: {response: hash}}\n", "1:36", "does not fit"),
        ("entities: {US_SSN: redakt}\n", "1:20", "did you mean 'redact'"),
        ("entities: {US_SSN: {mask: {keep_last: 4}}}\n", "1:27", "no direction of this entity is masked"),
        ("entities: {US_SSN: {request: mask, mask: {keep_last: 5}}}\n", "1:54", "from 0 to 4"),
        ("entities: {US_SSN: {request: mask, mask: {keep_first: 1.5}}}\n", "1:55", "whole number"),
        ("entities: {US_SSN: {request: mask, mask: {character: ab}}}\n", "1:54", "unknown word 'ab'"),
        ("entities: {US_SSN: {mode: monitr}}\n", "1:27", "did you mean 'monitor'"),
        ("entities: {US_SSN: {mode: {requests: monitor}}}\n", "1:28", "did you mean 'request'"),
        ("entities: {'*': {context: {words: [a]}}}\n", "1:27", "name it"),
        ("entities: {US_SSN: {context: {words: ['']}}}\n", "1:38", "empty context word"),
        ("entities: {US_SSN: {thresholds: 0.5}}\n", "1:21", "did you mean 'threshold'"),
        ("retention_days: 29\n", "1:17", "from 30 to 365"),
        ("retention_days: 366\n", "1:17", "from 30 to 365"),
        ("retention_days: 30.5\n", "1:17", "whole number"),
        ("regions: []\n", "1:10", "no upstream"),
        ("regions: [europe]\n", "1:11", "unknown word 'europe'"),
        ("mode: off\n", "1:7", "known: enforce, monitor"),
        ("tokenise: on\n", "1:1", "unknown key"),
        ("extends: {a: b}\n", "1:10", "a word or a number"),
    ],
)
def test_a_mistake_is_refused_with_its_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'mine.yaml'}:{place}: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_overlay_goes_on_top() -> None:
    below = load("default", FACTS)
    above = overlay(below, "overlay of tenant a", '{"entities": {"US_SSN": "block"}, "threshold": 0.4}', FACTS)
    assert above.name == below.name
    assert above.threshold == 0.4
    assert above.rule("US_SSN") == Rule("block", "block")
    assert above.rule("CREDIT_CARD") == below.rule("CREDIT_CARD")
    assert overlay(below, "nothing", " \n", FACTS) is below


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("extends: strict\n", "overlay of agent b:1:1: unknown key 'extends'"),
        ("threshold: 2\n", "overlay of agent b:1:12: "),
        ("description: " + "x" * (1 << 20), "overlay of agent b: larger"),
    ],
)
def test_an_overlay_is_read_as_strictly(text: str, words: str) -> None:
    with pytest.raises(PolicyError, match=words):
        overlay(load("default", FACTS), "overlay of agent b", text, FACTS)


def test_every_key_says_what_it_is() -> None:
    for name, key in keys().items():
        assert key.name == name
        assert key.summary.endswith(".")
        assert key.schema


def test_a_key_may_keep_its_value_without_a_field() -> None:
    key = keys()["threshold"]
    policy = key.set(Policy("p"), 7)
    assert (key.of(policy), key.of(Policy("q"))) == (7, None)
