"""Kill -9 before every step of every change: no data is lost, exactly one version is active, and it can go on."""

from __future__ import annotations

import multiprocessing
import signal
from pathlib import Path

import pytest

from gateway.stores.tables.key_tables import ACTIVE, RETIRED
from gateway.tenant_keys import records as records_module
from gateway.vault.keys import Purpose
from tests.contract.databases import new_postgres
from tests.fakes import killed_at
from tests.fakes.replicas import Replica, choice, replica

STEPS = {
    "onboard": ("probe", "wrap", "write", "written"),
    "rotate": ("wrap", "write", "written"),
    "revoke": ("revoke", "revoked"),
    "reseal": ("read", "sealed", "resealed"),
}
COUNT = 7
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([killed_at.__name__])
"""Its children have everything imported: to start Python anew for each step would cost most of the time."""


def kill(url: str, tenant: str, what: str, step: str) -> int:
    process = FORKS.Process(target=killed_at.run, args=(url, tenant, what, step))
    process.start()
    process.join(60)
    return process.exitcode or 0


async def check(one: Replica, tenant: str, lost: bool) -> None:
    versions = await one.stores.keys.versions(tenant)
    assert [version.status for version in versions].count(ACTIVE) == 1
    assert versions[0].status == ACTIVE, "the newest one"
    assert all((version.wrapped is None) == (version.status not in {ACTIVE, RETIRED}) for version in versions)
    for number in range(COUNT):
        if not lost:
            assert await one.keys.records.get(tenant, Purpose.SECRET, f"n{number}") == b"value"


@pytest.mark.parametrize("what", STEPS)
async def test_killed_before_every_step(tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "BATCH", 3)
    await killed_before_every_step(f"sqlite:///{tmp_path / 'holdback.sqlite3'}", what)


@pytest.mark.slow
@pytest.mark.parametrize("what", STEPS)
async def test_the_same_on_postgres(postgres_url: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records_module, "BATCH", 3)
    await killed_before_every_step(await new_postgres(postgres_url), what)


async def killed_before_every_step(url: str, what: str) -> None:
    async with replica(url) as one:
        tenant = await one.tenant()
        await one.keys.lifecycle.onboard(tenant, choice("old"))
        for number in range(COUNT):
            await one.keys.records.put(tenant, Purpose.SECRET, f"n{number}", b"value")
        if what in {"reseal", "revoke"}:
            await one.keys.lifecycle.rotate(tenant)
    for step in STEPS[what]:
        assert kill(url, tenant, what, step) == -signal.SIGKILL, "it must get as far as the step"
        async with replica(url) as one:
            await check(one, tenant, lost=what == "revoke" and step == "revoked")
    async with replica(url) as one:
        # It goes on from there as if nothing had been.
        await one.keys.lifecycle.rotate(tenant)
        while await one.keys.records.reseal(tenant):
            pass
        assert (await one.keys.records.progress(tenant)).left == 0
        await check(one, tenant, lost=what == "revoke")
