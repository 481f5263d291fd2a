"""A ledger as bytes: what is kept, sealed, of a conversation that the provider keeps.

What was made by a key version that is not live any more comes back without its value: its token is known, so that an
answer that says it can be told apart from one that says a word of the world, and it turns back into nothing.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence

from gateway.errors.vault import SealedDataUnreadable
from gateway.vault.tokenizer import REVOKED_VERSION, Entry

FORM = 1


def pack(entries: Sequence[Entry], most: int) -> bytes:
    """Entries as JSON. Of more than `most` the last ones are kept."""
    rows = [[one.entity, one.value, one.canonical, one.token, one.version, one.digits] for one in entries[-most:]]
    return json.dumps([FORM, rows], separators=(",", ":")).encode()


def unpack(packed: bytes, live: Collection[int]) -> list[Entry]:
    """The entries again.

    Args:
        packed: by `pack`.
        live: key versions that are not revoked.

    Raises:
        SealedDataUnreadable: it is of another form.
    """
    form, rows = json.loads(packed)
    if form != FORM:
        raise SealedDataUnreadable
    return [Entry(*row) if row[4] in live else Entry(row[0], row[3], row[3], row[3], REVOKED_VERSION) for row in rows]


def merged(before: Iterable[Entry], made: Iterable[Entry]) -> list[Entry]:
    """The entries of two turns; of two with one token the first one stands."""
    found: dict[str, Entry] = {}
    for entry in (*before, *made):
        found.setdefault(entry.token, entry)
    return [*found.values()]
