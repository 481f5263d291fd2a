"""What tokens cost: the price book, and the exact cost of an answer.

Money is whole nano-dollars (1 USD = 10^9): exact in the integers of every store, and in the doubles that Redis scripts
count with up to 2^53, nine million dollars. Prices are whole pico-dollars a token, which is USD per million tokens with
up to six decimals. The cost of one answer is rounded up to the next nano-dollar, so that sums never fall short.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any

import yaml

from gateway.errors import ConfigurationError

NANO = 1_000_000_000
"""Nano-dollars of a dollar."""
PICO_PER_NANO = 1000
USD_PER_MILLION_MAX = 100_000
BOOK_BYTES_MAX = 1 << 20
_DATED = re.compile(r"-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$")
_GLOB = re.compile(r"[*?\[]")
_RATES = ("input", "output", "cached", "cache_write", "cache_write_hour")
_FIELDS = frozenset({*_RATES, "models", "kinds", "long_prompt", "output_max", "context", "source"})
_LONG = frozenset({*_RATES, "above"})


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one answer as the provider counted them.

    Args:
        input_tokens: of the whole prompt, those below included.
        output_tokens: with those of its reasoning.
        cached_tokens: of the prompt, read from the provider's cache.
        cache_write_tokens, cache_write_hour_tokens: of the prompt, written to it for minutes, or for an hour.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_hour_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """Pico-dollars a token."""

    input: int
    output: int
    cached: int
    cache_write: int
    cache_write_hour: int


@dataclass(frozen=True, slots=True)
class Price:
    """What some models cost.

    Args:
        models: globs of their names.
        kinds: of providers that it holds for; all when empty.
        rates: for a prompt of up to `long_above` tokens.
        long, long_above: for a longer one, where that costs more.
        output_max: most tokens of one answer; 0 when it is not known.
        context: most tokens of a prompt; 0 when it is not known.
    """

    models: tuple[str, ...]
    kinds: tuple[str, ...]
    rates: Rates
    long: Rates | None = None
    long_above: int = 0
    output_max: int = 0
    context: int = 0

    def rates_for(self, input_tokens: int) -> Rates:
        """The rates for a prompt of so many tokens."""
        return self.long if self.long is not None and input_tokens > self.long_above else self.rates


class PriceBook:
    """All prices; immutable. Of those that fit a model, the first one holds."""

    def __init__(self, prices: Iterable[Price]) -> None:
        self._prices = tuple(prices)
        self._named: dict[str, list[int]] = {}
        self._globs: list[tuple[str, int]] = []
        for at, price in enumerate(self._prices):
            for name in price.models:
                if _GLOB.search(name):
                    self._globs.append((name, at))
                else:
                    self._named.setdefault(name, []).append(at)

    def __len__(self) -> int:
        return len(self._prices)

    def find(self, model: str, kind: str = "") -> Price | None:
        """The price of a model at a kind of provider; None when the book has none.

        The name as it stands comes first, then without the date of its release and without what stands before a slash
        (`openai/gpt-4o-2024-08-06`).
        """
        bare = model.rpartition("/")[2]
        for name in dict.fromkeys((model, _DATED.sub("", model), bare, _DATED.sub("", bare))):
            fits = [*self._named.get(name, ()), *(at for glob, at in self._globs if fnmatchcase(name, glob))]
            for at in sorted(fits):
                price: Price = self._prices[at]
                if not price.kinds or kind in price.kinds:
                    return price
        return None

    def named(self, model: str) -> str:
        """The name by which the book knows a model, without a date; empty where no price is for it by name. Whoever
        says it says a word of the book's and none of a client's."""
        return next((name for name in (model, _DATED.sub("", model)) if name in self._named), "")

    def before(self, other: PriceBook) -> PriceBook:
        """This book, and behind it another one."""
        return PriceBook((*self._prices, *other._prices))


def cost(price: Price, usage: Usage) -> int:
    """What an answer costs, in nano-dollars, rounded up."""
    rates = price.rates_for(usage.input_tokens)
    special = usage.cached_tokens + usage.cache_write_tokens + usage.cache_write_hour_tokens
    pico = (
        max(usage.input_tokens - special, 0) * rates.input
        + usage.cached_tokens * rates.cached
        + usage.cache_write_tokens * rates.cache_write
        + usage.cache_write_hour_tokens * rates.cache_write_hour
        + usage.output_tokens * rates.output
    )
    return -(-pico // PICO_PER_NANO)


def nano(usd: float | Decimal | str) -> int:
    """Dollars as whole nano-dollars, to the nearest."""
    return int((Decimal(str(usd)) * NANO).to_integral_value())


def usd(nano_dollars: int) -> float:
    """Nano-dollars as dollars, for people."""
    return nano_dollars / NANO


def built_in() -> PriceBook:
    """The book that comes with Holdback."""
    return read_book(files("gateway.spend").joinpath("pricebook.yaml").read_text(encoding="utf-8"), "pricebook.yaml")


def read_book(text: str, file: str) -> PriceBook:
    """A price book.

    Args:
        text: YAML, `prices:` a list of `models`, `input`, `output` and so on, in USD per million tokens.
        file: named in errors.

    Raises:
        ConfigurationError: it cannot be read, or a price is none.
    """
    try:
        values = yaml.safe_load(text) if len(text) <= BOOK_BYTES_MAX else None
    except yaml.YAMLError:
        values = None
    if not isinstance(values, dict) or not isinstance(values.get("prices"), list):
        raise ConfigurationError("is no price book.", file=file, cure="Begin with `prices:` and a list.")
    return PriceBook(_price(entry, at, file) for at, entry in enumerate(values["prices"]))


def _price(entry: Any, at: int, file: str) -> Price:
    if not isinstance(entry, dict) or set(entry) - _FIELDS or "input" not in entry:
        cure = f"Known here: {', '.join(sorted(_FIELDS))}; models and input are needed."
        raise ConfigurationError(f"`prices.{at}` cannot be read.", file=file, cure=cure)
    models, kinds = (_names(entry.get(name, []), f"prices.{at}.{name}", file) for name in ("models", "kinds"))
    if not models:
        raise ConfigurationError(f"`prices.{at}.models` is missing.", file=file)
    long = entry.get("long_prompt")
    if long is not None and (not isinstance(long, dict) or set(long) - _LONG or "above" not in long):
        raise ConfigurationError(
            f"`prices.{at}.long_prompt` cannot be read.", file=file, cure="Give `above` and rates."
        )
    return Price(
        models,
        kinds,
        _rates(entry, at, file),
        None if long is None else _rates({**entry, **long}, at, file),
        0 if long is None else _count(long["above"], at, file),
        _count(entry.get("output_max", 0), at, file),
        _count(entry.get("context", 0), at, file),
    )


def _rates(entry: Mapping[str, Any], at: int, file: str) -> Rates:
    """What is not said of the cache costs what the prompt costs: nobody pays less than is known."""
    plain = _pico(entry["input"], at, file)
    values = {name: _pico(entry[name], at, file) if name in entry else plain for name in _RATES}
    if "output" not in entry:
        values["output"] = 0
    return Rates(**values)


def _pico(value: Any, at: int, file: str) -> int:
    try:
        wanted = Decimal(str(value)) * 1_000_000
    except InvalidOperation:
        wanted = Decimal(-1)
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and wanted.is_finite()
    if not is_number or not 0 <= wanted <= USD_PER_MILLION_MAX * 1_000_000 or wanted != wanted.to_integral_value():
        cure = "Give USD per million tokens, with six decimals at most."
        raise ConfigurationError(f"`prices.{at}` has a price that is none.", file=file, cure=cure)
    return int(wanted)


def _count(value: Any, at: int, file: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 10**9:
        raise ConfigurationError(f"`prices.{at}` has a number of tokens that is none.", file=file)
    return value


def _names(value: Any, where: str, file: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(name, str) and 0 < len(name) <= 128 for name in value):
        raise ConfigurationError(f"`{where}` is no list of names.", file=file)
    return tuple(value)
