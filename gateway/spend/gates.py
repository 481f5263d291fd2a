"""What a request has to pass, and what came of it: the values that the rules make and the stores decide on.

A request passes all of its gates or takes from none. `Rate`: at most so many in any stretch of so many seconds (a
sliding window, kept exactly). `Slots`: at most so many open at a time. `Purse`: it is let in while what was spent and
what is held by requests in flight is below the cap, and holds its reserve until its cost is known: however many come at
once, a purse is overdrawn by less than one reserve.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

US = 1_000_000
"""Microseconds of a second."""


@dataclass(frozen=True, slots=True)
class Rate:
    """`key` names the counter, `name` the rule."""

    key: str
    name: str
    most: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Slots:
    """See `Rate`."""

    key: str
    name: str
    most: int


@dataclass(frozen=True, slots=True)
class Purse:
    """Money of one owner for one period.

    Args:
        key: names the counter.
        name: owner and period, for people: `agent day`.
        cap: nano-dollars.
        ends_at: when the period is over, in seconds since 1970.
        blocks: whether a request is refused when it is spent; else it passes, and is told.
        fallback: agent that serves when it is spent, and the model that it serves with (`""`: the client's).
        owner: what the durable record knows its spending by: column and value.
        first_day: of the period, `2026-11-01`.
    """

    key: str
    name: str
    cap: int
    ends_at: int
    blocks: bool = True
    fallback: tuple[str, str] | None = None
    owner: tuple[tuple[str, str], ...] = ()
    first_day: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request at its gates. `ticket`: its name, never used before; `reserve`: nano-dollars that it holds;
    `lease_seconds`: how long it counts as open without a word from who serves it."""

    ticket: str
    rates: tuple[Rate, ...] = ()
    slots: tuple[Slots, ...] = ()
    purses: tuple[Purse, ...] = ()
    reserve: int = 0
    lease_seconds: int = 60

    @property
    def is_free(self) -> bool:
        """Whether there is nothing to pass."""
        return not (self.rates or self.slots or self.purses)


@dataclass(frozen=True, slots=True)
class RateState:
    """How many requests are in the window, this one not counted; in how many microseconds there is room for one more
    than now (0: nothing is taken)."""

    used: int
    next_us: int


@dataclass(frozen=True, slots=True)
class PurseState:
    """Nano-dollars, those of this request not counted."""

    spent: int
    held: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the store decided, in the order of the entry's gates.

    Args:
        is_in: it passed, and everything was taken.
        at_us: when, by the store's clock, in microseconds since 1970.
        rates, slots, purses: how things stood; a purse is None when the store knows nothing of it: then nothing was
            taken, and somebody has to say what was spent.
    """

    is_in: bool
    at_us: int
    rates: tuple[RateState, ...] = ()
    slots: tuple[int, ...] = ()
    purses: tuple[PurseState | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Leaving:
    """A request that is over.

    Args:
        entry: as it came in.
        cost: nano-dollars.
        entered_us: `Outcome.at_us`.
        written_us: when its cost was in the durable record, in microseconds since 1970; 0 when it may not be yet.
    """

    entry: Entry
    cost: int
    entered_us: int
    written_us: int = 0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request did not pass: the gate with the longest wait.

    `seconds`: after how many there is room; for slots and for money that is only held nobody knows, and it is one.
    """

    gate: Rate | Slots | Purse
    seconds: int
    is_held: bool = False


SOON_SECONDS = 1


def refusal(entry: Entry, outcome: Outcome) -> Refusal | None:
    """The gate to name; None when the request is in, or the store does not know a purse."""
    if outcome.is_in or None in outcome.purses:
        return None
    found: list[Refusal] = []
    for rate, state in zip(entry.rates, outcome.rates, strict=True):
        if state.used >= rate.most:
            found.append(Refusal(rate, max(ceil(state.next_us / US), SOON_SECONDS)))
    for slots, used in zip(entry.slots, outcome.slots, strict=True):
        if used >= slots.most:
            found.append(Refusal(slots, SOON_SECONDS))
    for purse, money in zip(entry.purses, outcome.purses, strict=True):
        if purse.blocks and money is not None and money.spent + money.held >= purse.cap:
            is_held = money.spent < purse.cap
            seconds = SOON_SECONDS if is_held else max(purse.ends_at - outcome.at_us // US, SOON_SECONDS)
            found.append(Refusal(purse, seconds, is_held))
    return max(found, key=lambda one: one.seconds, default=None)


def warnings(entry: Entry, outcome: Outcome) -> list[tuple[Purse, PurseState]]:
    """The purses that are spent and do not block."""
    pairs = zip(entry.purses, outcome.purses, strict=False)
    return [(p, s) for p, s in pairs if s is not None and not p.blocks and s.spent + s.held >= p.cap]


def rate_limit_fields(entry: Entry, outcome: Outcome) -> dict[str, str]:
    """`RateLimit-Policy` and `RateLimit` of an answer (draft-ietf-httpapi-ratelimit-headers-10: lists of quoted names;
    `q` requests in `w` seconds, `r` of them left, and more after `t` seconds); none where no rate applies.

    Where a request is refused, `t` and `Retry-After` name the same moment.
    """
    if not entry.rates or len(outcome.rates) != len(entry.rates):
        return {}
    policies, states = [], []
    for rate, state in zip(entry.rates, outcome.rates, strict=True):
        left = max(rate.most - state.used - (1 if outcome.is_in else 0), 0)
        seconds = ceil(state.next_us / US) if state.used else rate.seconds
        policies.append(f'"{rate.name}";q={rate.most};w={rate.seconds}')
        states.append(f'"{rate.name}";r={left};t={seconds}')
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}
