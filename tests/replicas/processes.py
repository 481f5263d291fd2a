"""One replica: `python -m gateway serve` as a process, which can be killed, told to stop, and started again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import aiohttp

from tests import servers
from tests.architecture.source import ROOT

START_SECONDS = 120.0
STOP_SECONDS = 120.0
STATIC_KEY = "kc_test_a_of_replicas"


def environment(code: Path) -> dict[str, str]:
    """Of our own commands, run with the code in a folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HOLDBACK", "MASTER_KEY"))}
    return {**kept, "HOLDBACK_KEY": STATIC_KEY, "PYTHONPATH": str(code)}


def run(code: Path, *arguments: str) -> str:
    """A command of ours; what it printed.

    Raises:
        RuntimeError: it failed.
    """
    command = servers.with_parent(sys.executable, "-m", "gateway", *arguments)
    done = subprocess.run(
        command, check=False, cwd=code, env=environment(code), capture_output=True, text=True, timeout=120
    )
    if done.returncode:
        raise RuntimeError(f"{arguments[0]} failed: {done.stdout}{done.stderr}")
    return done.stdout


class Replica:
    """One. `address`: `host:port`, the same every time."""

    def __init__(self, config: Path, port: int, log: Path) -> None:
        self.address = f"127.0.0.1:{port}"
        self.url = f"http://{self.address}"
        self._config, self._log = config, log
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, code: Path = ROOT) -> None:
        """Start it with the code in a folder; `ready` waits for it."""
        command = servers.with_parent(sys.executable, "-m", "gateway", "serve", "--config", str(self._config))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=code, env=environment(code), stdout=log, stderr=log, start_new_session=True
            )

    async def ready(self) -> None:
        """Wait until it serves."""
        async with aiohttp.ClientSession() as http, asyncio.timeout(START_SECONDS):
            while True:
                if self._process is None or self._process.poll() is not None:
                    raise RuntimeError(f"a replica did not start: {self.log()[-2000:]}")
                with suppress(aiohttp.ClientError, ConnectionError):
                    async with http.get(f"{self.url}/readyz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)

    def kill(self) -> None:
        """SIGKILL, and of all that it started."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def terminate(self) -> None:
        """SIGTERM."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Wait until it has ended; its exit code."""
        assert self._process is not None
        async with asyncio.timeout(STOP_SECONDS):
            while (code := self._process.poll()) is None:  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.05)
        return code

    def log(self) -> str:
        """All that it logged."""
        return self._log.read_text(encoding="utf-8", errors="replace") if self._log.exists() else ""
