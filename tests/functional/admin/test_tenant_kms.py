"""The routes of a tenant's key, field by field."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gateway.stores.tables.tenants import TenantStatus
from gateway.vault.keys import CipherName, Purpose
from tests.fakes.control import Control, Person

LOCAL = {"provider": "local", "kms_key_ref": "local:acme", "config": {}}
AWS = {
    "provider": "aws",
    "kms_key_ref": "arn:aws:kms:eu-west-1:123456789012:key/12345678-1234-1234-1234-123456789012",
    "config": {"region": "eu-west-1", "role_arn": "arn:aws:iam::123456789012:role/holdback"},
}


async def post(person: Person, path: str, body: object = None, action: str = "") -> tuple[int, Any]:
    step_up = await person.step_up(action) if action else ""
    return await person.call("POST", f"/admin/tenant-kms{path}", body, step_up=step_up)


def code(answer: tuple[int, Any]) -> tuple[int, str]:
    return answer[0], answer[1]["error"]["code"]


async def test_onboarding_and_looking(owner: Person) -> None:
    assert code(await owner.call("GET", "/admin/tenant-kms")) == (404, "no_kms_config")
    status, answer = await post(owner, "", LOCAL)
    assert status == 200
    assert set(answer) == {
        *("ok", "provider", "kms_key_ref", "new_key_version", "new_key_id", "rewrap_status", "note"),
    }
    shown = (answer["ok"], answer["provider"], answer["kms_key_ref"], answer["new_key_version"])
    assert shown == (True, "local", "local:acme", 1)
    assert answer["rewrap_status"] == "enqueued"
    status, told = await owner.call("GET", "/admin/tenant-kms")
    assert status == 200
    config = told["config"]
    assert (config["provider"], config["kms_key_ref"], config["config"]) == ("customer_kms_local", "local:acme", {})
    assert config["sealed_since"] is None
    assert config["last_verified_at"] is not None
    [key] = told["keys"]
    assert set(key) == {"id", "version", "wrap_method", "status", "created_at", "retired_at", "records"}
    assert told["rewrap"] == {"status": "done", "records": 0, "records_left": 0}
    assert (key["id"], key["status"], key["wrap_method"]) == (answer["new_key_id"], "active", "customer_kms_local")


async def test_the_external_id_comes_before_onboarding(control: Control, owner: Person) -> None:
    status, answer = await owner.call("GET", "/admin/tenant-kms/external-id")
    assert status == 200
    other = await control.owner("other")
    assert answer != (await other.call("GET", "/admin/tenant-kms/external-id"))[1]
    theirs = {**AWS, "config": {**AWS["config"], "external_id": answer["external_id"]}}  # type: ignore[dict-item]
    status, refused = await post(other, "", theirs)
    assert (status, refused["error"]["param"]) == (400, "config.external_id")


async def test_a_config_is_replaced_by_the_owner_with_step_up_only(owner: Person) -> None:
    admin = await owner.colleague("admin")
    assert (await post(admin, "", LOCAL))[0] == 200, "the first onboarding needs none"
    other = {**LOCAL, "kms_key_ref": "local:other"}
    assert code(await post(admin, "", other)) == (403, "role_denied")
    assert code(await post(owner, "", other)) == (403, "step_up_required")
    assert code(await post(owner, "", other, "kms.rotate")) == (403, "step_up_required")
    status, answer = await post(owner, "", other, "kms.replace")
    assert (status, answer["new_key_version"]) == (200, 2)


async def test_rotation_unsealing_and_revocation(owner: Person) -> None:
    await post(owner, "", LOCAL)
    for path, action in (("/rotate", "kms.rotate"), ("/unseal", "kms.unseal"), ("/versions/1/revoke", "kms.revoke")):
        assert code(await post(owner, path)) == (403, "step_up_required")
        wrong = "kms.unseal" if action != "kms.unseal" else "kms.rotate"
        assert code(await post(owner, path, action=wrong)) == (403, "step_up_required")
    status, answer = await post(owner, "/rotate", action="kms.rotate")
    assert (status, answer["rotated"], answer["new_version"]) == (200, True, 2)
    assert answer["rewrap_lease_id"].startswith("rwl_")
    assert code(await post(owner, "/unseal", action="kms.unseal")) == (409, "not_sealed")
    status, answer = await post(owner, "/versions/1/revoke", action="kms.revoke")
    assert (status, answer) == (200, {"revoked": True, "version": 1})
    assert code(await post(owner, "/versions/1/revoke", action="kms.revoke")) == (409, "conflict")
    for number in ("7", "0", "x", "1" * 30, "-1"):
        assert (await post(owner, f"/versions/{number}/revoke", action="kms.revoke"))[0] == 404
    keys = (await owner.call("GET", "/admin/tenant-kms"))[1]["keys"]
    assert [(key["version"], key["status"]) for key in keys] == [(2, "active"), (1, "revoked")]


async def test_how_far_a_rotation_has_come(control: Control, owner: Person) -> None:
    await post(owner, "", LOCAL)
    records = control.services.control.keys.records
    for name in ("a", "b"):
        await records.put(owner.tenant_id, Purpose.SECRET, name, b"value")
    await post(owner, "/rotate", action="kms.rotate")
    told = (await owner.call("GET", "/admin/tenant-kms"))[1]
    assert told["rewrap"] == {"status": "running", "records": 2, "records_left": 2}
    assert [(key["version"], key["records"]) for key in told["keys"]] == [(2, 0), (1, 2)]
    await records.reseal(owner.tenant_id)
    told = (await owner.call("GET", "/admin/tenant-kms"))[1]
    assert told["rewrap"] == {"status": "done", "records": 2, "records_left": 0}


async def test_a_failed_probe_is_one_code(owner: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from gateway.errors.kms import KeyDenied
    from gateway.kms.local import LocalProvider

    async def denied(*_: object) -> bytes:
        raise KeyDenied

    monkeypatch.setattr(LocalProvider, "wrap", denied)
    assert code(await post(owner, "", LOCAL)) == (400, "kms_verify_failed")
    assert code(await owner.call("GET", "/admin/tenant-kms")) == (404, "no_kms_config")


SECRETS: list[dict[str, Any]] = [
    {**AWS, "config": {**AWS["config"], "access_key_id": "AKIAIOSFODNN7EXAMPLE"}},  # type: ignore[dict-item]
    {**AWS, "config": {**AWS["config"], "secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},  # type: ignore[dict-item]
    {**AWS, "config": {**AWS["config"], "role_arn": "AKIAIOSFODNN7EXAMPLE"}},  # type: ignore[dict-item]
    {"provider": "gcp", "kms_key_ref": "x", "config": {"credentials_json": '{"private_key": "-----BEGIN"}'}},
    {
        "provider": "azure",
        "kms_key_ref": "https://v.vault.azure.net/keys/k",
        "config": {
            "vault_url": "https://v.vault.azure.net",
            "client_secret": "abc8Q~abcdefghijklmnopqrstuvwxyz0123456",
        },
    },
    {**LOCAL, "aws_secret_access_key": "short"},
    {**LOCAL, "config": {"deep": [{"private_key": "x"}]}},
    {**LOCAL, "provider": "AKIAIOSFODNN7EXAMPLE"},
]


def _content(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())


@pytest.mark.parametrize("body", SECRETS)
async def test_static_credentials_are_refused_with_a_clear_word(
    owner: Person, tmp_path: Path, capsys: pytest.CaptureFixture[str], body: dict[str, Any]
) -> None:
    status, answer = await post(owner, "", body)
    assert (status, answer["error"]["code"]) == (400, "static_credential_refused")
    kept = _content(tmp_path)
    said = json.dumps(answer) + capsys.readouterr().out
    for value in map(str, body["config"].values()):
        if value not in AWS["config"].values():  # type: ignore[attr-defined]
            assert value not in said
            assert value.encode() not in kept


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"provider": "aws"},
        {**LOCAL, "provider": "aws_kms"},
        {**LOCAL, "unknown": 1},
        {**LOCAL, "config": {"unknown": "x"}},
        {**LOCAL, "config": {"nested": {"a": "b"}}},
        {**LOCAL, "kms_key_ref": "local:UPPER"},
        {**LOCAL, "rotate_every_days": -1},
        {**LOCAL, "rotate_every_days": "7"},
        {**LOCAL, "method": "operator_kms"},
        {"method": "global", "provider": "local", "kms_key_ref": "local:x"},
        {**AWS, "config": {"region": "eu-west-1"}},
        {**AWS, "kms_key_ref": "arn:aws:kms:us-east-1:123456789012:key/12345678-1234-1234-1234-123456789012"},
        {"provider": "azure", "kms_key_ref": "https://evil.test/keys/k", "config": {"vault_url": "https://evil.test"}},
        {
            "provider": "azure",
            "kms_key_ref": "https://v.vault.azure.net/keys/k",
            "config": {"vault_url": "https://v.vault.azure.net", "client_secret_env_var": "PATH"},
        },
    ],
)
async def test_schemas_are_strict(owner: Person, body: dict[str, Any]) -> None:
    status, answer = await post(owner, "", body)
    assert status == 400, answer
    assert answer["error"]["code"] in {"invalid_field", "kms_config_invalid"}


async def test_a_deleted_tenant_is_closed(control: Control, owner: Person) -> None:
    await post(owner, "", LOCAL)
    keys = control.services.token_keys
    assert [key.version for key in await keys.live(owner.tenant_id, CipherName.FF3_1, "")] == [1]
    step_up = await owner.step_up("tenant.delete")
    assert (await owner.call("DELETE", "/admin/tenant", step_up=step_up))[0] == 200
    assert (await owner.call("GET", "/admin/tenant"))[0] == 401
    stores = control.services.stores
    assert (await stores.tenants.get("acme")).status is TenantStatus.DELETED
    assert {key.status for key in await stores.keys.versions(owner.tenant_id)} == {"revoked"}
    with pytest.raises(Exception, match="revoked"):
        await keys.live(owner.tenant_id, CipherName.FF3_1, "")
