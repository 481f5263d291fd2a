"""A database that was restored from before a revocation is refused."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.checkpoint import KeyRotation, public_bytes, rotate
from gateway.audit.tombstone import from_line, sign_tombstone, to_line
from gateway.errors import ConfigurationError
from gateway.stores.tables.key_tables import REVOKED
from gateway.tenant_keys.tombstones import Graveyard, bury, graveyard, read_tombstones, revived
from tests.fakes.replicas import Replica, choice, now, replica

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
INTRODUCED = [rotate(KEY, public_bytes(KEY))]


async def revoked(one: Replica, slug: str = "acme") -> str:
    """A tenant whose first version was revoked."""
    tenant = await one.tenant(slug)
    await one.keys.lifecycle.onboard(tenant, choice(slug))
    await one.keys.lifecycle.rotate(tenant)
    await one.keys.lifecycle.revoke(tenant, 1)
    return tenant


def url(database: Path) -> str:
    return f"sqlite:///{database}"


async def test_a_restored_backup_is_refused_until_it_is_buried(tmp_path: Path) -> None:
    database, graves, backup = tmp_path / "a.sqlite3", tmp_path / "graves", tmp_path / "backup.sqlite3"
    async with replica(url(database)) as one:
        tenant = await one.tenant()
        await one.keys.lifecycle.onboard(tenant, choice("acme"))
        await one.keys.lifecycle.rotate(tenant)
    shutil.copy(database, backup)
    async with replica(url(database)) as one, graveyard(graves, KEY, INTRODUCED, one.keys.keyring):
        await one.keys.lifecycle.revoke(tenant, 1)
    async with replica(url(database)) as one, graveyard(graves, KEY, INTRODUCED, one.keys.keyring):
        assert len(read_tombstones(graves)) == 1, "buried once"
    async with replica(url(backup)) as restored:
        with pytest.raises(ConfigurationError, match=f"such as 1 of {tenant}") as caught:
            async with graveyard(graves, KEY, INTRODUCED, restored.keys.keyring):
                pytest.fail("it must not start")
        assert "holdback tenants bury" in str(caught.value)
        stones = read_tombstones(graves)
        assert await revived(restored.stores.keys, stones) == stones
        assert await bury(restored.stores.keys, stones, now()) == 1
        async with graveyard(graves, KEY, INTRODUCED, restored.keys.keyring):
            assert (await restored.stores.keys.versions(tenant))[1].status == REVOKED


async def test_what_died_before_it_was_buried_is_buried_at_the_next_start(tmp_path: Path) -> None:
    graves = tmp_path / "graves"
    async with replica(url(tmp_path / "a.sqlite3")) as one:
        tenants = {await revoked(one, slug) for slug in ("a", "b")}
        graves.write_bytes(b'{"type": "tombstone", "tenant": "cut o')
        async with graveyard(graves, KEY, INTRODUCED, one.keys.keyring):
            assert {stone.tenant_id for stone in read_tombstones(graves)} == tenants


async def test_a_forged_tombstone_keeps_nobody_from_starting_and_an_unknown_key_does(tmp_path: Path) -> None:
    graves, other = tmp_path / "graves", Ed25519PrivateKey.generate()
    async with replica(url(tmp_path / "a.sqlite3")) as one:
        tenant = await one.tenant()
        await one.keys.lifecycle.onboard(tenant, choice("acme"))
        stone = sign_tombstone(KEY, tenant, 7, 1)
        forged = to_line(stone).replace('"version": 7', '"version": 1')
        graves.write_text(forged + "\n")
        async with graveyard(graves, KEY, INTRODUCED, one.keys.keyring):
            pass
        graves.write_text(to_line(sign_tombstone(other, tenant, 1, 1)) + "\n")
        with pytest.raises(ConfigurationError):
            await Graveyard(graves, KEY).begin(one.keys.keyring.store, {})
        introduced = [*INTRODUCED, KeyRotation(public_bytes(other), KEY.sign(b"not so"))]
        with pytest.raises(ConfigurationError):
            async with graveyard(graves, KEY, introduced, one.keys.keyring):
                pytest.fail("a key that nobody introduced is an unknown one")


async def test_a_file_that_cannot_be_written_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "no").write_text("a file, no folder")
    async with replica(url(tmp_path / "a.sqlite3")) as one:
        await revoked(one)
        with pytest.raises(ConfigurationError, match="cannot be written"):
            await Graveyard(tmp_path / "no" / "graves", KEY).begin(one.keys.keyring.store, {})


@pytest.mark.parametrize("line", ["", "{", "[]", "7", '{"type": "checkpoint"}', '{"type": "tombstone"}', "{" * 9000])
def test_what_is_no_tombstone_is_none(line: str) -> None:
    assert from_line(line) is None


def test_a_line_says_what_was_signed() -> None:
    stone = sign_tombstone(KEY, "ten_x", 3, 5)
    assert from_line(to_line(stone)) == stone
    assert "signature" not in repr(stone)
