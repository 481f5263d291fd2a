"""Step-up tokens: fresh proof; single use; for one actor, action and tenant; for minutes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from gateway.auth.roles import ACTIONS
from gateway.stores.tables.admins import Admin
from tests.fakes.control import Control, Person

NEW = {"name": "Bob", "role": "viewer", "issuer": "https://id.test", "subject": "bob"}


def test_the_windows() -> None:
    seconds = {name: action.step_up_seconds for name, action in ACTIONS.items() if action.step_up_seconds}
    assert (seconds["kms.unseal"], seconds["kms.rotate"]) == (120, 300)
    assert max(seconds.values()) == 300
    assert {"kms.replace", "kms.revoke", "tenant.delete", "admins.add", "admins.change"} <= set(seconds)


async def remove(person: Person, step_up: str) -> str:
    _, answer = await person.call("DELETE", "/admin/admins/adm_none", step_up=step_up)
    return str(answer["error"]["code"])


async def test_a_token_is_used_once(owner: Person) -> None:
    token = await owner.step_up("admins.change")
    assert await remove(owner, token) == "not_found"
    assert await remove(owner, token) == "step_up_required"


async def test_of_many_at_once_one_gets_through(owner: Person) -> None:
    token = await owner.step_up("admins.change")
    codes = await asyncio.gather(*(remove(owner, token) for _ in range(10)))
    assert codes.count("not_found") == 1


async def test_a_token_is_for_one_action_actor_and_tenant(control: Control, owner: Person) -> None:
    other_action = await owner.step_up("admins.add")
    other_actor = await (await owner.colleague("owner")).step_up("admins.change")
    other_tenant = await (await control.owner("other")).step_up("admins.change")
    for token in (other_action, other_actor, other_tenant, "", "kc_su_x", "x" * 1000):
        assert await remove(owner, token) == "step_up_required"


async def test_a_token_grows_old(control: Control, owner: Person) -> None:
    actor = Admin(owner.id, owner.tenant_id, "owner", "", "", "", "", control.services.control.clock())
    admins, now = control.services.stores.admins, control.services.control.clock()
    await admins.offer_step_up("kc_su_1", actor, "kms.unseal", now, now + timedelta(seconds=120))
    assert not await admins.take_step_up("kc_su_1", actor, "kms.unseal", now + timedelta(seconds=120))
    assert await admins.take_step_up("kc_su_1", actor, "kms.unseal", now + timedelta(seconds=119))


async def ask(person: Person, **body: object) -> tuple[int, str]:
    status, answer = await person.call("POST", "/admin/auth/step-up", body)
    return status, answer.get("error", {}).get("code", "")


async def test_a_proof_must_be_fresh_fitting_and_new(control: Control, owner: Person) -> None:
    action = "kms.rotate"
    proof = owner.proof(action)
    assert await ask(owner, action=action, proof=proof) == (200, "")
    other = await control.owner("other")
    bad = {
        "used": proof,
        "for another action": owner.proof("kms.unseal"),
        "for another tenant": owner.proof(action, tenant_id=other.tenant_id),
        "of another key": other.proof(action, tenant_id=owner.tenant_id),
        "too old": owner.proof(action, later=-70),
        "from the future": owner.proof(action, later=70),
        "without an id": owner.proof(action, token_id=""),
        "an access token": owner.token,
        "broken": proof[:-4] + "AAAA",
        "nothing": "",
    }
    for why, given in bad.items():
        assert await ask(owner, action=action, proof=given) == (401, "admin_unauthenticated"), why


@pytest.mark.parametrize("action", ["kms.read", "no.such", "token"])
async def test_only_actions_that_need_it(owner: Person, action: str) -> None:
    assert await ask(owner, action=action, proof=owner.proof(action)) == (400, "invalid_field")


async def test_a_role_gets_none_for_what_it_may_not_do(owner: Person) -> None:
    viewer = await owner.colleague("viewer")
    assert await ask(viewer, action="kms.rotate", proof=viewer.proof("kms.rotate")) == (403, "role_denied")


async def test_the_last_owner_stays(owner: Person) -> None:
    for call in (("PATCH", {"role": "admin"}), ("DELETE", None)):
        token = await owner.step_up("admins.change")
        status, answer = await owner.call(call[0], f"/admin/admins/{owner.id}", call[1], step_up=token)
        assert (status, answer["error"]["code"]) == (409, "conflict")
    second = await owner.colleague("owner")
    token = await owner.step_up("admins.change")
    assert (await owner.call("DELETE", f"/admin/admins/{owner.id}", step_up=token))[0] == 200
    assert (await owner.call("GET", "/admin/tenant"))[0] == 401, "an identity that is gone is out at once"
    assert (await second.call("GET", "/admin/tenant"))[0] == 200
