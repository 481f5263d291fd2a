"""Who holds which right, when it was last used, and who signed that off."""

from __future__ import annotations

from datetime import timedelta

from gateway.stores.tables.access_uses import AccessUseStore, Use
from tests.fakes.control import Control, Person


async def test_holdings_uses_and_the_sign_off(control: Control, owner: Person) -> None:
    viewer = await owner.colleague("viewer")
    assert (await viewer.call("GET", "/admin/tenant"))[0] == 200
    status, made = await owner.call("GET", "/admin/access-review")
    assert status == 200, made
    by_holder = {one["holder"]: one for one in made["data"]}
    assert set(by_holder) == {owner.id, viewer.id}
    assert by_holder[viewer.id]["role"] == "viewer"
    assert "tenant.read" in by_holder[viewer.id]["used"]
    assert "kms.revoke" in by_holder[owner.id]["rights"]
    assert "kms.revoke" not in by_holder[viewer.id]["rights"]
    assert (made["is_current"], made["signed_off"]) == (False, None)

    body = {"digest": made["digest"]}
    assert (await owner.call("POST", "/admin/access-review", body))[1]["error"]["code"] == "step_up_required"
    step_up = await owner.step_up("access.sign_off")
    status, signed = await owner.call("POST", "/admin/access-review", body, step_up=step_up)
    assert (status, signed["is_current"], signed["signed_off"]["by"]) == (200, True, owner.id)
    _, events = await owner.call("GET", "/admin/audit?chain=critical&kind=access_review")
    assert [one["fields"]["digest"] for one in events["data"]] == [made["digest"]]

    await viewer.call("GET", "/admin/tenant")  # a use changes nothing that is held
    assert (await owner.call("GET", "/admin/access-review"))[1]["is_current"]
    await owner.colleague("developer")
    _, changed = await owner.call("GET", "/admin/access-review")
    assert (changed["is_current"], changed["signed_off"]["digest"]) == (False, made["digest"])
    step_up = await owner.step_up("access.sign_off")
    status, refused = await owner.call("POST", "/admin/access-review", body, step_up=step_up)
    assert (status, refused["error"]["code"]) == (409, "conflict")
    for role, allowed in (("viewer", False), ("admin", True)):
        person = await owner.colleague(role)
        assert ((await person.call("GET", "/admin/access-review"))[0] == 200) == allowed


async def test_the_last_use_is_the_latest_whoever_writes_it(control: Control, owner: Person) -> None:
    store, now = AccessUseStore(control.services.stores.database), control.services.control.clock()
    for minutes in (0, 5, 3):
        await store.put([Use(owner.tenant_id, owner.id, "kms.rotate", now + timedelta(minutes=minutes))])
    (use,) = [one for one in await store.of_tenant(owner.tenant_id) if one.right == "kms.rotate"]
    assert abs(use.used_at - now - timedelta(minutes=5)) < timedelta(seconds=1)
