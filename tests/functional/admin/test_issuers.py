"""Admins of an external issuer: pinned in every respect, one issuer for one tenant, key sets fetched with measure."""

from __future__ import annotations

import time
from typing import Any

import pytest

from gateway.errors.stores import Conflict
from gateway.server.admin import identity
from gateway.stores.tables.admins import Admin, Issuer
from tests.fakes.control import Control, Person
from tests.fakes.issuer import AUDIENCE, CLIENT_ID, FakeIssuer, new_key

NOW = int(time.time())


@pytest.fixture
async def approved(control: Control, owner: Person, issuer: FakeIssuer) -> FakeIssuer:
    admins, now = control.services.stores.admins, control.services.control.clock()
    await admins.add_issuer(Issuer(issuer.url, owner.tenant_id, AUDIENCE, CLIENT_ID, "RS256", "at+jwt", now))
    await admins.add(Admin("adm_bob", owner.tenant_id, "admin", "Bob", issuer.url, "bob", "", now))
    return issuer


async def whoami(control: Control, token: str) -> tuple[int, str]:
    status, answer = await control.call("GET", "/admin/auth/whoami", token=token)
    return status, answer.get("id") or answer["error"]["code"]


async def test_a_known_subject_comes_in(control: Control, approved: FakeIssuer) -> None:
    assert await whoami(control, approved.access_token("bob", int(time.time()))) == (200, "adm_bob")
    assert await whoami(control, approved.access_token("eve", int(time.time()))) == (401, "admin_unauthenticated")


@pytest.mark.parametrize(
    ("header", "claims"),
    [
        ({"alg": "HS256"}, {}),
        ({"alg": "ES256"}, {}),
        ({"alg": "RS512"}, {}),
        ({"alg": "none"}, {}),
        ({"typ": "JWT"}, {}),
        ({"typ": None}, {}),
        ({"kid": "two"}, {}),
        ({}, {"aud": "https://elsewhere.test"}),
        ({}, {"aud": CLIENT_ID}),
        ({}, {"aud": [AUDIENCE, "https://elsewhere.test"]}),
        ({}, {"aud": None}),
        ({}, {"exp": NOW - 10}),
        ({}, {"exp": None}),
        ({}, {"exp": NOW + 10**9}),
        ({}, {"iat": NOW + 100}),
        ({}, {"iat": NOW - 10**6}),
        ({}, {"iat": None}),
        ({}, {"nbf": NOW + 100}),
        ({}, {"sub": None}),
        ({}, {"sub": ""}),
        ({}, {"iss": "https://elsewhere.test"}),
    ],
)
async def test_what_is_not_as_pinned_stays_out(
    control: Control, approved: FakeIssuer, header: dict[str, Any], claims: dict[str, Any]
) -> None:
    if header.get("alg") == "none":
        head, payload, _ = approved.access_token("bob", int(time.time())).split(".")
        token = f"eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.{payload}."
        assert head != "eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0"
    else:
        # The claims were written when the tests were collected, which may be a while ago.
        late = int(time.time()) - NOW
        moved = {name: value + late if isinstance(value, int) else value for name, value in claims.items()}
        token = approved.access_token("bob", NOW + late, header=header, **moved)
    assert await whoami(control, token) == (401, "admin_unauthenticated")


async def test_an_issuer_that_was_not_approved_is_not_even_asked(control: Control, issuer: FakeIssuer) -> None:
    assert (await whoami(control, issuer.access_token("bob", int(time.time()))))[0] == 401
    assert issuer.fetches == 0


async def test_an_issuer_speaks_for_itself_only(control: Control, approved: FakeIssuer) -> None:
    approved.claimed = "https://elsewhere.test"
    assert (await whoami(control, approved.access_token("bob", int(time.time()))))[0] == 401


async def test_one_issuer_maps_to_one_tenant(control: Control, approved: FakeIssuer) -> None:
    other = await control.owner("other")
    admins, now = control.services.stores.admins, control.services.control.clock()
    with pytest.raises(Conflict):
        await admins.add_issuer(Issuer(approved.url, other.tenant_id, AUDIENCE, CLIENT_ID, "RS256", "at+jwt", now))
    await admins.add(Admin("adm_eve", other.tenant_id, "owner", "Eve", approved.url, "eve", "", now))
    assert (await whoami(control, approved.access_token("eve", int(time.time()))))[0] == 401
    body = {"name": "Mallory", "role": "owner", "issuer": approved.url, "subject": "mallory"}
    step_up = await other.step_up("admins.add")
    status, answer = await other.call("POST", "/admin/admins", body, step_up=step_up)
    assert (status, answer["error"]["param"]) == (400, "issuer")


async def test_a_suspended_tenant_has_no_admins(control: Control, approved: FakeIssuer, owner: Person) -> None:
    from gateway.stores.tables.tenants import TenantStatus

    stores, now = control.services.stores, control.services.control.clock()
    await stores.tenants.change(owner.tenant_id, now, status=TenantStatus.SUSPENDED)
    assert (await whoami(control, approved.access_token("bob", int(time.time()))))[0] == 401
    assert (await whoami(control, owner.token))[0] == 401


async def test_key_sets_are_fetched_with_measure(
    control: Control, approved: FakeIssuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        assert (await whoami(control, approved.access_token("bob", int(time.time()))))[0] == 200
    assert approved.fetches == 1
    for number in range(20):
        await whoami(control, approved.access_token("bob", int(time.time()), header={"kid": f"made-up-{number}"}))
    assert approved.fetches == 1, "strangers must not be able to make us fetch"
    # The issuer changes its key: known after a minute at most.
    approved.key = new_key("two")
    token = approved.access_token("bob", int(time.time()), header={"kid": "two"})
    assert (await whoami(control, token))[0] == 401
    monkeypatch.setattr(identity, "REFETCH_SECONDS", 0)
    assert (await whoami(control, token))[0] == 200
    assert approved.fetches == 2


async def test_an_issuer_that_is_away_is_tried_once_a_minute(control: Control, approved: FakeIssuer) -> None:
    approved.status = 500
    for _ in range(3):
        assert (await whoami(control, approved.access_token("bob", int(time.time()))))[0] == 401
    assert approved.fetches == 1


async def step_up(control: Control, token: str, id_token: str) -> tuple[int, str]:
    body = {"action": "kms.rotate", "id_token": id_token}
    status, answer = await control.call("POST", "/admin/auth/step-up", body, token=token)
    return status, answer.get("error", {}).get("code", "")


async def test_a_fresh_sign_in_steps_up_once(control: Control, approved: FakeIssuer, owner: Person) -> None:
    token, good = approved.access_token("bob", int(time.time())), approved.id_token("bob", int(time.time()))
    assert await step_up(control, token, good) == (200, "")
    bad = {
        "used": good,
        "too old": approved.id_token("bob", NOW, auth_time=int(time.time()) - 61),
        "from the future": approved.id_token("bob", NOW, auth_time=int(time.time()) + 61),
        "without the time": approved.id_token("bob", NOW, auth_time=None),
        "another's": approved.id_token("eve", NOW),
        "an access token": token,
        "for another client": approved.id_token("bob", NOW, aud="other"),
    }
    for why, given in bad.items():
        assert await step_up(control, token, given) == (401, "admin_unauthenticated"), why
    assert await step_up(control, owner.token, approved.id_token("bob", NOW, jti="x")) == (401, "admin_unauthenticated")
