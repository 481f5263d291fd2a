"""Sessions over two replicas: one database, one Redis, two servers on real sockets. Thief and victim in both orders."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import update

from gateway.auth.capability import KeyKind
from gateway.errors.kms import KeyDenied
from gateway.observe.events import ControlEvent
from gateway.server.session_door import PATH
from gateway.stores.database import open_database
from gateway.stores.migrate import migrate
from gateway.stores.tables.capabilities import CAPABILITY_KEYS
from gateway.stores.tables.logins import LOGINS
from gateway.tenant_keys.lifecycle import Onboarding
from gateway.tenant_keys.wrapping import WrapMethod
from tests import servers
from tests.fakes.access import CHAT, Answered, Gate, Holder, serve_gate
from tests.fakes.provider import Provider

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Pair:
    """Two replicas, and what they told of."""

    one: Gate
    two: Gate
    redis: servers.RedisServer
    told: list[ControlEvent]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def both(tmp_path_factory: pytest.TempPathFactory, shared_provider: Provider) -> AsyncIterator[Pair]:
    url = f"sqlite:///{Path(tmp_path_factory.mktemp('replicas')) / 'holdback.sqlite3'}"
    told: list[ControlEvent] = []
    database = open_database(url)
    await migrate(database)
    await database.close()
    with servers.redis() as redis:
        async with AsyncExitStack() as closing:
            opened = []
            for _ in range(2):
                gate = await closing.enter_async_context(
                    serve_gate(shared_provider.base_url, database_url=url, redis_url=redis.url)
                )
                gate.services.control.events.attach(told.append)
                opened.append(gate)
            yield Pair(opened[0], opened[1], redis, told)


@pytest_asyncio.fixture(loop_scope="module")
async def pair(both: Pair, provider: Provider) -> Pair:
    """The replicas, and a new tenant."""
    one = replace(both.one)
    await one.settle(f"acme-{secrets.token_hex(4)}")
    two = replace(both.two, tenant_id=one.tenant_id, gateway=one.gateway, agent=one.agent)
    both.told.clear()
    return replace(both, one=one, two=two)


@dataclass
class Client:
    """Someone with a private key and a refresh credential."""

    holder: Holder
    refresh: str = ""
    session: str = ""

    def copy(self) -> Client:
        """A thief who has the private key as well: the worst case."""
        return Client(Holder(self.holder.key, self.holder.nonce), self.refresh, self.session)

    async def log_in(self, gate: Gate, token: str) -> Answered:
        """With a bound key."""
        return self._took(await self._send(gate, token, {}))

    async def turn(self, gate: Gate, *, lost: bool = False) -> Answered:
        """With the refresh credential; a lost answer changes nothing here."""
        answer = await self._send(gate, "", {"refresh_token": self.refresh})
        return answer if lost else self._took(answer)

    async def chat(self, gate: Gate) -> Answered:
        return await gate.prove(self.holder, self.session)

    async def _send(self, gate: Gate, token: str, body: Any) -> Answered:
        headers = {"DPoP": self.holder.proof("POST", PATH, token)}
        if token:
            headers["Authorization"] = f"DPoP {token}"
        answer = await gate.send(headers, PATH, body)
        if answer.status == 200 or answer.code != "use_dpop_nonce" or self.holder.nonce:
            return answer
        self.holder.nonce = answer.headers["DPoP-Nonce"]
        return await self._send(gate, token, body)

    def _took(self, answer: Answered) -> Answered:
        if answer.status == 200:
            self.refresh, self.session = answer.body["refresh_token"], answer.body["access_token"]
        return answer


async def logged_in(pair: Pair, **asked: Any) -> Client:
    client = Client(Holder())
    key = await pair.one.key(thumbprint=client.holder.thumbprint, **asked)
    answer = await client.log_in(pair.one, key.text)
    assert answer.status == 200, answer.body
    assert (answer.body["token_type"], answer.headers["Cache-Control"]) == ("DPoP", "no-store")
    return client


async def test_a_session_serves_on_all_replicas(pair: Pair) -> None:
    client = await logged_in(pair)
    first = client.session
    for gate in (pair.one, pair.two):
        assert (await client.chat(gate)).status == 200
    assert (await pair.one.bearer(client.session)).code == "invalid_token"
    for gate in (pair.two, pair.one, pair.two):
        answer = await client.turn(gate)
        assert (answer.status, 300 < answer.body["expires_in"] <= 3600) == (200, True)
        assert (await client.chat(pair.one)).status == 200
    assert client.session != first
    assert client.session.startswith("kc_live_s_")


async def test_a_proof_is_good_once_on_all_replicas(pair: Pair) -> None:
    client = await logged_in(pair)
    proof = client.holder.proof("POST", CHAT, client.session)
    headers = {"Authorization": f"DPoP {client.session}", "DPoP": proof}
    answers = await asyncio.gather(pair.one.send(headers), pair.two.send(headers))
    assert sorted(answer.status for answer in answers) == [200, 401]
    again = await pair.two.send(headers)
    assert (again.status, again.code) == (401, "invalid_dpop_proof")


async def check_theft(pair: Pair, second: Client, first: Client) -> None:
    """`first` used the credential, `second` uses it now: both lose everything, and it is told."""
    answer = await second.turn(pair.two)
    assert (answer.status, answer.code, answer.headers["x-should-retry"]) == (401, "refresh_reused", "false")
    assert [event.action for event in pair.told if event.action == "access.theft"] == ["access.theft"]
    for client in (first, second):
        assert (await client.turn(pair.one)).code == "refresh_refused"
        for gate in (pair.two, pair.one):
            assert (await client.chat(gate)).status == 401


@pytest.mark.parametrize("thief_is_first", [True, False])
async def test_theft(pair: Pair, thief_is_first: bool) -> None:
    victim = await logged_in(pair)
    thief = victim.copy()
    first, second = (thief, victim) if thief_is_first else (victim, thief)
    assert (await first.turn(pair.one)).status == 200
    assert (await first.turn(pair.two)).status == 200, "and so the successor was used: there is no grace any more"
    await check_theft(pair, second, first)


async def test_a_thief_without_the_private_key(pair: Pair) -> None:
    victim = await logged_in(pair)
    thief = Client(Holder(), victim.refresh)
    assert (await thief.turn(pair.two)).code == "refresh_refused", "the newest one, by another key: it is only no use"
    assert (await victim.turn(pair.one)).status == 200
    await check_theft(pair, thief, victim)  # an old one: somebody has a copy, and within the grace, too


async def test_a_lost_answer_is_given_again_once(pair: Pair) -> None:
    client = await logged_in(pair)
    lost = await client.turn(pair.one, lost=True)
    again = await client.turn(pair.two)
    assert again.status == 200
    assert again.body["refresh_token"] == lost.body["refresh_token"], "the same successor"
    assert again.body["access_token"] != lost.body["access_token"]
    assert (await client.chat(pair.one)).status == 200
    assert (await client.turn(pair.two)).status == 200, "which is good"
    other = await logged_in(pair)
    await other.turn(pair.one, lost=True)
    await other.turn(pair.one, lost=True)
    assert (await other.turn(pair.two)).code == "refresh_reused", "once"


async def test_grace_is_over_after_ten_seconds(pair: Pair) -> None:
    client = await logged_in(pair)
    await client.turn(pair.one, lost=True)
    family = client.refresh.split("_")[3]
    async with pair.one.services.stores.database.write() as connection:
        early = pair.one.services.control.clock().replace(microsecond=0)
        moved = update(LOGINS).where(LOGINS.c.id == family)
        await connection.execute(moved.values(rotated_at=early.fromtimestamp(time.time() - 11, early.tzinfo)))
    assert (await client.turn(pair.two)).code == "refresh_reused"


async def test_of_many_at_once_one_turns_the_credential(pair: Pair) -> None:
    client = await logged_in(pair)
    copies = [client.copy() for _ in range(6)]
    gates = [pair.one, pair.two] * 3
    answers = await asyncio.gather(*(copy.turn(gate) for copy, gate in zip(copies, gates, strict=True)))
    codes = sorted(answer.code if answer.status != 200 else "" for answer in answers)
    assert codes[:2] == ["", ""], "the first, and the one that counts as its lost answer"
    assert set(codes[2:]) <= {"refresh_reused", "refresh_refused"}
    assert "refresh_reused" in codes


async def test_a_revoked_key_takes_its_sessions_along_at_once(pair: Pair) -> None:
    client = await logged_in(pair)
    assert (await client.chat(pair.two)).status == 200
    rows = await pair.one.services.stores.capabilities.of_tenant(pair.one.tenant_id)
    services = pair.one.services
    await services.access.minting.revoke(pair.one.tenant_id, rows[0].id, "test", services.access.book)
    assert (await client.chat(pair.one)).status == 401
    deadline = time.monotonic() + 2
    while (await client.chat(pair.two)).status != 401:
        assert time.monotonic() < deadline
    assert (await client.turn(pair.two)).code == "refresh_refused"


async def test_who_gets_no_session(pair: Pair) -> None:
    holder = Holder()
    for kind in (KeyKind.READ, KeyKind.ONESHOT):
        key = await pair.one.key(thumbprint=holder.thumbprint, kind=kind)
        assert (await Client(holder).log_in(pair.one, key.text)).code == "refresh_refused"
    client = await logged_in(pair)
    assert (await client.log_in(pair.one, client.session)).code == "refresh_refused", "no session of a session"
    unbound = (await pair.one.key()).text
    assert (await pair.one.bearer(unbound, PATH, body={})).code == "refresh_refused"
    made_up = client.refresh[:-1] + ("a" if client.refresh[-1] != "a" else "b")
    for text in ("", "nonsense", made_up, client.refresh.replace("kc_live", "kc_test")):
        assert (await Client(client.holder, text).turn(pair.one)).code == "refresh_refused", text
    assert (await client.turn(pair.one)).status == 200, "and none of that harmed the login"
    no_proof = await pair.one.send({}, PATH, {"refresh_token": client.refresh})
    assert (no_proof.status, no_proof.code) == (400, "invalid_dpop_proof")
    holder = replace(client.holder, nonce="")
    no_nonce = await pair.one.send({"DPoP": holder.proof("POST", PATH, "")}, PATH, {"refresh_token": client.refresh})
    assert (no_nonce.status, no_nonce.code) == (400, "use_dpop_nonce")
    assert len(no_nonce.headers.getall("DPoP-Nonce")) == 1
    assert no_nonce.headers["x-should-retry"] == "false"


async def test_an_edited_login_or_key_gives_no_session(pair: Pair) -> None:
    thief = Holder()
    database = pair.one.services.stores.database
    for table, values in (
        (LOGINS, {"thumbprint": thief.thumbprint}),
        (CAPABILITY_KEYS, {"scope": '{"models":["*"]}'}),
        (CAPABILITY_KEYS, {"thumbprint": thief.thumbprint}),
    ):
        client = await logged_in(pair)
        async with database.write() as connection:
            await connection.execute(update(table).where(table.c.tenant_id == pair.one.tenant_id).values(values))
        for holder in (client.holder, thief):
            assert (await Client(holder, client.refresh).turn(pair.one)).code == "refresh_refused"
        await pair.one.settle(f"acme-{secrets.token_hex(4)}")


async def test_a_tenant_with_its_own_key_service(pair: Pair) -> None:
    keys = pair.one.services.control.keys
    await keys.lifecycle.onboard(pair.one.tenant_id, Onboarding(WrapMethod.CUSTOMER, "local", "local:mine", {}))
    await pair.two.services.control.keys.keyring.refresh()
    client = await logged_in(pair)
    assert (await client.turn(pair.one)).body["expires_in"] <= 300
    keys.keyring.ring.seals.failed(pair.one.tenant_id, KeyDenied())
    answer = await client.turn(pair.one)
    assert (answer.status, answer.code) == (503, "tenant_sealed")
    assert (await client.chat(pair.one)).code == "tenant_sealed"
    assert (await client.turn(pair.two)).status == 200, "nothing was used up by the refusal"


async def test_without_redis_nothing_is_granted(pair: Pair) -> None:
    """Last of the file: the server is stopped."""
    client = await logged_in(pair)
    assert (await client.chat(pair.one)).status == 200
    pair.redis.stop()
    answer = await client.chat(pair.one)
    assert (answer.status, answer.code) == (503, "access_unavailable")
    pair.redis.start()
    answer = await client.chat(pair.one)
    assert answer.code == "use_dpop_nonce", "its memory is new: what was used before must not be used again"
    assert (await client.chat(pair.one)).status == 200
