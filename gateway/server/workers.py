"""Several processes on one port (SO_REUSEPORT), each with a loop of its own: one a core, where there is no cluster.

Laws kept here:
1. The parent serves nobody. A worker that dies is started again, later each time; one that cannot use
   the configuration ends all of them, with its exit code.
2. A signal to the parent reaches every worker; it ends when the last of them has drained.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from prometheus_client.multiprocess import mark_process_dead

from gateway.errors import ConfigurationError
from gateway.observe.log import logger
from gateway.observe.metrics import SHARED_METRICS
from gateway.settings import Settings

WORKER = "HOLDBACK_WORKER"
"""Set in the environment of a worker: its number, from 1."""
RESTART_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
"""A worker that lived for as long starts again at once."""
_STEP_SECONDS = 0.1


def check_workers(settings: Settings) -> None:
    """Whether several processes may serve.

    Raises:
        ConfigurationError: they would each have their own budgets, nonces and epochs; or no port in common.
    """
    if settings.workers == 1:
        return
    if not (settings.stores.redis_url and settings.stores.database_url):
        raise ConfigurationError(
            f"`workers` is {settings.workers}, and the stores are those of one process.",
            cure="Set `stores.redis_url` and `stores.database_url`, or `workers: 1`.",
        )
    if settings.port == 0:
        raise ConfigurationError("`workers` need a port that is the same for all.", cure="Set `port`.")


@dataclass
class _Worker:
    """One of them, and how often it died."""

    number: int
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    due: float = 0.0


class Workers:
    """All of them.

    Args:
        command: what a worker runs.
        count: how many.
    """

    def __init__(self, command: Sequence[str], count: int) -> None:
        self._command = [*command]
        self._workers = [_Worker(number) for number in range(1, count + 1)]
        self._is_stopping = False

    def run(self) -> int:
        """Until all have ended; the exit code for this process."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda caught, _frame: self._stop(caught))
        with tempfile.TemporaryDirectory(prefix="holdback-metrics-") as folder:
            environment = {**os.environ, SHARED_METRICS: folder}
            code = 0
            while not (self._is_stopping and not self._alive()):
                for worker in self._workers:
                    code = self._look_after(worker, environment) or code
                time.sleep(_STEP_SECONDS)
            return code

    def _alive(self) -> list[subprocess.Popen[bytes]]:
        return [one.process for one in self._workers if one.process is not None]

    def _stop(self, number: int) -> None:
        self._is_stopping = True
        for process in self._alive():
            process.send_signal(number)

    def _look_after(self, worker: _Worker, environment: dict[str, str]) -> int:
        """Start a worker that is due; take note of one that has ended: the exit code where that ends all."""
        now = time.monotonic()
        if worker.process is None:
            if not self._is_stopping and now >= worker.due:
                worker.started = now
                own = {**environment, WORKER: str(worker.number)}
                worker.process = subprocess.Popen(self._command, env=own)  # noqa: S603 - our own program
            return 0
        code = worker.process.poll()
        if code is None:
            return 0
        pid, worker.process = worker.process.pid, None
        mark_process_dead(pid, environment[SHARED_METRICS])  # type: ignore[no-untyped-call]
        if self._is_stopping:
            return code if code > 0 else 0
        if code == ConfigurationError.exit_code:
            self._stop(signal.SIGTERM)
            return code
        worker.deaths = 0 if now - worker.started > STEADY_SECONDS else worker.deaths + 1
        wait = RESTART_SECONDS[min(worker.deaths, len(RESTART_SECONDS)) - 1] if worker.deaths else 0.0
        worker.due = now + wait
        logger().error("worker_died", worker=worker.number, code=code, restart_seconds=wait)
        return 0


def run_workers(config: Path, count: int) -> int:
    """Serve a configuration file by so many processes; the exit code."""
    return Workers([sys.executable, "-m", "gateway", "serve", "--config", str(config)], count).run()


def is_worker() -> bool:
    """Whether this process is one of them."""
    return WORKER in os.environ
