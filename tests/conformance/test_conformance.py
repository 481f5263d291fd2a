"""Each preset finds all that its rules name, as text streams through the gateway and in batches; `slow` tries all of
the conformance set, the suite's own form two of each."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from gateway import batch
from gateway.inspection.inspector import Inspector
from gateway.settings import Limits
from gateway.stream.holdback import redact
from gateway.verdict import Direction
from policies.policy import Policy
from recognizers.ner.entities import MODEL_ENTITIES
from recognizers.pipeline import Pipeline
from tests.conformance.generator import PER_ENTITY, Case, near_misses, positives
from tests.conformance.measure import COMPLIANCE, covered, measured
from tests.fakes.gateway import KEY, engine, serve_gateway
from tests.fakes.provider import DONE, chunk, serve_provider

FEW, ALL = 2, PER_ENTITY
PIECE_CHARS = 7
FORMS = [pytest.param(FEW, id="few"), pytest.param(ALL, id="all", marks=pytest.mark.slow)]
PRESETS = pytest.mark.parametrize("name", COMPLIANCE)
FALSE_RATE_MAX = 0.02
PATIENT = Limits(stream_cpu_seconds=3600)
"""A whole set is one stream, and the machine may have others to serve."""


def chosen(policy: Policy, count: int, *, good: bool) -> list[Case]:
    """So many of each entity, spread over its set. Of what is only warned of the text says nothing."""
    named = [one for one in covered(policy) if policy.rule(one.entity).response != "warn"]
    sets = [positives(one) if good else near_misses(one) for one in named]
    return [case for cases in sets for case in cases[:: max(1, len(cases) // count)][:count]]


def judged(policy: Policy, cases: Sequence[Case], shown: Sequence[str]) -> list[str]:
    """Positives of which a value came out, by entity and text."""
    assert len(cases) == len(shown)
    return [
        f"{policy.name} {case.entity}: {case.text!r} came out as {text!r}"
        for case, text in zip(cases, shown, strict=True)
        for start, end in case.spans
        if case.text[start:end] in text
    ]


def mistaken(cases: Sequence[Case], shown: Sequence[str]) -> int:
    """Near-misses that were taken for the entity; those that a model reads too are left to the model's own tests."""
    both = zip(cases, shown, strict=True)
    return sum(f"[{case.entity}]" in text for case, text in both if case.entity not in MODEL_ENTITIES)


async def streamed(name: str, cases: Sequence[Case]) -> list[str]:
    """The texts, each one choice of a stream through a gateway."""
    events = []
    for number, case in enumerate(cases):
        pieces = [case.text[at : at + PIECE_CHARS] for at in range(0, len(case.text), PIECE_CHARS)]
        events += [chunk({"content": piece}, index=number) for piece in pieces]
        events.append(chunk(None, index=number, finish="stop"))
    said: dict[int, str] = {}
    async with (
        serve_provider() as provider,
        serve_gateway(provider.base_url, policy=name, limits=PATIENT) as (url, _),
        aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http,
    ):
        provider.pieces = [b"".join(events), DONE]
        ask = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}
        async with http.post(f"{url}/v1/chat/completions", json=ask) as response:
            body = await response.text()
    assert "[DONE]" in body
    for line in body.splitlines():
        data: Any = json.loads(line[6:]) if line.startswith("data: {") else {}
        for choice in data.get("choices", ()):
            said[choice["index"]] = said.get(choice["index"], "") + (choice["delta"].get("content") or "")
    return [said.get(number, "") for number in range(len(cases))]


def batched(name: str, cases: Sequence[Case], folder: Path) -> list[str]:
    """The texts, by `holdback redact --format jsonl`."""
    rows = [json.dumps({"id": number, "text": case.text}) for number, case in enumerate(cases)]
    (folder / "in.jsonl").write_text("\n".join(rows), encoding="utf-8")
    out = io.StringIO()
    batch.run(name, "jsonl", (folder / "in.jsonl",), out)
    return [json.loads(line)["redacted"] for line in out.getvalue().splitlines()]


@PRESETS
@pytest.mark.parametrize("count", FORMS)
async def test_positives_and_near_misses(name: str, count: int, tmp_path: Path) -> None:
    policy = engine(name).policy
    good, bad = (chosen(policy, count, good=good) for good in (True, False))
    for shown in (await streamed(name, good + bad), batched(name, good + bad, tmp_path)):
        assert judged(policy, good, shown[: len(good)]) == []
        assert mistaken(bad, shown[len(good) :]) <= FALSE_RATE_MAX * len(bad)


@PRESETS
def test_the_set_is_large_and_made_up_once(name: str) -> None:
    for one in covered(engine(name).policy):
        for cases in (positives(one), near_misses(one)):
            assert len({case.text for case in cases}) == len(cases) >= PER_ENTITY, one.entity


def test_what_is_warned_of_is_reported_and_passes() -> None:
    gdpr = engine("gdpr")
    for one in covered(gdpr.policy):
        if gdpr.policy.rule(one.entity).response == "warn":
            assert measured(gdpr, one).recall == 1.0
            assert all(redact(gdpr.response, case.text).text == case.text for case in positives(one)[:3])


def test_a_recognizer_that_is_gone_is_missed() -> None:
    """The measure can fail."""
    hipaa = engine("hipaa")
    left = Pipeline([one for one in hipaa.pipeline.recognizers if one.entity == "EMAIL_ADDRESS"])
    blind = replace(hipaa, response=Inspector(left, hipaa.policy, Direction.RESPONSE))
    for one in covered(hipaa.policy):
        if one.entity in ("US_SSN", "EMAIL_ADDRESS"):
            assert (measured(blind, one).recall == 1.0) == (one.entity == "EMAIL_ADDRESS")
