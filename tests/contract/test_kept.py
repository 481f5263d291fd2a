"""Sealed records, owners of ids and vaults, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.errors.stores import Conflict, NotFound
from gateway.stores.tables.erasing import erase_tenant
from gateway.stores.tables.owned import Owned
from gateway.stores.tables.records import SealedRecord
from gateway.stores.tables.vaults import Issued, Vault
from tests.fakes.replicas import now, replica

LEDGER = "ledger"


async def test_what_is_kept_and_erased(empty_url: str) -> None:
    soon, later, moment = now() + timedelta(hours=1), now() + timedelta(days=9), now()
    async with replica(empty_url) as one:
        tenant, other, stores = await one.tenant("a"), await one.tenant("b"), one.stores
        rows = [SealedRecord(tenant, LEDGER, f"n{n}", 1, b"x", soon, "above", "ada", None, 1) for n in range(3)]
        rows += [SealedRecord(tenant, LEDGER, "m", 2, b"y", None, "", "bob"), replace(rows[0], tenant_id=other)]
        await stores.records.add(rows, moment)
        with pytest.raises(Conflict):
            await stores.records.add([replace(rows[1], name="new"), rows[0]], moment)
        assert [row.name for row in await stores.records.within(tenant, LEDGER, "above", moment)] == ["n0", "n1", "n2"]
        assert [row.name for row in await stores.records.within(tenant, LEDGER, "above", moment, after="n1")] == ["n2"]
        assert await stores.records.tally(tenant, LEDGER, "above", moment, later) == (3, 3)
        assert await stores.records.held(tenant, 1) == 3
        await stores.records.extend(tenant, LEDGER, "above", later + timedelta(days=1))
        assert await stores.records.tally(tenant, LEDGER, "above", moment, later) == (3, 0)
        assert await stores.records.delete(tenant, LEDGER, name="n0") == 1
        assert await stores.records.erase(tenant, "ada") == {LEDGER: 2}

        owned = Owned(tenant, "id", "me", "upstream", soon, "ada")
        for written in (owned, owned, replace(owned, owner="you", subject="bob")):
            await stores.owned.put(written)
        assert {found.owner for found in await stores.owned.of(tenant, "id", moment)} == {"me", "you"}
        assert not await stores.owned.of(other, "id", moment)
        assert await stores.owned.erase(tenant, "ada") == 1
        await stores.owned.put(*(replace(owned, digest=f"i{number}") for number in range(501)))
        asked = [f"i{number}" for number in range(500, 1100)]
        assert [found.digest for found in await stores.owned.among(tenant, asked, moment)] == ["i500"]
        assert not await stores.owned.among(other, asked, moment)
        assert not await stores.owned.among(tenant, asked, later)

        vault = Vault("vlt_1", tenant, "cards", "pan", "", None, enabled=True, created_at=moment, updated_at=moment)
        await stores.vaults.create(vault)
        with pytest.raises(Conflict):
            await stores.vaults.create(replace(vault, id="vlt_2"))
        assert await stores.vaults.get(tenant, "cards") == await stores.vaults.get(tenant, "vlt_1") == vault
        with pytest.raises(NotFound):
            await stores.vaults.get(other, "cards")
        changed = await stores.vaults.change(tenant, "vlt_1", moment, {"enabled": False})
        assert (changed.enabled, await stores.vaults.page(tenant, "", 9)) == (False, [changed])
        issued = [Issued("d1", "vlt_1"), Issued("d2", "prompt", soon)]
        await stores.vaults.issue(tenant, issued)
        await stores.vaults.issue(tenant, [*issued, Issued("d3", "vlt_1")])
        assert await stores.vaults.issued(tenant, ["d1", "d2", "d4"], moment) == {"d1": "vlt_1", "d2": "prompt"}
        await stores.purge(later)
        assert await stores.vaults.issued(tenant, ["d1", "d2"], moment) == {"d1": "vlt_1"}
        assert await stores.vaults.delete(tenant, "vlt_1") == 0
        assert not await stores.vaults.issued(tenant, ["d1", "d3"], moment)

        assert await erase_tenant(stores.database, tenant) == {"sealed_records": 1}
        assert not await stores.records.within(other, LEDGER, "above", moment), "it was past its time"
