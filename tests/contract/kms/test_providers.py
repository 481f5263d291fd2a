"""What every provider keeps, whatever its service does."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from gateway.errors.kms import KeyCorrupt, KeyDenied, KeyGone, KeyUnavailable, KmsError
from gateway.kms.local import LocalProvider
from gateway.kms.provider import KeyContext, KeyProvider, probe
from tests.fakes.kms_faults import DEADLINE, Fault

CONTEXT = KeyContext("acme", 3)
KEY = bytes(range(100, 132))
MEANING: dict[Fault, type[KmsError]] = {
    Fault.DENY: KeyDenied,
    Fault.DISABLE: KeyDenied,
    Fault.DELETE: KeyGone,
    Fault.THROTTLE: KeyUnavailable,
    Fault.FAIL: KeyUnavailable,
    Fault.CORRUPT: KeyCorrupt,
    Fault.HANG: KeyUnavailable,
}


async def keeps_its_laws(provider: KeyProvider) -> None:
    wrapped = await provider.wrap(KEY, CONTEXT)
    assert KEY not in wrapped
    assert len(wrapped) < 1024
    opened = await provider.unwrap(wrapped, CONTEXT)
    assert isinstance(opened, bytearray)
    assert opened == KEY
    assert wrapped != await provider.wrap(KEY, CONTEXT)
    for other in (KeyContext("acm", 3), KeyContext("acme", 4), KeyContext("acme", 3, "other")):
        with pytest.raises(KeyCorrupt):
            await provider.unwrap(wrapped, other)
    for at in (0, len(wrapped) // 2, len(wrapped) - 1):
        changed = wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :]
        with pytest.raises(KeyCorrupt):
            await provider.unwrap(changed, CONTEXT)
    for cut in (wrapped[:-1], wrapped[:3]):
        with pytest.raises(KeyCorrupt):
            await provider.unwrap(cut, CONTEXT)
    await probe(provider, CONTEXT, KEY)


async def test_laws_of_the_clouds(cloud: Any) -> None:
    await keeps_its_laws(cloud.provider)


async def test_laws_of_the_local_one(local: LocalProvider) -> None:
    await keeps_its_laws(local)
    wrapped = await local.wrap(KEY, CONTEXT)
    with pytest.raises(KeyDenied):
        await LocalProvider("local:dev", bytes(32)).unwrap(wrapped, CONTEXT)


@pytest.mark.parametrize("fault", list(Fault))
async def test_every_fault_has_its_meaning_and_its_time(cloud: Any, fault: Fault) -> None:
    wrapped = await cloud.provider.wrap(KEY, CONTEXT)
    assert await cloud.provider.unwrap(wrapped, CONTEXT) == KEY
    cloud.service.fault = fault
    start = time.monotonic()
    with pytest.raises(KmsError) as caught:
        await cloud.provider.unwrap(wrapped, CONTEXT)
    assert type(caught.value) is MEANING[fault]
    assert time.monotonic() - start < DEADLINE + 2
    # Foreign exceptions hold requests and answers; none may hang on to ours.
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    cloud.service.fault = None
    assert await cloud.provider.unwrap(wrapped, CONTEXT) == KEY


async def test_a_service_that_is_away_is_unavailable_at_once(cloud: Any) -> None:
    wrapped = await cloud.provider.wrap(KEY, CONTEXT)
    await cloud.service.stop()
    start = time.monotonic()
    with pytest.raises(KeyUnavailable):
        await cloud.provider.unwrap(wrapped, CONTEXT)
    # google-cloud-kms would retry this for 55 s.
    assert time.monotonic() - start < DEADLINE + 2


async def test_a_probe_needs_the_service_whatever_the_fault(cloud: Any) -> None:
    """Also where the vendor's library still wraps: with a public key that it has from before."""
    await probe(cloud.provider, CONTEXT, KEY)
    for fault in (Fault.DENY, Fault.DISABLE, Fault.DELETE):
        cloud.service.fault = fault
        with pytest.raises(MEANING[fault]):
            await probe(cloud.provider, CONTEXT, KEY)


async def test_many_at_once(cloud: Any) -> None:
    wrapped = await cloud.provider.wrap(KEY, CONTEXT)
    opened = await asyncio.gather(*(cloud.provider.unwrap(wrapped, CONTEXT) for _ in range(20)))
    assert all(one == KEY for one in opened)
    assert len({id(one) for one in opened}) == 20


async def test_a_cancelled_call_leaves_the_provider_usable(cloud: Any) -> None:
    wrapped = await cloud.provider.wrap(KEY, CONTEXT)
    cloud.service.fault = Fault.HANG
    waiting = asyncio.create_task(cloud.provider.unwrap(wrapped, CONTEXT))
    await asyncio.sleep(0.05)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    cloud.service.fault = None
    assert await cloud.provider.unwrap(wrapped, CONTEXT) == KEY


async def test_no_repr_shows_more_than_the_keys_name(cloud: Any) -> None:
    assert cloud.provider.key_ref in repr(cloud.provider)
    assert "secret" not in repr(cloud.provider)
