"""What one client may expect of two replicas: its conversation goes on at the other, and a key that is revoked at one
is none at the other. And what stock SDKs make of a stream whose replica dies.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from contextlib import suppress
from typing import Any

import openai
from joserfc.jwk import ECKey

from gateway.auth.admin_tokens import make_proof
from tests.replicas.installation import Installation, credential
from tests.replicas.processes import Replica
from tests.replicas.scenarios import Numbers, held, until
from tests.replicas.talk import HELD, MODEL, Talk, hear

REVOKED_SECONDS = 2.0


async def moved(one: Installation) -> Numbers:
    """A conversation that began at one replica goes on at the other: the same tokens, and they turn back."""
    first, second = one.replicas
    for number in range(len(one.keys)):
        talk = one.talk(number)
        at = len(one.provider.texts)
        heard = [await one.say(talk, replica.url) for replica in (first, second, first)]
        assert {one_of.outcome for one_of in heard} == {"whole"}
        assert len({one_of.text for one_of in heard}) == 1, "restored alike"
        sent = [json.loads(text)["messages"] for text in one.provider.texts[at:]]
        assert sent[0] == sent[1] == sent[2], "the same tokens"
    return {"conversations moved": len(one.keys), "restored alike": len(one.keys)}


class Owner:
    """The owner of a tenant, who talks to one replica."""

    def __init__(self, one: Installation, replica: Replica, slug: str) -> None:
        self._http, self._url, self._slug = one.http, replica.url, slug
        self._key = ECKey.generate_key("P-256")
        self._token = ""

    async def call(self, method: str, path: str, body: object = None) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        given: dict[str, Any] = {} if body is None else {"json": body}
        async with self._http.request(method, self._url + path, headers=headers, **given) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()

    async def sign_in(self) -> None:
        values = self._key.as_dict(private=False)
        public = {name: values[name] for name in ("kty", "crv", "x", "y")}
        body = {"credential": credential(self._slug), "tenant": self._slug, "name": "Ada", "public_key": public}
        made = await self.call("POST", "/admin/auth/bootstrap", body)
        proof = make_proof(self._key, "token", made["tenant_id"], secrets.token_urlsafe(8), int(time.time()))
        self._token = (await self.call("POST", "/admin/auth/token", {"proof": proof}))["access_token"]

    async def new_key(self) -> tuple[str, str]:
        """Of the agent `support`: its id, and itself."""
        made = await self.call("POST", "/admin/agents/support/keys", {"name": "of a test"})
        return made["id"], made["key"]


async def revoked(one: Installation, slug: str = "acme", *, without_redis: bool = False) -> Numbers:
    """A key that is used at one replica is revoked at the other: its stream ends with a word, and it is refused.

    Args:
        without_redis: Redis is away meanwhile: the database is enough.
    """
    here, there = one.replicas
    owner = Owner(one, here, slug)
    await owner.sign_in()
    name, key = await owner.new_key()
    assert (await one.say(Talk(key), there.url)).outcome == "whole"
    one.provider.may_end.clear()
    stream = one.begin(Talk(key, blocks=HELD))
    listening = asyncio.create_task(hear(one.http, there.url, stream))
    await until(lambda: stream.blocks > 0, "a stream with the key")
    if without_redis:
        await asyncio.to_thread(one.redis.stop)
    await owner.call("DELETE", f"/admin/keys/{name}")
    at, served = time.monotonic(), 0
    while (heard := await one.say(Talk(key), there.url)).status != 401:
        served += heard.outcome == "whole"
        assert time.monotonic() - at < 20, heard.outcome
    refused = time.monotonic() - at
    await listening
    cut = time.monotonic() - at
    one.provider.may_end.set()
    assert stream.outcome == heard.code
    if without_redis:
        await asyncio.to_thread(one.redis.start)
    return {
        "refused at the other replica after seconds": round(refused, 2),
        "served meanwhile": served,
        "its stream there ended with": stream.outcome,
        "after seconds": round(cut, 2),
    }


async def stock_clients(one: Installation) -> Numbers:
    """The OpenAI SDK raises when the replica of its stream dies: it never takes a part for the whole."""
    raised: list[str] = []
    begun: list[Talk] = []

    async def listen(talk: Talk) -> None:
        async with openai.AsyncOpenAI(base_url=f"{one.url}/v1", api_key=talk.key, max_retries=0) as client:
            try:
                stream = await client.chat.completions.create(
                    model=MODEL,
                    stream=True,
                    max_tokens=HELD,
                    messages=[{"role": "user", "content": talk.prompt}],
                )
                async for _ in stream:
                    if talk not in begun:
                        begun.append(talk)
            except Exception as error:  # noqa: BLE001 - which one is the question
                raised.append(type(error).__name__)

    talks = [one.talk(number) for number in range(4)]
    async with held(one, 2):
        listening = [asyncio.create_task(listen(talk)) for talk in talks]
        await until(lambda: len(begun) == len(talks), "the SDK's streams")
        for replica in one.replicas:
            replica.kill()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*listening)
    for replica in one.replicas:
        replica.start()
    for replica in one.replicas:
        await replica.ready()
    assert len(raised) == len(talks), raised
    return {"streams of the OpenAI SDK": len(talks), "raised": raised}
