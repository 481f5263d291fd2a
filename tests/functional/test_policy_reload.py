"""A changed policy file comes into force; a bad one changes nothing; streams in flight finish under the old one."""

from __future__ import annotations

import asyncio
import io
import json
import os
from pathlib import Path
from typing import Any

import aiohttp

from gateway.observe import log
from gateway.services import Services
from tests.fakes.gateway import serve_gateway
from tests.fakes.provider import Provider, stream

SSN = "536-22-8726"
ASK = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


def write(file: Path, text: str) -> None:
    """As an editor does: another file takes its place."""
    other = file.with_suffix(".new")
    other.write_text(text, encoding="utf-8")
    os.replace(other, file)


async def told(url: str, http: aiohttp.ClientSession) -> str:
    async with http.post(f"{url}/v1/chat/completions", json=ASK) as response:
        return content(await response.text())


def content(body: str) -> str:
    events = [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: {")]
    return "".join(c["delta"].get("content") or "" for event in events for c in event["choices"])


async def in_force(services: Services, name: str, value: object) -> None:
    """Wait until the policy says so."""
    for _ in range(200):
        if getattr(services.engine.policy, name) == value:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} is still {getattr(services.engine.policy, name)}")


async def test_a_change_a_mistake_and_a_stream_in_flight(
    tmp_path: Path, provider: Provider, http: aiohttp.ClientSession
) -> None:
    file = tmp_path / "mine.yaml"
    write(file, "extends: default\n")
    provider.pieces = stream(["It is ", SSN, ", so."])
    lines = io.StringIO()
    log.configure("info", human=False, stream=lines)
    async with serve_gateway(provider.base_url, policy=str(file), policy_reload_seconds=0.05) as (url, services):
        assert await told(url, http) == "It is [US_SSN], so."

        going, gone = asyncio.Event(), asyncio.Event()

        async def hold(number: int, *_: Any) -> None:
            if number == 2:  # the value comes when the new policy is in force
                going.set()
                await gone.wait()

        provider.before = hold
        old = asyncio.create_task(told(url, http))
        await going.wait()
        write(file, "extends: default\nentities: {US_SSN: mask}\nretention_days: 33\n")
        await in_force(services, "retention_days", 33)
        gone.set()
        assert await old == "It is [US_SSN], so."
        provider.before = None
        assert await told(url, http) == "It is ***-**-8726, so."

        write(file, "extends: default\nentities: {US_SNS: allow}\n")
        for _ in range(200):
            if b'policy_loads_total{outcome="refused"} 1.0' in services.metrics.render():
                break
            await asyncio.sleep(0.05)
        assert await told(url, http) == "It is ***-**-8726, so."
        file.unlink()
        await asyncio.sleep(0.2)
        assert await told(url, http) == "It is ***-**-8726, so."
        write(file, "extends: default\nretention_days: 34\n")
        await in_force(services, "retention_days", 34)
    logged = [json.loads(line) for line in lines.getvalue().splitlines()]
    refused = [line["problem"] for line in logged if line["event"] == "policy_refused"]
    assert "mine.yaml:2:12: unknown entity 'US_SNS' (did you mean 'US_SSN'?)" in refused[0]
    assert [line["policy"] for line in logged if line["event"] == "policy_loaded"] == ["mine", "mine"]


async def test_what_it_extends_is_watched_too(tmp_path: Path, provider: Provider) -> None:
    (tmp_path / "base.yaml").write_text("retention_days: 31\n", encoding="utf-8")
    (tmp_path / "mine.yaml").write_text("extends: base.yaml\n", encoding="utf-8")
    source = str(tmp_path / "mine.yaml")
    async with serve_gateway(provider.base_url, policy=source, policy_reload_seconds=0.05) as (_, services):
        assert [Path(file).name for file in services.engine.policy.files] == ["mine.yaml", "base.yaml"]
        write(tmp_path / "base.yaml", "retention_days: 32\n")
        await in_force(services, "retention_days", 32)


async def test_a_link_that_leads_elsewhere_is_a_change(tmp_path: Path, provider: Provider) -> None:
    """A ConfigMap of Kubernetes is a link to a folder that is replaced."""
    for number in (31, 32):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "mine.yaml").write_text(f"retention_days: {number}\n", encoding="utf-8")
    (tmp_path / "data").symlink_to("31")
    source = str(tmp_path / "data" / "mine.yaml")
    async with serve_gateway(provider.base_url, policy=source, policy_reload_seconds=0.05) as (_, services):
        (tmp_path / "next").symlink_to("32")
        os.replace(tmp_path / "next", tmp_path / "data")
        await in_force(services, "retention_days", 32)


async def test_it_can_be_off(tmp_path: Path, provider: Provider) -> None:
    file = tmp_path / "mine.yaml"
    write(file, "retention_days: 31\n")
    async with serve_gateway(provider.base_url, policy=str(file), policy_reload_seconds=0) as (_, services):
        write(file, "retention_days: 32\n")
        await asyncio.sleep(0.2)
        assert services.engine.policy.retention_days == 31
