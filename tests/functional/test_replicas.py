"""Two replicas on one PostgreSQL and one Redis: what each outage costs, and that none of them costs a value.

The small form here; `python -m tests.replicas` is the long one, with 200 streams.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.architecture.source import ROOT
from tests.replicas.installation import running
from tests.replicas.nginx import is_there
from tests.replicas.programme import full, small


async def test_an_outage_costs_what_the_docs_say() -> None:
    async with running() as one:
        seen = [name async for name, _ in small(one, 12)]
    assert seen[-1] == "in the end"


@pytest.mark.slow
@pytest.mark.parametrize("front", ["own", "nginx"])
async def test_with_two_hundred_streams(front: str) -> None:
    if front == "nginx" and not is_there():
        pytest.skip("nginx is not on PATH: apt install nginx-light")
    async with running(front) as one:
        seen = [name async for name, _ in full(one, 200)]
    assert seen[-1] == "in the end"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_nothing_outlives_the_command(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.replicas", "--serve"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            where = json.loads(process.stdout.readline())["where"]
            started = psutil.Process(process.pid).children(recursive=True)
            assert len(started) >= 3, "two replicas, and Redis"
            process.send_signal(number)
            process.wait(60)
        finally:
            process.kill()
    _, alive = psutil.wait_procs(started, timeout=20)
    assert alive == []
    assert not Path(where["config"]).parent.exists()
