"""Turns the values of one request into tokens, and remembers which is whose: the request's ledger.

Laws kept here:
1. A token is a function of the value, the tenant's key, its version and the scope, so that a client that sends its
   history again gets the same tokens, on every replica.
2. One token stands for one value. Of values whose tokens are the same, each gets the long form.
3. Only what is in the ledger turns back. Tokens by older key versions that are still live are in it too, so that a
   rotation in the middle of a conversation loses nothing.
4. What an earlier turn of a conversation has stored stands: a value that would share a token with it gives way.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from gateway.vault.formats import opaque
from gateway.vault.formats.catalogue import format_for
from gateway.vault.formats.writing import alphanumerics, written_like
from gateway.vault.keys import TokenKeys
from gateway.vault.matcher import TokenIndex, core_of

TOKEN_CHARS_MAX = 72
"""A longer token (an address of a long domain) gives way to the opaque one: it has to fit in the hold-back, with what
models put into it."""

KEPT_VERSION = 0
REVOKED_VERSION = -1
KEPT_ENTITY = "TOKEN"
Name = tuple[str, str]
"""An entity and a canonical value: what has a token."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One token and its value.

    Args:
        entity: of the value.
        value: as it was first written.
        canonical: what all its spellings have in common.
        token: as it was first written.
        version: of the key that made it.
        digits: the value's letters and digits, of a token that has one for each of them: it is written with the
            separators at hand, and so is the value. Empty for all others.
    """

    entity: str
    value: str = field(repr=False)
    canonical: str = field(repr=False)
    token: str = field(repr=False)
    version: int
    digits: str = field(default="", repr=False)

    @property
    def is_kept(self) -> bool:
        """Whether it is a token that came in as one, and stands for nothing but itself here."""
        return self.version == KEPT_VERSION

    @property
    def is_revoked(self) -> bool:
        """Whether the key that made it was revoked: it is known, and stands for nothing any more."""
        return self.version == REVOKED_VERSION

    @property
    def name(self) -> Name:
        """What it is the token of."""
        return self.entity, self.canonical

    def restored(self, seen: str) -> str:
        """The value in the place of its token.

        Args:
            seen: the token as the model wrote it.
        """
        if self.digits and seen != self.token and sum(map(str.isalnum, seen)) == len(self.digits):
            return written_like(self.digits, seen)
        return self.value


Ledger = TokenIndex[Entry]
"""The tokens of one request and their values. It lives as long as the request and its answer."""


class Tokenizer:
    """Makes the tokens of one request.

    Args:
        keys: of the request's scope, all live versions; the first one makes the tokens.
        formats: names of formats by entity, where the policy asks for another than the default.
        long: what gets the long form.
        own: cores of texts that are tokens already.
        stored: by earlier turns, where they are not in the request.
    """

    def __init__(
        self,
        keys: Sequence[TokenKeys],
        formats: Mapping[str, str],
        *,
        long: frozenset[Name] = frozenset(),
        own: frozenset[str] = frozenset(),
        stored: Sequence[Entry] = (),
    ) -> None:
        self._keys = keys
        self._stored = stored
        self._formats = formats
        self._long = long
        self._own = own
        self._entries: dict[tuple[Name, str], Entry] = {}
        self._kept: dict[str, Entry] = {}

    @property
    def entries(self) -> list[Entry]:
        """The tokens that were made, in order."""
        return [*self._entries.values()]

    def is_own(self, text: str) -> bool:
        """Whether a text is one of the tokens that the request holds."""
        return bool(self._own) and core_of(text) in self._own

    def token(self, entity: str, value: str) -> str:
        """The token for a value, written as it is written."""
        entry, shown = self._made(entity, value, self._keys[0])
        # A phone number may be written with its country code and without: one value, two tokens.
        self._entries.setdefault((entry.name, core_of(shown)), entry)
        return shown

    def keep(self, text: str) -> None:
        """A token stands in the request, whoever's it is: an answer may repeat it."""
        self._kept.setdefault(core_of(text), Entry(KEPT_ENTITY, text, text, text, KEPT_VERSION))

    def _made(self, entity: str, value: str, keys: TokenKeys) -> tuple[Entry, str]:
        format_ = format_for(entity, self._formats.get(entity))
        canonical = opaque.canonical(entity, value) if format_ is None else format_.canonical(value)
        if format_ is not None and (entity, canonical) not in self._long:
            token = format_.token(value, keys)
            if token is not None and len(shown := format_.surface(token, value)) <= TOKEN_CHARS_MAX:
                return Entry(entity, value, canonical, shown, keys.version, _digits(shown, value)), shown
        shown = opaque.opaque(entity, value, keys, long=(entity, canonical) in self._long)
        return Entry(entity, value, canonical, shown, keys.version), shown

    def collisions(self) -> frozenset[Name]:
        """What shares a token with another value."""
        by_core: dict[str, list[Entry]] = {}
        for entry in chain(self._stored, self._entries.values()):
            by_core.setdefault(core_of(entry.token), []).append(entry)
        groups = (entries for entries in by_core.values() if len({entry.canonical for entry in entries}) > 1)
        return frozenset(entry.name for entries in groups for entry in entries)

    def ledger(self, *, holdback_chars: int) -> Ledger:
        """The tokens of the values so far, those by older versions too; where two agree, that of the first version
        stands."""
        entries: list[Entry] = [*self._entries.values()]
        for keys in self._keys[1:]:
            entries += [self._made(entry.entity, entry.value, keys)[0] for entry in self._entries.values()]
        made = _unambiguous(entries, len(self._entries))
        stored, kept = (((one.token, one) for one in entries) for entries in (self._stored, self._kept.values()))
        return TokenIndex(chain(stored, made, kept), holdback_chars=holdback_chars)


def _unambiguous(entries: Sequence[Entry], first: int) -> Iterable[tuple[str, Entry]]:
    """The entries with their tokens, without those of older versions that stand for two values."""
    values: dict[str, str] = {}
    twice: set[str] = set()
    cores = [core_of(entry.token) for entry in entries]
    for core, entry in zip(cores, entries, strict=True):
        if values.setdefault(core, entry.canonical) != entry.canonical:
            twice.add(core)
    for place, (core, entry) in enumerate(zip(cores, entries, strict=True)):
        if place < first or core not in twice:
            yield entry.token, entry


def _digits(token: str, value: str) -> str:
    digits = alphanumerics(value)
    fits = "@" not in token and any(map(str.isdigit, digits)) and sum(map(str.isalnum, token)) == len(digits)
    return digits if fits else ""
