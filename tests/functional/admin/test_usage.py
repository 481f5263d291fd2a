"""Usage is rolled up for its own tenant, by roles; names of people are sealed and can be erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from gateway.stores.tables.usage import Alike, Used
from tests.fakes.control import Control, Person

TODAY = f"{datetime.now(UTC):%Y-%m-%d}"
OLD = f"{datetime.now(UTC) - timedelta(days=20):%Y-%m-%d}"


async def test_usage_is_rolled_up(control: Control, owner: Person) -> None:
    ledger, tenant = control.services.metering.ledger, owner.tenant_id
    jane = ledger.person(tenant, "jane@example.com")
    note = ledger.note
    note(
        Alike(tenant, TODAY, "g", "search", "k1", jane, "openai", "gpt-4o", "env=prod,team=red"),
        Used(1, 10, 2, 1, 5, 10**9),
    )
    note(
        Alike(tenant, TODAY, "g", "search", "k1", "", "openai", "gpt-4o", "team=blue"), Used(2, 20, 0, 0, 9, 2 * 10**9)
    )
    note(Alike(tenant, OLD, "g", "chat", "k2", "", "ollama", "llama", ""), Used(1, 7, 0, 0, 3, 0, 1, 1))
    note(Alike("ten_other", TODAY, "g", "search", "k9", jane, "openai", "gpt-4o"), Used(9, 9, 9, 9, 9, 9 * 10**9))

    async def get(query: str) -> dict[str, Any]:
        status, answer = await owner.call("GET", f"/admin/usage{query}")
        assert status == 200, answer
        assert isinstance(answer, dict)
        return answer

    whole = await get("")
    assert [(row["group"], row["provider"], row["cost_usd"]) for row in whole["data"]] == [
        ("gpt-4o", "openai", 3.0),
        ("llama", "ollama", 0.0),
    ]
    assert whole["total"] == {
        "requests": 4,
        "input_tokens": 37,
        "cached_tokens": 2,
        "cache_write_tokens": 1,
        "output_tokens": 17,
        "cost_usd": 3.0,
        "unpriced_requests": 1,
        "estimated_requests": 1,
    }
    groups = {
        "agent": [("search", 3), ("chat", 1)],
        "tag:team": [("blue", 2), ("red", 1), (None, 1)],
        "tag:env": [(None, 3), ("prod", 1)],
        "key": [("k1", 3), ("k2", 1)],
        "day": [(TODAY, 3), (OLD, 1)],
        "none": [(None, 4)],
        "user": [(None, 3), ("jane@example.com", 1)],
    }
    for by, rows in groups.items():
        found = (await get(f"?by={by}"))["data"]
        assert [(row["group"], row["requests"]) for row in found] == rows, by
    assert (await get("?period=7d&agent=search&limit=1"))["total"]["requests"] == 3
    assert (await get(f"?since={OLD}&until={OLD}"))["total"]["requests"] == 1
    for bad in ("?by=team", "?by=tag:", "?since=2020-01-01", f"?since={TODAY}&until={OLD}", "?period=2d", "?limit=0"):
        assert (await owner.call("GET", f"/admin/usage{bad}"))[0] == 400, bad


async def test_a_name_is_sealed_and_can_be_erased(control: Control, owner: Person) -> None:
    services, tenant = control.services, owner.tenant_id
    ledger = services.metering.ledger
    ledger.note(Alike(tenant, TODAY, person=ledger.person(tenant, "jane@example.com")), Used(1))
    await ledger.flush()
    async with services.stores.database.read() as connection:
        rows = [
            *await connection.execute(text("SELECT * FROM usage")),
            *await connection.execute(text("SELECT * FROM usage_people")),
        ]
    assert rows
    assert "jane" not in str(rows)
    status, answer = await owner.call("DELETE", "/admin/usage/people", {"user": "jane@example.com"})
    assert (status, answer) == (200, {"erased": True})
    assert (await owner.call("DELETE", "/admin/usage/people", {"user": "jane@example.com"}))[1] == {"erased": False}
    _, answer = await owner.call("GET", "/admin/usage?by=user")
    assert isinstance(answer, dict)
    (row,) = answer["data"]
    assert row["group"].startswith("u_")
    assert "jane" not in str(answer)
