"""A stream ends when its key is revoked or its tenant is suspended; others of the same tenant go on."""

from __future__ import annotations

import asyncio
import json

import aiohttp
import pytest

from gateway.auth.capability import KeyKind
from gateway.stores.tables.tenants import TenantStatus
from tests.fakes.access import CHAT, Gate
from tests.fakes.provider import Provider, chunk

pytestmark = pytest.mark.asyncio(loop_scope="module")
BODY = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "I am jane.doe@example.com"}]}


@pytest.fixture
def endless(provider: Provider) -> Provider:
    provider.body, provider.pieces, provider.pause_seconds = None, [chunk({"content": "word "})] * 1000, 0.02
    return provider


async def begun(gate: Gate, text: str) -> aiohttp.ClientResponse:
    headers = {"Authorization": f"Bearer {text}"}
    answer = await gate.http.post(gate.url + CHAT, json=BODY, headers=headers)
    assert answer.status == 200
    await answer.content.readany()
    return answer


async def last_code(answer: aiohttp.ClientResponse) -> str:
    async with asyncio.timeout(2):
        events = (await answer.read()).strip().split(b"\n\n")
    return str(json.loads(events[-1].removeprefix(b"data: "))["error"]["code"])


async def test_a_revoked_key_ends_its_streams_only(gate: Gate, endless: Provider) -> None:
    one, two = await gate.key(), await gate.key()
    streams = [await begun(gate, key.text) for key in (one, one, two)]
    access = gate.services.access
    await access.minting.revoke(gate.tenant_id, one.row.id, "test", access.book)
    assert [await last_code(stream) for stream in streams[:2]] == ["invalid_api_key"] * 2
    assert b"error" not in await streams[2].content.readany()
    streams[2].close()


async def test_a_key_for_one_request_lives_through_it(gate: Gate, endless: Provider) -> None:
    stream = await begun(gate, (await gate.key(kind=KeyKind.ONESHOT)).text)
    await gate.services.access.book.refresh()
    await asyncio.sleep(0.2)
    assert b"error" not in await stream.content.readany()
    stream.close()


@pytest.mark.parametrize(("status", "code"), [("suspended", "tenant_sealed"), ("deleted", "invalid_api_key")])
async def test_a_tenant_that_is_closed_is_served_no_more(gate: Gate, endless: Provider, status: str, code: str) -> None:
    key = await gate.key()
    stream = await begun(gate, key.text)
    # By another process, such as the command line: this one finds out by itself.
    await gate.services.stores.tenants.change(
        gate.tenant_id, gate.services.control.clock(), status=TenantStatus(status)
    )
    assert await last_code(stream) == code
    assert (await gate.bearer(key.text)).status in (401, 503)
