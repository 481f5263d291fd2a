"""Sealing: who is sealed by an outage, who does not notice it, and how they come back. On a clock that is moved."""

from __future__ import annotations

import pytest

from gateway.errors.kms import (
    KeyCorrupt,
    KeyDenied,
    KeyGone,
    KeyRevoked,
    KeyUnavailable,
    KmsError,
    TenantSealed,
)
from gateway.kms.cache import KeyCache
from gateway.kms.ring import CUSTOMER_TTL_SECONDS, OWN_TTL_SECONDS, KeyName, KeyRing
from gateway.kms.sealed import TRANSITIONS, SealEvent, SealReason, SealState

CUSTOMERS, OURS = ("acme", "globex", "initech"), ("own-1", "own-2")


class World:
    """Tenants whose keys are at their own services, and two whose keys are at ours; all on one clock."""

    def __init__(self) -> None:
        self.now = 0.0
        self.errors: dict[str, type[KmsError]] = {}
        self.calls: list[KeyName] = []
        self.events: list[SealEvent] = []
        self.ring = KeyRing(
            self._load,
            active=self._active,
            ttl=lambda name: OWN_TTL_SECONDS if name.tenant in OURS else CUSTOMER_TTL_SECONDS,
            on_event=self.events.append,
            cache=KeyCache(clock=lambda: self.now, chance=lambda: 0.0),
            clock=lambda: self.now,
        )

    async def _load(self, name: KeyName) -> bytearray:
        self.calls.append(name)
        if name.tenant in self.errors:
            raise self.errors[name.tenant]
        return bytearray(name.tenant.encode().ljust(32, b"."))

    async def _active(self, tenant: str) -> KeyName:
        return KeyName(tenant, 1)

    async def serves(self, tenant: str, version: int = 1) -> bool:
        try:
            with await self.ring.lease(KeyName(tenant, version)) as lease:
                return bytes(lease.key).startswith(tenant.encode())
        except (TenantSealed, KeyRevoked):
            return False

    async def pass_time(self, seconds: float) -> None:
        """In steps of five seconds, with requests of all tenants and the timers' work at each."""
        for _ in range(int(seconds // 5)):
            self.now += 5
            self.ring.cache.sweep()
            await self.ring.seals.retry_due()
            for tenant in (*CUSTOMERS, *OURS):
                await self.serves(tenant)


@pytest.fixture
async def world() -> World:
    made = World()
    for tenant in (*CUSTOMERS, *OURS):
        assert await made.serves(tenant)
    return made


async def test_an_outage_shorter_than_the_warm_keys_life_is_not_noticed(world: World) -> None:
    await world.pass_time(10)
    world.errors = dict.fromkeys((*CUSTOMERS, *OURS), KeyUnavailable)
    await world.pass_time(280)
    assert all([await world.serves(tenant) for tenant in (*CUSTOMERS, *OURS)])
    world.errors = {}
    await world.pass_time(60)
    assert world.events == []


async def test_an_outage_of_six_minutes_seals_those_it_hits_and_they_come_back(world: World) -> None:
    """Two customers' services are away for six minutes, and ours. Ours is warm for an hour; one customer's is well."""
    world.errors = dict.fromkeys(("acme", "globex", *OURS), KeyUnavailable)
    await world.pass_time(360)
    assert sorted(world.ring.seals.sealed()) == ["acme", "globex"]
    served = {tenant: await world.serves(tenant) for tenant in (*CUSTOMERS, *OURS)}
    assert served == {"acme": False, "globex": False, "initech": True, "own-1": True, "own-2": True}
    assert {(event.tenant, event.state, event.reason) for event in world.events} == {
        ("acme", SealState.SEALED, SealReason.UNREACHABLE),
        ("globex", SealState.SEALED, SealReason.UNREACHABLE),
    }
    world.errors = {}
    await world.pass_time(30)
    assert world.ring.seals.sealed() == []
    assert [event.state for event in world.events].count(SealState.OPEN) == 2
    assert all([await world.serves(tenant) for tenant in (*CUSTOMERS, *OURS)])


async def test_a_sealed_tenant_is_tried_each_thirty_seconds(world: World) -> None:
    world.errors = {"acme": KeyDenied}
    await world.pass_time(310)
    before = len(world.calls)
    await world.pass_time(300)
    tries = [name for name in world.calls[before:] if name.tenant == "acme"]
    assert 9 <= len(tries) <= 11


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KeyDenied, SealReason.DENIED),
        (KeyGone, SealReason.GONE),
        (KeyUnavailable, SealReason.UNREACHABLE),
    ],
)
async def test_the_reason_is_kept_and_the_answer_says_when_to_come_again(
    world: World, error: type[KmsError], reason: SealReason
) -> None:
    world.errors, world.now = {"acme": error}, 301
    with pytest.raises(TenantSealed) as caught:
        await world.ring.lease(KeyName("acme", 1))
    assert caught.value.status == 503
    assert caught.value.retry_after_seconds == 30
    assert world.ring.seals.state("acme") == (SealState.SEALED, reason, 301)
    assert caught.value.__context__ is None


async def test_other_versions_that_are_warm_are_dropped_with_the_seal(world: World) -> None:
    world.now = 200
    assert await world.serves("acme", version=2)
    world.errors, world.now = {"acme": KeyDenied}, 301
    assert not await world.serves("acme", version=1)
    assert world.ring.cache.remaining(KeyName("acme", 2)) == 0
    assert not await world.serves("acme", version=2)
    assert await world.serves("globex")


async def test_an_old_version_that_cannot_be_had_seals_nobody_while_another_is_warm(world: World) -> None:
    world.errors, world.now = {"acme": KeyUnavailable}, 100
    with pytest.raises(KeyUnavailable):
        await world.ring.lease(KeyName("acme", 2))
    assert await world.serves("acme", version=1)
    assert world.events == []
    world.now = 301
    assert not await world.serves("acme", version=2)
    assert world.ring.seals.sealed() == ["acme"]


async def test_a_damaged_blob_seals_nothing(world: World) -> None:
    world.errors, world.now = {"acme": KeyCorrupt}, 301
    with pytest.raises(KeyCorrupt):
        await world.ring.lease(KeyName("acme", 1))
    assert world.ring.seals.sealed() == []


async def test_unsealing_by_hand(world: World) -> None:
    world.errors, world.now = {"acme": KeyUnavailable}, 301
    assert not await world.serves("acme")
    world.errors = {"acme": KeyDenied}
    with pytest.raises(KeyDenied):
        await world.ring.seals.unseal("acme")
    assert world.ring.seals.state("acme")[1] is SealReason.DENIED
    world.errors = {}
    await world.ring.seals.unseal("acme")
    assert await world.serves("acme")
    # A tenant that is open has nothing to unseal.
    await world.ring.seals.unseal("acme")


async def test_a_revoked_active_version_seals_for_good(world: World) -> None:
    world.ring.revoke(KeyName("acme", 1), active=True)
    await world.pass_time(600)
    with pytest.raises(KeyRevoked):
        await world.ring.lease(KeyName("acme", 1))
    with pytest.raises(KeyRevoked):
        await world.ring.seals.unseal("acme")
    assert [(event.state, event.reason) for event in world.events] == [(SealState.REVOKED, SealReason.REVOKED)]
    world.ring.reconfigured("acme")
    assert await world.serves("acme")


async def test_a_revoked_retired_version_seals_nobody(world: World) -> None:
    assert await world.serves("acme", version=2)
    world.ring.revoke(KeyName("acme", 2), active=False)
    assert world.ring.cache.remaining(KeyName("acme", 2)) == 0
    assert await world.serves("acme", version=1)
    assert world.events == []


async def test_a_revoke_during_an_attempt_stays(world: World) -> None:
    world.errors, world.now = {"acme": KeyDenied}, 301
    assert not await world.serves("acme")
    world.errors = {}
    load = world.ring._load

    async def revoked_meanwhile(name: KeyName) -> bytearray:
        world.ring.revoke(name, active=True)
        return await load(name)

    world.ring._load = revoked_meanwhile
    with pytest.raises(KeyRevoked):
        await world.ring.seals.unseal("acme")
    assert world.ring.seals.state("acme")[0] is SealState.REVOKED


async def test_a_hook_that_fails_does_not_keep_a_tenant_open(world: World) -> None:
    def broken(event: SealEvent) -> None:
        raise RuntimeError(event.tenant)

    world.ring.seals._on_event = broken
    world.errors, world.now = {"acme": KeyDenied}, 301
    assert not await world.serves("acme")
    assert world.ring.seals.sealed() == ["acme"]


async def test_what_the_store_says_was_sealed_is_tried_at_once(world: World) -> None:
    world.ring.seals.restore("hooli", SealReason.DENIED)
    assert not await world.serves("hooli")
    await world.ring.seals.retry_due()
    assert await world.serves("hooli")


def test_nothing_leads_out_of_revoked() -> None:
    assert not [state for state, _ in TRANSITIONS if state is SealState.REVOKED]
