"""The secret of a key that is bound to signatures: for whoever may have it, of one's own tenant, on record."""

from __future__ import annotations

from tests.fakes.control import Control, Person


async def test_an_owner_gets_the_secret_of_a_signed_key(control: Control, owner: Person) -> None:
    services, now = control.services, control.services.control.clock()
    other = await control.owner("other")
    tenant = (await services.stores.tenants.get("acme")).id
    gateway = await services.stores.agents.add_gateway(tenant, "default", now)
    await services.stores.agents.add_agent(gateway, "support", now)
    asked = {"name": "signed", "signed": True}
    status, key = await owner.call("POST", "/admin/agents/support/keys", asked)
    assert (status, key["signed"], key["dpop_jkt"]) == (200, True, None), key
    assert key["signing_secret"] == services.access.signing.secret(key["id"])
    status, answer = await owner.call("POST", "/admin/agents/support/keys", {**asked, "dpop_jkt": "x" * 43})
    assert (status, answer["error"]["param"]) == (400, "signed")
    path = f"/admin/keys/{key['id']}/signing-secret"

    assert (await owner.call("POST", path, {}))[0] == 403, "it needs a step-up"
    status, answer = await owner.call("POST", path, {}, step_up=await owner.step_up("keys.signing_secret"))
    assert (status, answer["secret"]) == (200, services.access.signing.secret(key["id"]))
    status, _ = await other.call("POST", path, {}, step_up=await other.step_up("keys.signing_secret"))
    assert status == 404
    assert (await owner.call("DELETE", f"/admin/keys/{key['id']}"))[0] == 200
    status, _ = await owner.call("POST", path, {}, step_up=await owner.step_up("keys.signing_secret"))
    assert status == 404
