"""The record is read by filters, pages and roles; a request is explained to its own tenant only."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gateway.audit.event import Kind, Value
from gateway.audit.log import Recorder
from gateway.errors.stores import StoreUnavailable
from gateway.stores.tables.audit import AuditStore
from tests.fakes.control import Control, Person

FINDING: dict[str, Value] = {
    "entity": "US_SSN",
    "start": 11,
    "end": 22,
    "recognizer": "US_SSN/dashed",
    "confidence": 0.9,
    "action": "tokenize",
    "direction": "request",
    "channel": "messages[0].content",
    "enforced": True,
    "rule": "preset hipaa:28:3",
    "clause": "164.514(b)(2)(i)(G) Social Security numbers",
}


async def happened(control: Control, tenant: str, request_id: str, entities: list[str]) -> Recorder:
    recorder = control.services.audit.recorder(tenant=tenant, request_id=request_id, ip="192.0.2.7")
    recorder.begin(tenant, "jane@example.com", {"endpoint": "/v1/messages", "policy": "hipaa"}, fails_open=False)
    for entity in entities:
        recorder.note(Kind.REDACTION, {**FINDING, "entity": entity})
    await recorder.durable()
    return recorder


async def test_events_are_found_by_filters_and_pages(control: Control, owner: Person) -> None:
    await happened(control, owner.tenant_id, "req_1", ["US_SSN", "URL", "US_SSN"])
    await happened(control, owner.tenant_id, "req_2", ["URL_X", "US_SSN"])

    async def get(query: str) -> dict[str, Any]:
        status, answer = await owner.call("GET", f"/admin/audit{query}")
        assert status == 200, answer
        assert isinstance(answer, dict)
        return answer

    whole = await get("")
    assert [one["seq"] for one in whole["data"]] == [7, 6, 5, 4, 3, 2, 1]
    assert whole["data"][0]["fields"]["rule"] == "preset hipaa:28:3"
    assert (whole["next"], whole["data"][0]["user"]) == (None, None)
    seen: list[int] = []
    page = await get("?limit=3&order=oldest")
    while True:
        seen += [one["seq"] for one in page["data"]]
        if page["next"] is None:
            break
        page = await get(f"?limit=3&order=oldest&cursor={page['next']}")
    assert seen == [1, 2, 3, 4, 5, 6, 7]
    assert len((await get("?entity=US_SSN"))["data"]) == 3
    assert len((await get("?entity=URL"))["data"]) == 1
    assert len((await get("?entity=URL_X&kind=redaction"))["data"]) == 1
    assert len((await get("?entity=URLAX"))["data"]) == 0
    assert [one["request_id"] for one in (await get("?request_id=req_2&kind=request"))["data"]] == ["req_2"]
    assert (await get("?until=2020-01-01T00:00:00Z"))["data"] == []
    assert len((await get("?since=2020-01-01T00:00:00Z"))["data"]) == 7
    for wrong in ("limit=0", "limit=1001", "kind=nothing", "unknown=1", "limit=1&limit=2", "entity=%27", "since=x"):
        status, answer = await owner.call("GET", f"/admin/audit?{wrong}")
        assert (status, answer["error"]["code"]) == (422, "invalid_field") or status == 400, (wrong, status)


async def test_who_may_see_what(control: Control, owner: Person) -> None:
    await happened(control, owner.tenant_id, "req_1", ["US_SSN"])
    status, answer = await owner.call("GET", "/admin/audit?personal=true")
    assert (status, answer["data"][1]["user"], answer["data"][1]["ip"]) == (200, "jane@example.com", "192.0.2.7")
    status, answer = await owner.call("GET", "/admin/audit?chain=critical")
    assert status == 200
    read = [one for one in answer["data"] if one["fields"]["method"] == "audit.read_personal"]
    assert [one["fields"]["actor"] for one in read] == [owner.id]
    for role in ("developer", "viewer"):
        person = await owner.colleague(role)
        assert (await person.call("GET", "/admin/audit"))[0] == 200
        for query in ("chain=critical", "personal=true"):
            status, answer = await person.call("GET", f"/admin/audit?{query}")
            assert (status, answer["error"]["code"]) == (403, "role_denied")


async def test_a_request_is_explained_in_words_to_its_own_tenant(control: Control, owner: Person) -> None:
    recorder = await happened(control, owner.tenant_id, "req_1", ["US_SSN"])
    recorder.note(Kind.BLOCK, {"code": "policy_block", "channel": ""})
    await recorder.durable()
    status, told = await owner.call("GET", "/admin/requests/req_1/findings")
    assert (status, told["about"]) == (200, {"endpoint": "/v1/messages", "policy": "hipaa"})
    (finding,) = told["findings"]
    assert (finding["rule"], finding["score"]) == ("preset hipaa:28:3", 0.9)
    for word in ("Social Security", "messages[0].content", "characters 12 to 22", "90%", "164.514", "token"):
        assert word in finding["sentence"], word
    assert told["others"] == ["The request was refused (policy_block)."]
    assert "jane" not in json.dumps(told)
    stranger = await control.owner("other")
    for person, request_id in ((stranger, "req_1"), (owner, "req_9"), (owner, "%20")):
        status, answer = await person.call("GET", f"/admin/requests/{request_id}/findings")
        assert (status, answer["error"]["code"]) == (404, "not_found")
    status, answer = await stranger.call("GET", "/admin/audit")
    assert answer["data"] == []


@pytest.mark.parametrize("role", ["viewer"])
async def test_any_role_may_ask_why(control: Control, owner: Person, role: str) -> None:
    await happened(control, owner.tenant_id, "req_1", ["US_SSN"])
    person = await owner.colleague(role)
    assert (await person.call("GET", "/admin/requests/req_1/findings"))[0] == 200


async def test_an_act_that_cannot_be_recorded_is_not_done(
    control: Control, owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise StoreUnavailable

    monkeypatch.setattr("gateway.audit.log.RETRY_SECONDS", 0.1)
    with monkeypatch.context() as patch:
        patch.setattr(AuditStore, "append", away)
        for name in ("first", "second"):  # the first finds out, the second is not begun
            status, answer = await owner.call("PATCH", "/admin/tenant", {"name": name})
            assert (status, answer["error"]["code"]) == (503, "audit_unavailable")
        assert (await owner.call("GET", "/admin/tenant"))[1]["name"] == "first"
    status, answer = await owner.call("PATCH", "/admin/tenant", {"name": "third"})
    assert (status, answer["name"]) == (200, "third")


async def test_a_person_is_erased_beside_the_record_of_one_tenant(control: Control, owner: Person) -> None:
    stranger = await control.owner("other")
    for person in (owner, stranger):
        await happened(control, person.tenant_id, f"req_{person.tenant_id}", ["US_SSN"])
    body = {"person": "jane@example.com"}
    assert (await owner.call("POST", "/admin/audit/erasures", body))[1]["error"]["code"] == "step_up_required"
    status, answer = await owner.call("POST", "/admin/audit/erasures", body, step_up=await owner.step_up("audit.erase"))
    assert (status, answer) == (200, {"erased": 1})
    for person, user in ((owner, None), (stranger, "jane@example.com")):
        _, answer = await person.call("GET", "/admin/audit?kind=request&personal=true")
        assert [one["user"] for one in answer["data"]] == [user]
    _, answer = await owner.call("GET", "/admin/audit?chain=critical&kind=erasure")
    assert [one["fields"]["count"] for one in answer["data"]] == [1]
    assert "jane" not in json.dumps(answer)
