"""A ledger as bytes: what is kept, sealed, of a conversation that the provider keeps.

What one key version made is one part, so that a part can go with its version. Each part knows the tokens of the others,
without their values: an answer that says a token of a revoked version can be told from one that says a word of the
world, and it turns back into nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from gateway.errors.vault import SealedDataUnreadable
from gateway.vault.tokenizer import REVOKED_VERSION, Entry

FORM = 1


@dataclass(frozen=True, slots=True)
class Part:
    """What is in the bytes of one part.

    Args:
        scope: that the conversation began with.
        entries: of one key version.
        others: entity, token and version of the tokens of other versions.
    """

    scope: str
    entries: tuple[Entry, ...] = field(repr=False)
    others: tuple[tuple[str, str, int], ...] = field(repr=False)


def pack(scope: str, entries: Sequence[Entry], active: int | None = None) -> dict[int, bytes]:
    """A ledger as its parts, by key version.

    Args:
        scope: that the conversation began with.
        entries: of all versions.
        active: the version that keys are sealed with now: has a part, without values when it made none, so that what
            older ones made is known when they are revoked.
    """
    parts: dict[int, bytes] = {}
    versions = {one.version for one in entries if one.version > 0}
    for version in versions | ({active} if active is not None and entries else set()):
        own = [
            [one.entity, one.value, one.canonical, one.token, one.version, one.digits]
            for one in entries
            if one.version == version
        ]
        others = [[one.entity, one.token, one.version] for one in entries if one.version != version and not one.is_kept]
        parts[version] = json.dumps([FORM, scope, own, others], separators=(",", ":")).encode()
    return parts


def unpack(packed: bytes) -> Part:
    """A part again.

    Raises:
        SealedDataUnreadable: it is of another form.
    """
    form, *rest = json.loads(packed)
    if form != FORM:
        raise SealedDataUnreadable
    scope, own, others = rest
    return Part(scope, tuple(Entry(*row) for row in own), tuple((row[0], row[1], row[2]) for row in others))


def whole(parts: Iterable[Part], live: Collection[int], most: int) -> list[Entry]:
    """The entries of all parts, in their order; of two with one token the first one stands. The values of versions that
    are not live are left out. Of more than `most` the last ones are left.
    """
    found: dict[str, Entry] = {}
    known: list[tuple[str, str, int]] = []
    for part in parts:
        for entry in part.entries:
            if entry.version in live:
                found.setdefault(entry.token, entry)
            else:
                known.append((entry.entity, entry.token, entry.version))
        known += part.others
    for entity, token, version in known:
        if version not in live:
            found.setdefault(token, Entry(entity, token, token, token, REVOKED_VERSION))
    return [*found.values()][-most:]


def merged(before: Iterable[Entry], made: Iterable[Entry], most: int) -> list[Entry]:
    """The entries of two turns; of two with one token the first one stands."""
    found: dict[str, Entry] = {}
    for entry in (*before, *made):
        found.setdefault(entry.token, entry)
    return [*found.values()][-most:]
