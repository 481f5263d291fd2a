"""A revoked version leaves a tombstone outside of the database; a database where it lives is refused (rule 23 of the
security decisions).

For whoever restores a backup: `read_tombstones(tombstones_file(settings))` are the graves, `revived(store, stones)` are
those that are open in a database, `bury(store, stones, now)` revokes their versions in it again, `refuse_revived` is
what every start does. `store` is the `keys` of `Stores`.

Laws: a version is revoked in the database first and buried after, so that a process that dies in between leaves no
tombstone of a version that lives; what is missing is made up for at each start, by every replica for its own file.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.audit.checkpoint import KeyRotation, trusted_keys
from gateway.audit.tombstone import Tombstone, from_line, sign_tombstone, to_line
from gateway.errors import ConfigurationError
from gateway.errors.stores import Conflict, NotFound
from gateway.observe.log import describe, logger
from gateway.settings import Settings
from gateway.stores.tables.keys import KeyStore
from gateway.tenant_keys.changes import KeyChange, What
from gateway.tenant_keys.keyring import TenantKeyring

FILE = "tombstones.jsonl"
_CURE = (
    "It is a backup from before. Restore a later one, or revoke them again with `holdback tenants bury --config FILE`."
)


def tombstones_file(settings: Settings) -> Path | None:
    """Where tombstones are: as said, else beside the audit's anchor, else beside the embedded database; None: there is
    no such place, and restored backups are not told from others."""
    if settings.keys.tombstones_file:
        return Path(settings.keys.tombstones_file)
    if settings.audit.anchor_file:
        return Path(f"{settings.audit.anchor_file}.tombstones")
    return None if settings.stores.database_url else Path(settings.stores.data_dir) / FILE


def read_tombstones(file: Path | None, keys: Mapping[str, Ed25519PublicKey] | None = None) -> list[Tombstone]:
    """What is buried; none where there is no file.

    Args:
        file: see `tombstones_file`.
        keys: signing keys by name; what one of them should have signed and did not is left out.

    Raises:
        ConfigurationError: the file cannot be read.
    """
    if file is None or not file.exists():
        return []
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise ConfigurationError(f"the tombstones cannot be read: {error.strerror}.", file=str(file)) from None
    stones = [stone for line in lines if (stone := from_line(line)) is not None]
    forged = [stone for stone in stones if stone.is_forged(keys or {})]
    if forged:
        logger().error("tombstones_forged", count=len(forged))
    return [stone for stone in stones if stone not in forged]


async def revived(store: KeyStore, stones: Iterable[Tombstone]) -> list[Tombstone]:
    """Those whose version lives in this database.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    by_name = {(stone.tenant_id, stone.version): stone for stone in stones}
    live = await store.live({tenant_id for tenant_id, _ in by_name})
    return [stone for name, stone in by_name.items() if name in live]


async def refuse_revived(store: KeyStore, stones: Iterable[Tombstone]) -> None:
    """Refuse a database in which a buried version lives.

    Raises:
        ConfigurationError: it does; names the first, and how many.
        StoreUnavailable: it cannot be read.
    """
    found = await revived(store, stones)
    if found:
        first = found[0]
        raise ConfigurationError(
            f"{len(found)} revoked key versions live in this database, such as {first.version} of {first.tenant_id}.",
            cure=_CURE,
        )


async def bury(store: KeyStore, stones: Iterable[Tombstone], now: datetime) -> int:
    """Revoke again what was revoked before; how many versions that were.

    Raises:
        StoreUnavailable: it cannot be done.
    """
    found = await revived(store, stones)
    for stone in found:
        with suppress(NotFound, Conflict):  # another was first
            await store.revoke(stone.tenant_id, stone.version, now)
    return len(found)


class Graveyard:
    """Writes tombstones to a file of this replica. One a process.

    Args:
        file: see `tombstones_file`; None keeps none.
        key: the audit's.
    """

    def __init__(self, file: Path | None, key: Ed25519PrivateKey) -> None:
        self._file, self._key = file, key
        self._buried: set[tuple[str, int]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writing = asyncio.Lock()

    async def begin(self, store: KeyStore, keys: Mapping[str, Ed25519PublicKey]) -> None:
        """Refuse a database from before, and bury what was revoked and has no tombstone yet.

        Raises:
            ConfigurationError: the database is refused, or the file cannot be read or written.
            StoreUnavailable: the database cannot be read.
        """
        if self._file is None:
            return
        stones = read_tombstones(self._file, keys)
        await refuse_revived(store, stones)
        self._buried = {(stone.tenant_id, stone.version) for stone in stones}
        if not await self._add(await store.revoked()):
            raise ConfigurationError("tombstones cannot be written.", file=str(self._file))

    def heard(self, change: KeyChange) -> None:
        """A listener of `KeyChanges`."""
        if change.what is What.REVOKED and change.version and self._file is not None:
            task = asyncio.create_task(self._later([(change.tenant_id, change.version)]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait until all is written."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _later(self, names: Sequence[tuple[str, int]]) -> None:
        await self._add(names)

    async def _add(self, names: Iterable[tuple[str, int]]) -> bool:
        """Whether all of them are on the disk. What is not is tried again at the next start."""
        async with self._writing:
            new = sorted(set(names) - self._buried)
            if not new:
                return True
            at_us = time.time_ns() // 1000
            lines = [to_line(sign_tombstone(self._key, tenant_id, version, at_us)) for tenant_id, version in new]
            try:
                await asyncio.to_thread(self._append, lines)
            except OSError as error:
                logger().error("tombstone_unwritten", count=len(new), **describe(error))
                return False
            self._buried |= set(new)
            return True

    def _append(self, lines: Sequence[str]) -> None:
        assert self._file is not None  # noqa: S101 - who calls has looked
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            # A line that was cut off by a crash is ended first.
            os.write(descriptor, b"\n" + b"".join(line.encode() + b"\n" for line in lines))
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@asynccontextmanager
async def graveyard(
    file: Path | None, key: Ed25519PrivateKey, introduced: Sequence[KeyRotation], keyring: TenantKeyring
) -> AsyncIterator[None]:
    """Refuse a database from before, then bury what is revoked while the block runs.

    Args:
        file: see `tombstones_file`.
        key: that signs checkpoints.
        introduced: all such keys that there were, in order.
        keyring: whose revocations are heard.

    Raises:
        ConfigurationError, StoreUnavailable: see `Graveyard.begin`.
    """
    found = Graveyard(file, key)
    keys = trusted_keys(introduced[0].public_key, introduced[1:]) if introduced else {}
    await found.begin(keyring.store, keys)
    keyring.changes.attach(found.heard)
    try:
        yield
    finally:
        await found.close()
