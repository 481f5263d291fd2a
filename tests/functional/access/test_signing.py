"""Signed requests over real sockets: what is signed, when, and once."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from gateway.access.minting import NewKey
from gateway.access.signing import Signed, Signing
from gateway.auth.signing import FUTURE_SECONDS, SIGNED, WINDOW_SECONDS, read_signature, sign_request
from gateway.errors.access import InvalidSignature
from gateway.stores.memory import MemoryShared
from gateway.stores.redis import open_redis
from gateway.stores.store import Shared
from tests import servers
from tests.fakes.access import BODY, CHAT, Answered, Gate
from tests.fakes.provider import Provider

pytestmark = pytest.mark.asyncio(loop_scope="module")
CODE = "invalid_request_signature"


def headers(secret: str, key: str, body: bytes, **changes: Any) -> dict[str, str]:
    """A signature made by other means than ours."""
    given: dict[str, Any] = {"method": "POST", "target": CHAT, "at": int(time.time()), "nonce": secrets.token_hex(12)}
    given |= changes
    digest = hashlib.sha256(body).hexdigest()
    message = f"holdback-v1\n{given['method']}\n{given['target']}\n{given['at']}\n{given['nonce']}\n{digest}"
    signature = hmac.new(secret.encode(), message.encode(), "sha256").hexdigest()
    return {
        "Authorization": f"Bearer {key}",
        "Content-Type": "application/json",
        "X-Holdback-Timestamp": str(given["at"]),
        "X-Holdback-Nonce": given["nonce"],
        "X-Holdback-Signature": f"v1={signature}",
    }


async def send(gate: Gate, given: dict[str, str], body: bytes, path: str = CHAT) -> Answered:
    async with gate.http.post(gate.url + path, data=body, headers=given) as answer:
        return Answered(answer.status, answer.headers, await answer.json())


@pytest_asyncio.fixture(loop_scope="module")
async def key(gate: Gate) -> NewKey:
    return await gate.key(thumbprint=SIGNED)


async def test_a_signed_request_is_served_once(gate: Gate, key: NewKey, provider: Provider) -> None:
    secret, body = gate.services.access.signing.secret(key.row.id), json.dumps(BODY).encode()
    await asyncio.sleep(max(0.0, born(gate) + FUTURE_SECONDS + 1 - time.time()))  # the memory is young
    given = headers(secret, key.text, body)
    assert (await send(gate, given, body)).status == 200
    assert not any(name.lower().startswith("x-holdback") for name in provider.seen_headers[-1]), "none of it goes up"
    again = await send(gate, given, body)
    assert (again.status, again.code) == (401, CODE), "a nonce is good once"
    query = headers(secret, key.text, body, target=f"{CHAT}?a=1%20b")
    assert (await send(gate, query, body, f"{CHAT}?a=2")).code == CODE, "the query is signed"
    assert len(provider.requests) == 1


def born(gate: Gate) -> float:
    return int(gate.services.stores.shared._generation.partition("-")[0]) / 1e6  # type: ignore[attr-defined]


async def test_what_is_not_as_it_was_signed_is_refused(gate: Gate, key: NewKey, provider: Provider) -> None:
    secret, body = gate.services.access.signing.secret(key.row.id), json.dumps(BODY).encode()
    now = int(time.time())
    other = await gate.key(thumbprint=SIGNED)
    wrong = [
        headers(secret, key.text, body + b" "),
        headers(secret, key.text, body, method="GET"),
        headers(secret, key.text, body, target="/v1/completions"),
        headers(secret, key.text, body, at=now - WINDOW_SECONDS - 2),
        headers(secret, key.text, body, at=now + FUTURE_SECONDS + 5),
        headers(secret, key.text, body, nonce="short"),
        headers(secret, other.text, body),
        headers("x" * 43, key.text, body),
        {**headers(secret, key.text, body), "X-Holdback-Timestamp": str(now - 1)},
        {**headers(secret, key.text, body), "X-Holdback-Signature": "v1=00"},
        {"Authorization": f"Bearer {key.text}", "Content-Type": "application/json"},
    ]
    wrong += [{k: v for k, v in wrong[0].items() if k != name} for name in wrong[0] if name.startswith("X-")]
    for number, given in enumerate(wrong):
        answer = await send(gate, given, body)
        assert (answer.status, answer.code) == (401, CODE), number
    assert provider.requests == []


async def test_a_key_that_is_not_bound_to_signatures_takes_none(gate: Gate) -> None:
    plain, body = await gate.key(), json.dumps(BODY).encode()
    secret = gate.services.access.signing.secret(plain.row.id)
    answer = await send(gate, headers(secret, plain.text, body), body)
    assert (answer.status, answer.code) == (401, CODE)
    assert (await gate.bearer(plain.text)).status == 200


async def _read() -> bytes:
    return b"{}"


def signed(secret: str, at: float, nonce: str) -> Signed:
    value = sign_request(secret, "POST", CHAT, int(at), nonce, b"{}")
    return Signed(read_signature([[str(int(at))], [nonce], [value]]), CHAT, _read)


@pytest_asyncio.fixture(loop_scope="module", params=["memory", "redis"])
async def replicas(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Shared, Shared]]:
    if request.param == "memory":
        shared = MemoryShared()
        yield shared, shared
        return
    with servers.redis() as server:
        one, two = open_redis(server.url), open_redis(server.url)
        yield one, two
        await one.close()
        await two.close()


async def test_replicas_share_what_was_used(replicas: tuple[Shared, Shared]) -> None:
    one, two = (Signing(shared, b"k" * 32) for shared in replicas)
    secret, now = one.secret("id"), time.time() + FUTURE_SECONDS + 1
    assert secret == two.secret("id") != one.secret("other")
    outcomes = await asyncio.gather(
        *(
            each.check(SIGNED, "id", "POST", signed(secret, now, f"nonce-{number:012}"), now)
            for each in (one, two)
            for number in range(10)
        ),
        return_exceptions=True,
    )
    assert sum(outcome is None for outcome in outcomes) == 10
    assert sum(isinstance(outcome, InvalidSignature) for outcome in outcomes) == 10


async def test_what_was_signed_before_the_memory_began_is_refused() -> None:
    secret, now = Signing(MemoryShared(), b"k" * 32).secret("id"), time.time()
    for at in (now - 60, now, now + FUTURE_SECONDS - 1):
        restarted = Signing(MemoryShared(), b"k" * 32)
        with pytest.raises(InvalidSignature):
            await restarted.check(SIGNED, "id", "POST", signed(secret, at, "a-nonce-of-a-test"), now + 1)
