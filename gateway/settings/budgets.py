"""Budgets, rates and limits of streams that hold without any key: for the installation, its agents, its clients."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from gateway.errors import ConfigurationError
from gateway.settings.fields import Name, Section
from gateway.spend.prices import BOOK_BYTES_MAX, PriceBook, built_in, nano, read_book
from gateway.spend.rules import Budget, By, OnSpent, RateRule, Rules, StreamRule

Usd = Field(None, ge=0, le=1_000_000, description="US dollars; no cap when it is not set")
_By = Literal["all", "tenant", "gateway", "agent", "key", "client", "route"]


class BudgetSettings(Section):
    """One budget. Days and months are those of UTC."""

    daily_usd: float | None = Usd
    monthly_usd: float | None = Usd
    when_spent: Literal["block", "warn", "fallback"] = Field(
        "block", description="refuse, serve and say so in a header, or let another agent serve"
    )
    fallback: str = Field("", max_length=64, description="agent that serves when this one's budget is spent")
    fallback_model: str = Field("", max_length=128, description="model that it serves with; else what the client says")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.when_spent == "fallback") != bool(self.fallback):
            raise ValueError("`when_spent: fallback` and `fallback` belong together")
        return self

    def budget(self) -> Budget:
        """As a rule."""
        daily, monthly = (None if usd is None else nano(usd) for usd in (self.daily_usd, self.monthly_usd))
        return Budget(daily, monthly, OnSpent(self.when_spent), self.fallback, self.fallback_model)


class BudgetsSettings(Section):
    """What may be spent, and how it is counted."""

    gateway: BudgetSettings = BudgetSettings()
    agents: dict[Name, BudgetSettings] = Field({}, description="budgets by the name of an agent", max_length=1000)
    each_agent: BudgetSettings = BudgetSettings()
    each_key: BudgetSettings = BudgetSettings()
    price_book: str = Field("", description="file with prices of your own, which come before the built-in ones")
    unpriced: Literal["refuse", "allow"] = Field(
        "refuse", description="what becomes of a model without a price where a budget would have to count it"
    )
    ask_usage: Literal["auto", "always", "never"] = Field(
        "auto",
        description="ask providers for the token counts of a stream (`stream_options.include_usage`); they are hidden "
        "again from clients that did not ask; auto: where a budget counts, and of kinds of providers that know it",
    )
    when_unavailable: Literal["closed", "open"] = Field(
        "closed", description="what happens when Redis cannot be asked: 503, or served unchecked, logged and counted"
    )
    output_tokens: int = Field(
        4096, ge=1, le=1_000_000, description="reserved for an answer where neither request nor price book say"
    )
    prompt_tokens: int = Field(
        1000, ge=0, le=1_000_000, description="reserved for a prompt, at least: providers add words of their own to it"
    )
    retention_days: int = Field(400, ge=32, le=4000, description="for how long usage is kept")

    def book(self) -> PriceBook:
        """The prices.

        Raises:
            ConfigurationError: the file cannot be used.
        """
        if not self.price_book:
            return built_in()
        try:
            with Path(self.price_book).open(encoding="utf-8") as opened:
                text = opened.read(BOOK_BYTES_MAX + 1)
        except (OSError, UnicodeDecodeError):
            text = None
        if text is None:
            raise ConfigurationError("`budgets.price_book` cannot be read.", file=self.price_book)
        return read_book(text, self.price_book).before(built_in())


class RateSettings(Section):
    """One rate. A request that is over any of them gets 429 with the exact `Retry-After`."""

    name: Name = Field(description="of the rule, as `RateLimit` headers and errors call it")
    by: _By = Field("client", description="whose requests count together; `client` is an address (of IPv6 a /64)")
    requests: int = Field(ge=1, le=100_000, description="at most, in any stretch of `seconds`")
    seconds: int = Field(60, ge=1, le=86_400, description="length of the window")
    routes: tuple[str, ...] = Field((), description="globs of endpoints it is for; all when empty", max_length=100)


class StreamLimitSettings(Section):
    """How many streams may be open at a time."""

    name: Name = Field(description="of the rule, as errors call it")
    by: _By = Field("key", description="whose streams count together")
    streams: int = Field(ge=1, le=100_000, description="open at a time, at most")


def rules_of(
    budgets: BudgetsSettings, rates: tuple[RateSettings, ...], streams: tuple[StreamLimitSettings, ...]
) -> Rules:
    """The rules that the settings say.

    Raises:
        ConfigurationError: two have one name, or a fallback is none.
    """
    names = [*(one.name for one in rates), *(one.name for one in streams)]
    if len(names) != len(set(names)):
        raise ConfigurationError("two of `rates` and `stream_limits` have the same name.")
    if any(one.when_spent == "fallback" for one in (budgets.gateway, budgets.each_key)):
        raise ConfigurationError("only the budget of an agent can fall back to another one.")
    return Rules(
        tuple(RateRule(one.name, By(one.by), one.requests, one.seconds, one.routes) for one in rates),
        tuple(StreamRule(one.name, By(one.by), one.streams) for one in streams),
        budgets.gateway.budget(),
        {name: one.budget() for name, one in budgets.agents.items()},
        budgets.each_agent.budget(),
        budgets.each_key.budget(),
    )
