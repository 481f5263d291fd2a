"""Budgets, rates and usage over real sockets, with the stock client."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import openai
import pytest

from gateway.audit.event import AuditEvent, Kind
from gateway.services import Services
from gateway.settings.budgets import BudgetSettings, BudgetsSettings, RateSettings, StreamLimitSettings
from gateway.spend.prices import nano
from gateway.stores.tables.usage import Alike, Used
from tests import servers
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import DONE, Provider, chunk, serve_provider

USAGE = {"prompt_tokens": 1000, "completion_tokens": 500, "total_tokens": 1500}
COST = nano("0.00045")
"""Of `USAGE` at gpt-4o-mini: 1000 at 0.15 and 500 at 0.60 US dollars a million."""
RESERVE = COST
"""Of `ASK`: a prompt of less than 1000 bytes, and 500 tokens of an answer."""
ASK = {"model": "gpt-4o-mini", "max_tokens": 500, "messages": [{"role": "user", "content": "Hi"}]}
WHOLE = {
    "id": "1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini-2024-07-18",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello"}, "finish_reason": "stop"}],
    "usage": USAGE,
}


def streamed(provider: Provider) -> None:
    """The provider streams, and tells counts as OpenAI does when asked."""
    provider.body = None
    said = [chunk({"role": "assistant", "content": ""}), chunk({"content": "Hel"}), chunk({"content": "lo"})]
    said.append(chunk(None, finish="stop"))

    def told(event: bytes) -> bytes:
        return b"data: %b\n\n" % json.dumps({**json.loads(event[6:]), "usage": None}).encode()

    last = {**json.loads(chunk(None)[6:]), "choices": [], "usage": USAGE}

    def answer(*_: Any) -> None:
        asked = json.loads(provider.requests[-1]).get("stream_options", {}).get("include_usage")
        provider.pieces[:] = (
            [*map(told, said), b"data: %b\n\n" % json.dumps(last).encode(), DONE] if asked else [*said, DONE]
        )

    provider.pieces = [*said, DONE]
    provider.before = lambda number, *_: answer() if number == 0 else None


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with serve_provider() as served:
        served.body = WHOLE
        yield served


async def ask(url: str, *, client: aiohttp.ClientSession, **more: Any) -> tuple[int, dict[str, Any], Any]:
    async with client.post(f"{url}/v1/chat/completions", json={**ASK, **more}) as answer:
        text = await answer.text()
        return answer.status, (json.loads(text) if answer.content_type == "application/json" else {}), answer.headers


def session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"})


async def spent(services: Services) -> int:
    await services.metering.ledger.flush()
    return await services.stores.usage.spent((("tenant", "local"),), "2000-01-01")


def budget(daily: float, **more: Any) -> BudgetsSettings:
    return BudgetsSettings(each_agent=BudgetSettings(daily_usd=daily), **more)


async def test_a_stream_costs_what_the_provider_counted_and_the_client_sees_no_counts(provider: Provider) -> None:
    streamed(provider)
    async with serve_gateway(provider.base_url, budgets=budget(1)) as (url, services):
        client = openai.AsyncOpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0)
        chunks = [one async for one in await client.chat.completions.create(**ASK, stream=True)]  # type: ignore[call-overload]
        assert "".join(one.choices[0].delta.content or "" for one in chunks) == "Hello"
        assert all("usage" not in one.model_fields_set for one in chunks)
        assert json.loads(provider.requests[-1])["stream_options"] == {"include_usage": True}
        assert await spent(services) == COST
        options = {"include_usage": True}
        create = client.chat.completions.create
        chunks = [one async for one in await create(**ASK, stream=True, stream_options=options)]  # type: ignore[call-overload]
        assert chunks[-1].usage is not None
        assert chunks[-1].usage.total_tokens == 1500
        assert await spent(services) == 2 * COST
        await client.close()


async def test_without_a_budget_nothing_is_changed(provider: Provider) -> None:
    streamed(provider)
    async with serve_gateway(provider.base_url) as (url, services), session() as client:
        await ask(url, client=client, stream=True)
        assert json.loads(provider.requests[-1]) == {**ASK, "stream": True}
        await services.metering.ledger.flush()
        (group,) = await services.stores.usage.report("local", "2000-01-01", "2100-01-01", ("model",), 9, {})
        assert (group.by["model"], group.used.requests, group.used.estimated) == ("gpt-4o-mini", 1, 1)


async def test_a_spent_budget_blocks_until_it_begins_anew(provider: Provider) -> None:
    async with serve_gateway(provider.base_url, budgets=budget(0.0004)) as (url, services), session() as client:
        told: list[AuditEvent] = []
        services.audit.log.listen(told.append)
        assert (await ask(url, client=client))[0] == 200
        assert await spent(services) == COST
        refused = [await ask(url, client=client) for _ in range(3)]
        for status, body, _ in refused:
            error = body["error"]
            assert (status, error["code"], error["param"]) == (429, "budget_exceeded", "agent day")
        headers = refused[-1][2]
        assert headers["x-should-retry"] == "false"
        midnight = 86_400 - int(datetime.now(UTC).timestamp()) % 86_400
        assert abs(int(headers["Retry-After"]) - midnight) <= 2
        assert len(provider.requests) == 1
        await asyncio.sleep(0.1)
        assert [(e.kind, e.fields["scope"], e.fields["agent"]) for e in told] == [(Kind.BUDGET, "agent day", "default")]
        assert services.metrics.registry.get_sample_value(
            "holdback_limited_total", {"kind": "budget", "rule": "agent day"}
        ) == pytest.approx(3)


async def test_a_hundred_at_the_edge_over_real_sockets(provider: Provider) -> None:
    """The budget has room for less than two reserves; a hundred come at once."""
    provider.delay_seconds = 0.3
    async with serve_gateway(provider.base_url, budgets=budget(0.001)) as (url, services), session() as client:
        tenant_spent = Alike("local", f"{datetime.now(UTC):%Y-%m-%d}", agent="default")
        services.metering.ledger.note(tenant_spent, Used(1, cost_nano=nano("0.0004")))
        answers = await asyncio.gather(*(ask(url, client=client) for _ in range(100)))
        codes = [body["error"]["code"] for status, body, _ in answers if status == 429]
        served = sum(status == 200 for status, _, _ in answers)
        assert served + len(codes) == 100
        assert set(codes) == {"budget_reserved"}, "what is held is not spent: it may be asked again soon"
        assert nano("0.001") - nano("0.0004") <= served * COST <= nano("0.001") - nano("0.0004") + COST
        assert await spent(services) == nano("0.0004") + served * COST


async def test_a_budget_that_warns_serves_and_says_so(provider: Provider) -> None:
    warns = BudgetsSettings(gateway=BudgetSettings(monthly_usd=0.0001, when_spent="warn"))
    async with serve_gateway(provider.base_url, budgets=warns) as (url, _), session() as client:
        assert "X-Holdback-Budget" not in (await ask(url, client=client))[2]
        status, _, headers = await ask(url, client=client)
        assert (status, headers["X-Holdback-Budget"]) == (200, '"gateway month";limit=0.0001;spent=0.00045;reserved=0')


async def test_another_agent_serves_when_the_budget_is_spent(provider: Provider) -> None:
    agents = {
        "default": BudgetSettings(
            daily_usd=0.0001, when_spent="fallback", fallback="cheap", fallback_model="gpt-4.1-nano"
        ),
        "cheap": BudgetSettings(daily_usd=0.0001),
    }
    async with (
        serve_gateway(provider.base_url, budgets=BudgetsSettings(agents=agents)) as (url, services),
        session() as c,
    ):
        answers = [await ask(url, client=c) for _ in range(3)]
        assert [status for status, _, _ in answers] == [200, 200, 429]
        assert [json.loads(request)["model"] for request in provider.requests] == ["gpt-4o-mini", "gpt-4.1-nano"]
        assert answers[1][2]["X-Holdback-Fallback"] == "cheap"
        await services.metering.ledger.flush()
        found = await services.stores.usage.report("local", "2000-01-01", "2100-01-01", ("agent", "model"), 9, {})
        assert [tuple(group.by.values()) for group in found] == [
            ("default", "gpt-4o-mini"),
            ("cheap", "gpt-4.1-nano"),
        ]


async def test_a_model_without_a_price_needs_a_word(provider: Provider) -> None:
    async with serve_gateway(provider.base_url, budgets=budget(1)) as (url, _), session() as client:
        status, body, _ = await ask(url, client=client, model="llama-9")
        assert (status, body["error"]["code"]) == (403, "model_not_priced")
    allows = budget(1, unpriced="allow")
    async with serve_gateway(provider.base_url, budgets=allows) as (url, services), session() as client:
        assert (await ask(url, client=client, model="llama-9"))[0] == 200
        assert await spent(services) == COST, "the answer's own name of the model has a price"


async def test_rates_say_how_long_to_wait_and_it_holds(provider: Provider) -> None:
    rates = (RateSettings(name="per-client", by="client", requests=2, seconds=2),)
    async with serve_gateway(provider.base_url, rates=rates) as (url, _), session() as client:
        answers = await asyncio.gather(*(ask(url, client=client) for _ in range(3)))
        told = {headers["RateLimit"] for status, _, headers in answers if status == 200}
        assert told == {'"per-client";r=1;t=2', '"per-client";r=0;t=2'}
        ((body, headers),) = [(body, headers) for status, body, headers in answers if status == 429]
        assert (body["error"]["code"], body["error"]["param"]) == ("rate_limited", "per-client")
        assert headers["RateLimit-Policy"] == '"per-client";q=2;w=2'
        assert headers["RateLimit"] == f'"per-client";r=0;t={headers["Retry-After"]}'
        assert "x-should-retry" not in headers
        await asyncio.sleep(int(headers["Retry-After"]))
        assert (await ask(url, client=client))[0] == 200


async def test_streams_are_counted_while_they_are_open(provider: Provider) -> None:
    streamed(provider)
    provider.pause_seconds = 0.4
    limits = (StreamLimitSettings(name="per-key", streams=1),)
    async with serve_gateway(provider.base_url, stream_limits=limits) as (url, _), session() as client:
        async with client.post(f"{url}/v1/chat/completions", json={**ASK, "stream": True}) as held:
            status, body, headers = await ask(url, client=client, stream=True)
            assert (status, body["error"]["code"], headers["Retry-After"]) == (429, "too_many_streams", "1")
            provider.pause_seconds = 0
            await held.read()
        assert (await ask(url, client=client, stream=True))[0] == 200
        provider.pause_seconds = 0.3
        async with client.post(f"{url}/v1/chat/completions", json={**ASK, "stream": True}) as gone:
            await gone.content.readany()
        await asyncio.sleep(0.2)
        assert (await ask(url, client=client, stream=True))[0] == 200, "who hangs up leaves no stream open"


@pytest.mark.parametrize("when", ["closed", "open"])
async def test_redis_goes_and_comes_back(provider: Provider, when: Any) -> None:
    """Its data is lost: what was spent is read again from the record, with no restart."""
    with servers.redis() as redis:
        settings = budget(0.001, when_unavailable=when)
        rates = (RateSettings(name="r", requests=100),)
        served = serve_gateway(provider.base_url, budgets=settings, rates=rates, redis_url=redis.url)
        async with served as (url, services), session() as client:
            assert (await ask(url, client=client))[0] == 200
            redis.stop()
            status, body, headers = await ask(url, client=client)
            if when == "closed":
                assert (status, body["error"]["code"], headers["Retry-After"]) == (503, "access_unavailable", "1")
            else:
                assert (status, headers["X-Holdback-Limits"]) == (200, "unchecked")
                assert services.metrics.registry.get_sample_value("holdback_unchecked_requests_total") == 1
            redis.start()
            outcomes = [(await ask(url, client=client))[0] for _ in range(4)]
            assert outcomes == ([200, 200, 429, 429] if when == "closed" else [200, 429, 429, 429])
            assert await spent(services) == 3 * COST


async def test_two_replicas_share_one_budget(provider: Provider, tmp_path: Path) -> None:
    """A hundred at its edge, half of them at each: overdrawn by less than one reserve, and the record is exact."""
    provider.delay_seconds = 0.3
    with servers.redis() as redis:
        settings: dict[str, Any] = {"budgets": budget(0.001), "data_dir": str(tmp_path), "redis_url": redis.url}
        async with (
            serve_gateway(provider.base_url, **settings) as (one, services),
            serve_gateway(provider.base_url, **settings) as (two, _),
            session() as client,
        ):
            answers = await asyncio.gather(*(ask((one, two)[at % 2], client=client) for at in range(100)))
            served = sum(status == 200 for status, _, _ in answers)
            # On a machine that is very busy Redis may seem to be away: then nothing is let in.
            assert {200, 429} <= {status for status, _, _ in answers} <= {200, 429, 503}
            assert nano("0.001") - RESERVE < served * COST < nano("0.001") + RESERVE
            await asyncio.sleep(0.2)
            assert await spent(services) == served * COST
            while (await ask(two, client=client))[0] == 200:
                served += 1
            assert nano("0.001") <= served * COST < nano("0.001") + COST


async def test_users_and_tags_are_summed_and_go_nowhere(provider: Provider) -> None:
    async with serve_gateway(provider.base_url) as (url, services), session() as client:
        client.headers["X-Holdback-User"] = "jane@example.com"
        client.headers["X-Holdback-Tags"] = "team=red, env=prod, bad, who=jane@example.com, ssn=536-22-8726"
        assert (await ask(url, client=client))[0] == 200
        await ask(url, client=client, model="jane@example.com")
        assert not [name for name in provider.seen_headers[-1] if name.lower().startswith("x-holdback")]
        ledger = services.metering.ledger
        await ledger.flush()
        report = services.stores.usage.report
        groups = await report("local", "2000-01-01", "2100-01-01", ("person", "tags", "model"), 9, {})
        assert {(g.by["tags"], g.by["model"]) for g in groups} == {
            ("env=prod,team=red", "gpt-4o-mini"),
            ("env=prod,team=red", "other"),
        }
        (person,) = {group.by["person"] for group in groups}
        assert await ledger.names("local", [person]) == {person: "jane@example.com"}
