"""The price book and the cost of an answer."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import ConfigurationError
from gateway.spend.prices import Price, PriceBook, Rates, Usage, built_in, cost, nano, read_book, usd
from gateway.spend.reserve import Asked, asked_of, estimated, reserve

BOOK = built_in()
COUNTS = st.integers(0, 2_000_000)
RATES = st.builds(Rates, *(st.integers(0, 10**9) for _ in range(5)))


@pytest.mark.parametrize(
    ("model", "usage", "dollars"),
    [
        ("gpt-4o-mini", Usage(1000, 500), "0.00045"),
        ("gpt-4o-mini-2024-07-18", Usage(1000, 500), "0.00045"),
        ("openai/gpt-4o-mini", Usage(1000, 500), "0.00045"),
        ("gpt-4o-2024-05-13", Usage(1000, 500), "0.0125"),
        ("gpt-4o", Usage(1000, 500, cached_tokens=800), "0.0065"),
        ("claude-opus-4-5-20251101", Usage(10_000, 100, 5000, 2000, 1000), "0.0375"),
        ("claude-sonnet-4-5", Usage(200_000, 1000), "0.615"),
        ("claude-sonnet-4-5", Usage(200_001, 1000), "1.222506"),
        ("text-embedding-3-small", Usage(1_000_000), "0.02"),
    ],
)
def test_published_prices_give_these_costs(model: str, usage: Usage, dollars: str) -> None:
    price = BOOK.find(model)
    assert price is not None
    assert cost(price, usage) == nano(Decimal(dollars))


def test_a_model_that_nobody_knows_has_no_price_but_ones_own_machines_are_free() -> None:
    assert BOOK.find("llama-9") is None
    free = BOOK.find("llama-9", "ollama")
    assert free is not None
    assert cost(free, Usage(10**6, 10**6)) == 0


def test_an_own_book_comes_first() -> None:
    own = read_book("prices: [{models: [gpt-4o], input: 1, output: 2}]", "own.yaml")
    price = own.before(BOOK).find("gpt-4o")
    assert price is not None
    assert cost(price, Usage(1000, 1000)) == nano("0.003")
    assert own.before(BOOK).find("gpt-4o-mini") is not None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a",
        "prices: 3",
        "prices: [{models: [a]}]",
        "prices: [{models: [], input: 1}]",
        "prices: [{models: [a], input: -1}]",
        "prices: [{models: [a], input: .nan}]",
        "prices: [{models: [a], input: .inf}]",
        "prices: [{models: [a], input: 0.0000001}]",
        "prices: [{models: [a], input: true}]",
        "prices: [{models: [a], input: 1, outptu: 1}]",
        "prices: [{models: [a], input: 1, long_prompt: {input: 2}}]",
        "prices: [{models: [a], input: 1, output_max: -5}]",
        "prices: [{models: a, input: 1}]",
        "{",
    ],
)
def test_a_book_with_a_mistake_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError):
        read_book(text, "own.yaml")


@given(RATES, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_cost_is_exact_to_the_next_nano_dollar(rates: Rates, a: int, b: int, c: int, d: int, output: int) -> None:
    usage = Usage(a + b + c + d, output, b, c, d)
    exact = Decimal(
        a * rates.input + b * rates.cached + c * rates.cache_write + d * rates.cache_write_hour + output * rates.output
    )
    found = cost(Price(("m",), (), rates), usage)
    assert 0 <= found - exact / 1000 < 1
    assert usd(found) == found / 10**9


@given(RATES, st.integers(1, 5000), st.integers(0, 1000), st.integers(1, 4), st.data())
def test_no_answer_costs_more_than_its_reserve(rates: Rates, size: int, most: int, n: int, data: st.DataObject) -> None:
    """A prompt has at most as many tokens as bytes, and each of the answers at most what was allowed."""
    price = Price(("m",), (), rates, output_max=4096)
    asked = asked_of({"max_tokens": most, "n": n}, size)
    cached = data.draw(st.integers(0, size)) if rates.cached <= rates.input else 0
    written = data.draw(st.integers(0, size - cached))
    usage = Usage(size, data.draw(st.integers(0, most * n)), cached, written)
    assert cost(price, usage) <= reserve(price, asked, 4096)


def test_what_a_request_says_of_its_size() -> None:
    assert asked_of({}, 10) == Asked(10)
    assert asked_of({"max_tokens": 5, "max_completion_tokens": 9, "n": 3}, 10) == Asked(10, 9, 3)
    assert asked_of({"max_tokens": True, "n": "3"}, 10) == Asked(10)
    assert asked_of({"max_tokens": 10**30}, 10).output_tokens == 10_000_000
    assert asked_of({"previous_response_id": "resp_1"}, 10).brings_more
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    assert asked_of({"messages": [{"role": "user", "content": [image]}]}, 10).brings_more
    source = {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}
    assert asked_of({"messages": [{"role": "user", "content": [source]}]}, 10).brings_more
    assert not asked_of({"messages": [{"role": "user", "content": "url"}]}, 10).brings_more


def test_the_models_most_stands_in_where_a_request_says_nothing() -> None:
    known, unknown = (
        Price(("m",), (), Rates(0, 1000, 0, 0, 0), output_max=100),
        Price(("m",), (), Rates(0, 1000, 0, 0, 0)),
    )
    assert reserve(known, asked_of({}, 0), 7) == 100
    assert reserve(unknown, asked_of({}, 0), 7) == 7
    assert reserve(known, asked_of({}, 0, answers=False), 7) == 0
    assert reserve(known, asked_of({"max_tokens": 500}, 0), 7) == 500, "the book may be older than the model"
    assert estimated(Asked(10), 7) == Usage(4, 3)


def test_kinds_of_providers_may_have_prices_of_their_own() -> None:
    book = PriceBook([Price(("m",), ("azure-openai",), Rates(2, 2, 2, 2, 2)), Price(("m",), (), Rates(1, 1, 1, 1, 1))])
    found = [book.find("m", kind) for kind in ("azure-openai", "openai")]
    assert [price.rates.input for price in found if price] == [2, 1]
