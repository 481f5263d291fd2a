"""A request on its way to the provider: its values become tokens, and what its answer may turn back is written down.

Laws kept here:
1. A token that stands in the request already, put there by an earlier answer, is forwarded as it is.
2. No probing in the ledger: a token that collides with another, or that the user or the application wrote out without
   having it from us, gives way to the long form; both forms depend on the value alone.
3. A conversation stays with the key version whose tokens stand in its history, as long as that version is live.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gateway.errors import InspectionFailed
from gateway.inspection.roles import Roles
from gateway.inspection.tokenizing import Tokenizing
from gateway.stream.body import Inspected, inspect_slots
from gateway.stream.scanner import Scanner
from gateway.vault.keys import TokenKeys
from gateway.vault.matcher import core_of
from gateway.vault.tokenizer import Entry, Ledger, Name, Tokenizer
from gateway.verdict import Direction
from gateway.wire.format import Rules, Slot, SlotKind
from policies.token_rules import LEAVE, TokenRules

ATTEMPTS = 5
"""Tokens that give way make others; each time there are fewer."""


@dataclass(frozen=True, slots=True)
class Tokenized:
    """A request after inspection, and what its answer may turn back."""

    inspected: Inspected
    ledger: Ledger = field(repr=False)
    made: Sequence[Entry] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class _Settled:
    """What is known of a request's tokens before they are made: what gets the long form, which texts are tokens, which
    key version comes first."""

    long: frozenset[Name] = frozenset()
    own: frozenset[str] = field(default=frozenset(), repr=False)
    version: int | None = None


def tokenize(
    slots: Sequence[Slot],
    roles: Roles,
    inspector: Scanner,
    keys: Sequence[TokenKeys],
    rules: TokenRules,
    wire_rules: Rules,
    *,
    attachments: bool,
    holdback_chars: int,
    stored: Sequence[Entry] = (),
    own: Iterable[str] = (),
) -> Tokenized:
    """Inspect a request's body.

    Args:
        slots: of the body.
        roles: who wrote them.
        inspector: of requests.
        keys: of the request's scope, all live versions, the active one first.
        rules: of the policy.
        wire_rules: of the format.
        attachments: the policy lets them through unread.
        holdback_chars: of the policy.
        stored: by earlier turns, where they are not in the request.
        own: numbers in it that are tokens already.

    Raises:
        AttachmentBlocked: there is one, and the policy blocks it.
        InspectionFailed: its tokens cannot be told apart.
    """
    pinned = min((one.version for one in stored if not one.is_revoked), default=None)
    settled = _Settled(own=frozenset(map(core_of, own)), version=pinned)
    for _ in range(ATTEMPTS):
        ordered = sorted(keys, key=lambda one, first=settled.version: one.version != first)  # type: ignore[misc]
        tokenizer = Tokenizer(ordered, rules.formats, long=settled.long, own=settled.own, stored=stored)
        scanner = Tokenizing(inspector, tokenizer)
        inspected = inspect_slots(slots, scanner, wire_rules, Direction.REQUEST, attachments=attachments)
        ledger = tokenizer.ledger(holdback_chars=holdback_chars)
        now = _settle(settled, slots, roles, tokenizer, ledger, rules)
        if now == settled:
            return Tokenized(inspected, ledger, tokenizer.entries)
        settled = now
    raise InspectionFailed


def _settle(
    before: _Settled, slots: Iterable[Slot], roles: Roles, tokenizer: Tokenizer, ledger: Ledger, rules: TokenRules
) -> _Settled:
    """What the tokens that were made say of how they should have been."""
    long, echoes, written = set(before.long | tokenizer.collisions()), set(before.own), set()
    versions: list[int] = []
    for slot in slots if len(ledger) else ():
        if slot.kind in (SlotKind.ATTACHMENT, SlotKind.SIGNATURE):
            continue
        # Where nothing turns back the user sees tokens, and may write them as well.
        is_echo = rules.response == LEAVE or roles.is_answer(slot.steps)
        for match in ledger.scan(slot.text, 0, 0, json_text=slot.kind is SlotKind.JSON, final=True)[1]:
            if match.payload.is_kept:
                continue
            if is_echo or match.payload.is_revoked:
                echoes.add(core_of(match.payload.token))
                versions += [] if match.payload.is_revoked else [match.payload.version]
            else:
                written.add(core_of(match.payload.token))
                long.add(match.payload.name)
    own = frozenset(echoes - written)
    if before.version is None and versions:
        return _Settled(frozenset(long), own, min(versions))
    return _Settled(frozenset(long), own, before.version)
