"""Runs the cases against a gateway, many at a time, and counts."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
from rich.console import Console
from rich.progress import Progress

from gateway.verify.case import Case, Verdict
from gateway.verify.cases import REQUEST, RESPONSE, probe
from gateway.verify.control import control_cases, first_contact
from gateway.verify.errors import EXIT_NOT_RUN, CannotRun
from gateway.verify.exchange import CASE_SECONDS, Stage, check_contact
from gateway.verify.plan import Covered, examples, plan, spread
from gateway.verify.planted import planted, score
from gateway.verify.provider import Provider, listening
from gateway.verify.report import show
from gateway.verify.result import Result, Uncovered
from recognizers.recognizer import Recognizer

CONNECTIONS = 32
LISTEN = "127.0.0.1:9876"

Allows = Callable[[str, str, float], bool]
"""Whether the policy in force lets an entity through, by direction (`request`, `response`) and score."""


@dataclass(frozen=True, slots=True)
class Target:
    """The gateway, and where we play its provider."""

    base_url: str
    key: str
    listen: str = LISTEN


def run(
    target: Target,
    recognizers: Iterable[Recognizer],
    allows: Allows,
    *,
    quick: bool = False,
    entities: Collection[str] | None = None,
    json_file: Path | None = None,
    console: Console | None = None,
) -> int:
    """Verify a gateway, and show what was found.

    Args:
        target: the gateway.
        recognizers: whose examples are planted.
        allows: what the policy lets through.
        quick: the short form (see `plan`).
        entities: only these; None for all.
        json_file: gets the result too.
        console: where to show it.

    Returns:
        The exit code: 0 without a leak, 1 with one or with clean text altered, 2 when it could not run.
    """
    console = console or Console()
    wanted = [one for one in recognizers if entities is None or one.entity in entities]
    try:
        result = asyncio.run(verify(target, wanted, allows, quick=quick, progress=_progress()))
    except CannotRun as error:
        Console(stderr=True).print(f"holdback verify: {error}", highlight=False, markup=False, soft_wrap=True)
        return EXIT_NOT_RUN
    show(result, console)
    if json_file is not None:
        json_file.write_text(json.dumps(result.as_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return result.exit_code


async def verify(
    target: Target,
    recognizers: Iterable[Recognizer],
    allows: Allows,
    *,
    quick: bool = False,
    progress: Progress | None = None,
) -> Result:
    """Verify a gateway; arguments as for `run`.

    Raises:
        CannotRun: the gateway cannot be reached, refuses the key, or does not forward to us.
    """
    started = time.perf_counter()
    wanted = list(recognizers)
    base_url = _base_url(target.base_url)
    host, port = _address(target.listen)
    provider = Provider()
    async with listening(provider, host, port) as bound, _session(target.key) as session:
        stage = Stage(base_url, session, provider)
        check_contact(await stage.play(first_contact()), base_url, f"http://{host}:{bound}/v1")
        result = Result(spread(len(wanted), quick=quick))
        covered = await _probe(stage, wanted, allows, result, quick=quick)
        with progress or Progress(disable=True) as bar:
            await _play(stage, _all(covered, quick=quick), result, bar)
    result.seconds = time.perf_counter() - started
    return result


def _all(covered: Covered, *, quick: bool) -> Iterator[Case]:
    yield from control_cases()
    yield from plan(covered, quick=quick)


async def _probe(
    stage: Stage, recognizers: Sequence[Recognizer], allows: Allows, result: Result, *, quick: bool
) -> Covered:
    """What the gateway finds whole; what it does not, the other cases need not ask."""
    covered: Covered = {REQUEST: {}, RESPONSE: {}}
    for recognizer in recognizers:
        found = examples(planted(recognizer), len(recognizers), quick=quick)
        if not found:
            result.untried.append(recognizer.entity)
        for direction, by_entity in covered.items():
            verdicts = await asyncio.gather(*(stage.judge(probe(one, direction)) for one in found))
            for example, verdict in zip(found, verdicts, strict=True):
                leaked = verdict is Verdict.LEAKED
                allowed = leaked and allows(recognizer.entity, direction, score(recognizer, example))
                result.note(probe(example, direction), Verdict.SAFE if allowed else verdict)
                if leaked:
                    result.uncovered.append(Uncovered(recognizer.entity, direction, example.text, allowed))
            by_entity.setdefault(recognizer.entity, []).extend(
                one for one, verdict in zip(found, verdicts, strict=True) if verdict is not Verdict.LEAKED
            )
    return covered


async def _play(stage: Stage, cases: Iterator[Case], result: Result, bar: Progress) -> None:
    """Play all cases, so many at a time as there are connections."""
    task = bar.add_task("Verifying", total=None)

    async def worker() -> None:
        for case in cases:
            result.note(case, await stage.judge(case))
            bar.advance(task)

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(worker())
    except ExceptionGroup as failed:
        # The gateway went away: each worker says so, and one line is enough.
        if gone := failed.subgroup(CannotRun):
            raise gone.exceptions[0] from None
        raise


def _session(key: str) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        headers={"Authorization": f"Bearer {key}"},
        timeout=aiohttp.ClientTimeout(total=CASE_SECONDS),
        connector=aiohttp.TCPConnector(limit=CONNECTIONS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise CannotRun("--base-url is no URL: give one like http://127.0.0.1:8080/v1.")
    url = url.rstrip("/")
    return url if parts.path.rstrip("/") else f"{url}/v1"


def _address(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65_535:
        raise CannotRun("--listen is no address: give one like 127.0.0.1:9876.")
    return host.strip("[]"), int(port)


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal, transient=True)
