"""Which provider a request goes to, and when one is left alone."""

from __future__ import annotations

import pytest

from gateway.providers.breaker import RETRY_AFTER_SECONDS_MAX, Breaker, pause_seconds
from gateway.providers.catalogue import kinds
from gateway.providers.kind import CHAT, EMBEDDINGS, MESSAGES
from gateway.providers.routing import Candidate, Place, Route, Routing

KINDS = kinds()
PLACES = {
    "o": Place("o", KINDS["openai"], "us"),
    "a": Place("a", KINDS["anthropic"], "eu"),
    "v": Place("v", KINDS["vllm"], "eu"),
}


def test_every_kind_is_here_and_says_where_it_is_written() -> None:
    wanted = {"openai", "azure-openai", "anthropic", "gemini", "ollama", "vllm", "openai-compatible", "transparent"}
    assert set(KINDS) == wanted
    for kind in KINDS.values():
        assert kind.source
        assert kind.base_url.startswith("https://") or not kind.base_url or kind.is_private
        assert kind.speaks


@pytest.mark.parametrize(
    ("model", "path", "others", "expected"),
    [
        ("gpt-4o", CHAT, (), [("o", CHAT), ("v", CHAT)]),
        ("claude-3", CHAT, (), []),
        ("claude-3", CHAT, (MESSAGES,), [("a", MESSAGES)]),
        ("gpt-4o", MESSAGES, (CHAT,), [("o", CHAT), ("v", CHAT)]),
        ("claude-3", EMBEDDINGS, (), []),
        ("other", CHAT, (), []),
        ("eu-1", CHAT, (), [("v", CHAT)]),
    ],
)
def test_candidates(model: str, path: str, others: tuple[str, ...], expected: list[tuple[str, str]]) -> None:
    routing = Routing(
        PLACES,
        [
            Route(("gpt-*", "o?"), ("o", "v")),
            Route(("claude-*",), ("a",)),
            Route(("eu-*",), ("o", "v"), regions=frozenset({"eu"})),
        ],
    )
    assert routing.candidates(model, path, others) == [Candidate(*one) for one in expected]


def test_the_first_route_that_fits_is_the_one() -> None:
    routing = Routing(PLACES, [Route(("gpt-4*",), ("v",), "local"), Route(("*",), ("o",))])
    assert routing.candidates("gpt-4o", CHAT) == [Candidate("v", CHAT, "local")]
    assert routing.candidates("gpt-3", CHAT) == [Candidate("o", CHAT)]


def test_without_a_model_all_routes_count() -> None:
    routing = Routing(PLACES, [Route(("gpt-*",), ("o", "v")), Route(("*",), ("a", "v"))])
    assert [one.provider for one in routing.candidates("", "/v1/models")] == ["o", "v", "a"]


def test_a_breaker() -> None:
    breaker = Breaker(2, 10)
    breaker.failed(0)
    assert breaker.allows(0)
    breaker.failed(1)
    assert not breaker.allows(10.9)
    assert breaker.wait_seconds(5) == 6
    assert breaker.allows(11)
    assert not breaker.allows(11), "one tries, the others wait"
    breaker.gave_up()
    assert breaker.allows(12)
    breaker.failed(12)
    assert not breaker.allows(21)
    assert breaker.allows(22)
    breaker.succeeded()
    assert breaker.allows(22)
    assert breaker.allows(22)


def test_its_own_word_counts_up_to_a_limit() -> None:
    breaker = Breaker(100, 1)
    breaker.failed(0, 7)
    assert not breaker.allows(6.9)
    assert breaker.allows(7)
    breaker.failed(7, 1e9)
    assert breaker.wait_seconds(7) == RETRY_AFTER_SECONDS_MAX


@pytest.mark.parametrize("rounds", range(5))
@pytest.mark.parametrize("chance", [0.0, 0.3, 0.999])
def test_pauses_double_with_jitter(rounds: int, chance: float) -> None:
    pause = pause_seconds(rounds, 0.5, chance)
    assert 0.5 * 2**rounds / 2 <= pause < 0.5 * 2**rounds
