"""A tenant whose key service refuses: its requests are refused, with a clear body, before any provider is called."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gateway.errors.kms import KeyDenied
from gateway.kms.local import LocalProvider
from gateway.server import proxy
from gateway.server.caller import caller_of
from gateway.stores.master import master_key
from tests.fakes.control import Control, Person
from tests.fakes.gateway import KEY

LOCAL = {"provider": "local", "kms_key_ref": "local:acme", "config": {}}
BODY = {"model": "m", "messages": [{"role": "user", "content": "I am jane.doe@example.com"}]}


async def ask(control: Control) -> tuple[int, str]:
    status, answer = await control.call("POST", "/v1/chat/completions", BODY, token=KEY)
    return status, answer["error"]["code"]


async def test_a_sealed_tenant_answers_503(control: Control, owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proxy, "caller_of", lambda request: replace(caller_of(request), tenant=owner.tenant_id))
    assert (await owner.call("POST", "/admin/tenant-kms", LOCAL))[0] == 200
    assert (await ask(control))[0] == 502, "the key is there; the provider of this test is not"

    async def denied(*_: object) -> bytearray:
        raise KeyDenied

    monkeypatch.setattr(LocalProvider, "unwrap", denied)
    control.services.control.keys.keyring.ring.cache.revoke_where(lambda _: True)
    assert await ask(control) == (503, "tenant_sealed")
    assert await ask(control) == (503, "tenant_sealed")
    await control.services.control.keys.keyring.settle()
    status, told = await owner.call("GET", "/admin/tenant-kms")
    assert (status, told["config"]["last_verify_error"]) == (200, "access_denied")
    monkeypatch.undo()
    monkeypatch.setattr(proxy, "caller_of", lambda request: replace(caller_of(request), tenant=owner.tenant_id))
    step_up = await owner.step_up("kms.unseal")
    assert (await owner.call("POST", "/admin/tenant-kms/unseal", step_up=step_up)) == (200, {"unsealed": True})
    assert (await ask(control))[0] == 502


def test_the_first_line_of_a_master_key_counts() -> None:
    first, second = "A" * 43 + "=", "B" * 42 + "A="
    plain = master_key(first).derive("x")
    assert plain == master_key(f"1:{first}\n2:{second}\n").derive("x")
    assert plain != master_key(second).derive("x")
