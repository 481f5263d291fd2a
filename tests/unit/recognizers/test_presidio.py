"""The analyzer with our own model: what it finds, what it must not, and that its company does not matter."""

from __future__ import annotations

import random
import socket
from collections.abc import Callable
from functools import cache

import pytest

from recognizers.ner.gate import may_hold
from recognizers.presidio import Analyst
from training.clinical import DRUGS, EPONYMS
from training.templates import NEGATIVE, TEMPLATES, fill

USUAL = (
    "Hi, I am Jane Doe and I work for Smith & Sons Ltd.",
    "Please ship it to 12 Long Lane, Apt. 4, Bristol.",
    "Dr. Patel saw the patient in Manchester.",
    "my sister natasha lives in austria",
    "She moved from Zoetermeer to Reykjavík with Bryndís Helgadóttir.",
    "Contact Peter Schmidt, Hauptstraße 12, 10115 Berlin.",
    "Signed, Maria Gonzalez",
)
WANTED = (
    *("Jane Doe", "12 Long Lane", "Bristol", "Patel", "Manchester", "natasha", "austria", "Zoetermeer", "Reykjavík"),
    *("Bryndís", "Peter Schmidt", "Hauptstraße 12", "Berlin", "Maria Gonzalez"),
)


@cache
def analyst() -> Analyst:
    return Analyst()


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("asks the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def covered(text: str) -> str:
    """The text with all that is found as blanks."""
    shown = list(text)
    for entity in analyst().analyze([text])[0]:
        shown[entity.start : entity.end] = " " * (entity.end - entity.start)
    return "".join(shown)


def test_names_in_usual_forms_are_found() -> None:
    left = " | ".join(covered(text) for text in USUAL)
    assert [name for name in WANTED if name in left] == []


def test_a_result_depends_on_its_own_text_only() -> None:
    chance = random.Random(5)
    texts = [fill(chance.choice(TEMPLATES + NEGATIVE), chance).text for _ in range(60)] + ["", "x", "Anna"]
    alone = [analyst().analyze([text])[0] for text in texts]
    for size in (2, 7, 63):
        order = list(range(len(texts)))
        chance.shuffle(order)
        for at in range(0, len(order), size):
            part = order[at : at + size]
            assert analyst().analyze([texts[n] for n in part]) == [alone[n] for n in part]


def test_eponyms_and_drugs_pass() -> None:
    chance = random.Random(7)
    terms = [*dict.fromkeys(EPONYMS), *DRUGS]
    assert len(terms) >= 300
    lost = total = 0
    for _ in range(200):
        first, second = chance.choice(EPONYMS), chance.choice(DRUGS)
        text = f"The patient has a history of {first} and takes {second} 20 mg daily; no fever was reported."
        total += len(text)
        lost += sum(a != b for a, b in zip(text, covered(text), strict=True))
    print(f"harmless characters of clinical text redacted: {lost / total:.4f}")
    assert lost / total <= 0.02


CASES: dict[str, Callable[[str], str]] = {"as it is": str, "lower": str.lower, "upper": str.upper}


@pytest.mark.parametrize("case", CASES)
def test_the_gate_loses_at_most_one_per_cent(case: str) -> None:
    chance = random.Random(11)
    found = lost = first = first_lost = 0
    for _ in range(500):
        text = CASES[case](fill(chance.choice(TEMPLATES), chance).text)
        for entity in analyst().analyze([text])[0]:
            size = entity.end - entity.start
            found += size
            lost += 0 if may_hold(text) else size
            if entity.start == 0:
                first += size
                first_lost += 0 if may_hold(text) else size
    print(f"{case}: the gate loses {lost / found:.4f} of what is found, {first_lost / max(1, first):.4f} at starts")
    assert found > 5000
    assert lost <= 0.01 * found
    assert first_lost <= 0.01 * first


def test_the_gate_lets_plain_text_skip_the_model() -> None:
    plain = (
        "What is the weather like today?",
        "Write a poem about the sea and the wind.",
        "Can you help me with my bill?",
        "The quick brown fox jumps over the lazy dog.",
    )
    assert [text for text in plain if may_hold(text)] == []


def test_nothing_of_presidios_defaults_runs() -> None:
    names = {type(one).__name__ for one in analyst()._analyzer.registry.recognizers}
    assert names == {"ModelRecognizer", "PersonRecognizer", "LocationRecognizer", "StreetRecognizer"}


def test_lemmas_are_there_for_context_words() -> None:
    [artifacts] = [one for _, one in analyst()._engine.process_batch(["The Doctors Were There"], "en")]
    assert artifacts.lemmas == ["the", "doctors", "were", "there"]
