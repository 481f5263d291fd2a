"""Overlays of tenants and agents: each caller meets its own policy, a change comes into force, a bad one does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from gateway import reload
from gateway.auth.agents import read_rules
from gateway.auth.scopes import ScopeError
from gateway.errors import ConfigurationError
from gateway.errors.policy import PolicyUnavailable
from gateway.inspection.engine import under
from gateway.inspection.exchange import Caller
from gateway.inspection.fit import facts
from gateway.observe.metrics import Metrics
from gateway.reload import Engines, InForce
from gateway.services import Services, check_regions
from policies.loader import load
from policies.overlays import TENANT_WIDE, overlaid, overlay_files, read_overlays
from tests.fakes.gateway import engine, serve_gateway
from tests.fakes.provider import Provider, stream

SSN = "536-22-8726"
ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


def write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "overlays"
    write(folder, "acme.yaml", "entities: {US_SSN: mask}\nretention_days: 40\n")
    write(folder, "acme/support.yml", "entities: {US_SSN: {response: allow}}\n")
    write(folder, "zoo/keeper.yaml", "attachments: strip\n")
    (folder / "..data").mkdir()
    return folder


def engines(folder: Path) -> Engines:
    base = engine("default")
    return Engines(base, lambda: base, under, Metrics(), str(folder))


@pytest.mark.parametrize(
    ("tenant", "agent", "action", "days", "attachments"),
    [
        ("other", "support", "redact", 90, "block"),
        ("acme", "", "mask", 40, "block"),
        ("acme", "unknown", "mask", 40, "block"),
        ("acme", "support", "allow", 40, "block"),
        ("zoo", "keeper", "redact", 90, "strip"),
        ("zoo", "", "redact", 90, "block"),
        ("support", "acme", "redact", 90, "block"),
        ("..", "acme", "redact", 90, "block"),
    ],
)
async def test_each_caller_meets_its_own(
    folder: Path, tenant: str, agent: str, action: str, days: int, attachments: str
) -> None:
    held = engines(folder)
    policy = (await held.engine_for(tenant, agent)).policy
    assert policy == held.policy(tenant, agent)
    assert policy.rule("US_SSN").response == action
    assert (policy.retention_days, policy.attachments) == (days, attachments)
    assert held.current is engine("default")


async def test_the_preset_of_an_agent_stands_below_the_overlays(folder: Path) -> None:
    held = engines(folder)
    made = await held.engine_for("acme", "unknown", "soc2")
    assert (made.policy.name, made.policy.rule("US_SSN").response) == ("soc2", "mask")
    assert (await held.engine_for("acme", "unknown", "soc2")) is made
    assert (await held.engine_for("other", "", "soc2")).policy == load("soc2", facts())
    with pytest.raises(PolicyUnavailable):
        await held.engine_for("other", "", "sock2")
    with pytest.raises(ScopeError, match="no such preset"):
        read_rules({"policy": "sock2"})


async def test_few_engines_are_kept_and_a_burst_builds_one(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reload, "ENGINES_MAX", 2)
    built = []

    def build(policy: object) -> object:
        built.append(policy)
        return under(policy)  # type: ignore[arg-type]

    held = InForce(engine("default"), read_overlays(str(folder)), build)  # type: ignore[arg-type]
    assert len(built) == 3
    first = await held.engine_for("zoo", "keeper")
    assert len(built) == 3, "it was among those that are kept"
    many = await asyncio.gather(*(held.engine_for("acme", "support") for _ in range(9)))
    assert len(built) == 4
    assert len({id(one) for one in many}) == 1
    assert (await held.engine_for("zoo", "keeper")) is first


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("acme.yaml", "entities: {US_SNS: mask}\n", "acme.yaml:1:12: unknown entity 'US_SNS'"),
        ("acme.yaml", "extends: default\n", "acme.yaml:1:1: unknown key 'extends'"),
        ("acme/bot.yaml", "entities: {SECRET_JWT: mask}\n", "acme/bot.yaml:1:24: "),
        ("acme.txt", "", "acme.txt: is no overlay"),
        ("acme.yaml.bak", "", "is no overlay"),
        ("acme/deep/bot.yaml", "", "deep: is no overlay"),
        ("acme.yml", "", "two overlays of this name"),
        ("b d/bot.yaml", "", "has the id of a tenant"),
        ("acme.yaml", "#" * (1 << 20 | 1), "larger than"),
    ],
)
def test_a_mistake_stops_the_start(folder: Path, name: str, text: str, words: str) -> None:
    write(folder, name, text)
    with pytest.raises(ConfigurationError, match=words.replace("(", r"\(")):
        engines(folder)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="No such file"):
        engines(tmp_path / "none")
    assert overlay_files(str(tmp_path / "none")) == []


def test_regions_of_an_overlay(folder: Path) -> None:
    write(folder, "acme.yaml", "regions: [eu]\n")
    base = engine("default").policy
    held = engines(folder).policy("acme")
    check_regions(held, ["us", "eu"])
    with pytest.raises(ConfigurationError, match=r"acme.yaml allows: eu"):
        check_regions(held, ["us", ""])
    assert not base.regions
    assert overlaid(base, {}, ("acme", TENANT_WIDE), facts()) is base


@asynccontextmanager
async def serving(provider: Provider, folder: Path) -> AsyncIterator[tuple[str, Services]]:
    async with serve_gateway(
        provider.base_url, policy_overlays=str(folder), policy_reload_seconds=0.05, region="us"
    ) as served:
        yield served


async def test_on_the_wire_and_reloaded(
    folder: Path, provider: Provider, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider.pieces = stream(["It is ", SSN, ", so."])
    who = {"caller": Caller()}
    monkeypatch.setattr("gateway.server.in_force.caller_of", lambda _: who["caller"])

    async def told(caller: Caller) -> str:
        who["caller"] = caller
        async with http.post(f"{url}/v1/chat/completions", json=ASK) as response:
            return await response.text()

    async def changed(count: int, outcome: str) -> None:
        for _ in range(400):
            if b'policy_loads_total{outcome="%b"} %d.0' % (outcome.encode(), count) in services.metrics.render():
                return
            await asyncio.sleep(0.05)
        pytest.fail("nothing was loaded")

    write(folder, "local/bot.yaml", "entities: {US_SSN: mask}\n")
    write(folder, "local/support.yml", "entities: {US_SSN: {response: allow}}\n")
    async with serving(provider, folder) as (url, services):
        assert "[US_SSN]" in await told(Caller("local", "other"))
        assert "***-**-8726" in await told(Caller("local", "bot"))
        assert SSN in await told(Caller("local", "support"))
        write(folder, "local/support.yml", "entities: {US_SSN: {response: redact}}\n")
        await changed(1, "loaded")
        assert "[US_SSN]" in await told(Caller("local", "support"))
        write(folder, "local/other.yaml", "entities: {US_SSN: {response: alow}}\n")
        await changed(1, "refused")
        assert "[US_SSN]" in await told(Caller("local", "other"))
        assert "***-**-8726" in await told(Caller("local", "bot"))
        write(folder, "local/other.yaml", "regions: [us]\nentities: {US_SSN: {response: allow}}\n")
        await changed(2, "loaded")
        assert SSN in await told(Caller("local", "other"))
