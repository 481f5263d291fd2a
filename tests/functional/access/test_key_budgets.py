"""What keys, agents and gateways may spend, as the control plane says it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.auth.agents import read_rules
from gateway.auth.scopes import ScopeError
from gateway.spend.prices import nano
from tests.fakes.access import Gate
from tests.fakes.provider import Provider

pytestmark = pytest.mark.asyncio(loop_scope="module")
ASK: dict[str, Any] = {"model": "gpt-4o-mini", "max_tokens": 500, "messages": [{"role": "user", "content": "Hi"}]}
ANSWER = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini",
    "choices": [],
    "usage": {"prompt_tokens": 1000, "completion_tokens": 500},
}
COST = nano("0.00045")


async def test_a_key_costs_no_more_than_its_scope_says(gate: Gate, provider: Provider) -> None:
    provider.body = ANSWER
    key, other = await gate.key({"max_cost_per_day_usd": 0.0004}), await gate.key()
    assert (await gate.bearer(key.text, body=ASK)).status == 200
    refused = await gate.bearer(key.text, body=ASK)
    assert (refused.status, refused.code, refused.param) == (429, "budget_exceeded", "max_cost_per_day_usd")
    assert refused.headers["x-should-retry"] == "false"
    assert (await gate.bearer(other.text, body=ASK)).status == 200
    await gate.services.metering.ledger.flush()
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    groups = await gate.services.stores.usage.report(gate.tenant_id, day, day, ("key_id", "agent", "gateway"), 9, {})
    assert [(group.by["agent"], group.by["gateway"], group.used.cost_nano) for group in groups] == [
        ("support", gate.gateway.id, COST)
    ] * 2
    assert {group.by["key_id"] in key.text or group.by["key_id"] in other.text for group in groups} == {True}


async def test_an_agent_and_its_gateway_have_budgets_of_their_own(gate: Gate, provider: Provider) -> None:
    provider.body = ANSWER
    key = await gate.key()
    await gate.rules(budget={"daily_usd": 0.0001})
    assert (await gate.bearer(key.text, body=ASK)).status == 200
    refused = await gate.bearer((await gate.key()).text, body=ASK)
    assert (refused.code, refused.param) == ("budget_exceeded", "agent day"), "another key is the same agent"
    await gate.rules(budget={"daily_usd": 0.0001, "when_spent": "warn"})
    assert (await gate.bearer(key.text, body=ASK)).headers["X-Holdback-Budget"].startswith('"agent day";limit=0.0001')
    await gate.rules(
        budget={"daily_usd": 0.0001, "when_spent": "fallback", "fallback": "cheap", "fallback_model": "gpt-4.1-nano"},
    )
    served = await gate.bearer(key.text, body=ASK)
    assert (served.status, served.headers["X-Holdback-Fallback"]) == (200, "cheap")
    assert b'"gpt-4.1-nano"' in provider.requests[-1]


@pytest.mark.parametrize(
    "budget",
    [
        {"daily": 1},
        {"daily_usd": -1},
        {"daily_usd": "1"},
        {"monthly_usd": True},
        {"when_spent": "stop"},
        {"when_spent": "fallback"},
        {"fallback": "cheap"},
        {"when_spent": "fallback", "fallback": "a b"},
        {"when_spent": "fallback", "fallback": "a", "fallback_model": "m m"},
        [],
    ],
)
async def test_a_budget_with_a_mistake_is_refused(budget: Any) -> None:
    with pytest.raises(ScopeError, match="budget"):
        read_rules({"budget": budget})
