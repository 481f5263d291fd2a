"""One request from its gates to its cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gateway.spend.gates import Entry, Outcome, PurseState, rate_limit_fields, warnings
from gateway.spend.prices import Price, Usage, usd
from gateway.spend.reserve import Asked
from gateway.spend.rules import Owned, Subject

BUDGET_HEADER = "X-Holdback-Budget"
FALLBACK_HEADER = "X-Holdback-Fallback"
UNCHECKED_HEADER = "X-Holdback-Limits"


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider that may serve: its name, its kind, the model that it would be sent, and how the record calls that."""

    provider: str
    kind: str
    model: str = field(repr=False)
    label: str = ""


@dataclass(frozen=True, slots=True)
class Coming:
    """A request at the gates.

    Args:
        subject: who asks for what.
        offers: who may serve it.
        asked: its size; None for what costs nothing.
        is_stream: whether it asks for a stream.
        owned: budgets that a store knows of its gateway, agent or key.
        person, tags: what the record has of them, if anything.
    """

    subject: Subject
    offers: tuple[Offer, ...] = ()
    asked: Asked | None = None
    is_stream: bool = False
    owned: tuple[Owned, ...] = ()
    person: str = ""
    tags: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a request.

    Args:
        provider: that answered.
        model: as the answer names it.
        usage: as the provider counted; None when it did not say.
        said_chars: characters of the answer that came, for an estimate.
    """

    provider: str
    model: str = ""
    usage: Usage | None = None
    said_chars: int = 0


@dataclass(slots=True)
class Visit:
    """A request that is in. `fallback`: the agent that serves in the place of its own, and the model, when one does."""

    coming: Coming
    entry: Entry
    outcome: Outcome
    day: str
    prices: Mapping[str, Price | None] = field(default_factory=dict)
    fallback: tuple[str, str] | None = None
    is_checked: bool = True
    is_over: bool = False

    @property
    def is_counted(self) -> bool:
        """Whether a budget counts it."""
        return bool(self.entry.purses)

    def headers(self) -> dict[str, str]:
        """What its answer says of rates and budgets."""
        fields = rate_limit_fields(self.entry, self.outcome)
        if spent := warnings(self.entry, self.outcome):
            fields[BUDGET_HEADER] = ", ".join(_warning(purse.name, purse.cap, state) for purse, state in spent)
        if self.fallback is not None:
            fields[FALLBACK_HEADER] = self.fallback[0]
        if not self.is_checked:
            fields[UNCHECKED_HEADER] = "unchecked"
        return fields


def offered(offers: Sequence[Offer], provider: str) -> Offer | None:
    """The offer of a provider."""
    return next((offer for offer in offers if offer.provider == provider), None)


def _warning(name: str, cap: int, state: PurseState) -> str:
    """`"agent day";limit=10.0;spent=10.25;reserved=0.5`, in US dollars: a structured field (RFC 9651)."""
    money = {"limit": cap, "spent": state.spent, "reserved": state.held}
    told = "".join(f";{field}={usd(value):.6f}".rstrip("0").rstrip(".") for field, value in money.items())
    return f'"{name}"{told}'
