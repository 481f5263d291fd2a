"""Starts the processes of a run, pins them to cores, reads their CPU time and memory."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psutil

from tests.architecture.source import ROOT

KEY = "kc_test_a_benchmark"
START_SECONDS = 60.0
GATEWAY_CORE, RIG_CORE = 0, 1


def pinned() -> bool:
    """Whether this machine lets us pin, and has two cores."""
    return hasattr(os, "sched_setaffinity") and {GATEWAY_CORE, RIG_CORE} <= os.sched_getaffinity(0)


@contextmanager
def on(core: int) -> Iterator[None]:
    """Processes that start in the block run on this core, where that can be."""
    if not pinned():
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def module(name: str, *arguments: str, core: int, ready: str) -> Iterator[psutil.Process]:
    """Run a module as a process until the block ends; `ready` is a URL that answers when it can be used."""
    command = [sys.executable, "-m", name, *arguments]
    with on(core):
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(ready, process)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.05)
    raise SystemExit(f"{process.args!r} did not start")


def gateway(upstream: str, policy: str = "default") -> tuple[str, tuple[str, ...], str]:
    """Name, arguments and URL of the gateway with redaction on, its log as it comes."""
    port = str(free_port())
    arguments = ("dev", "--port", port, "--upstream", f"{upstream}/v1", "--key", KEY, "--policy", policy)
    return "gateway", arguments, f"http://127.0.0.1:{port}"


def passthrough(upstream: str) -> tuple[str, tuple[str, ...], str]:
    """The same of the pass-through."""
    port = str(free_port())
    return "tests.bench.passthrough", (port, upstream), f"http://127.0.0.1:{port}"


TARGETS = {"pass-through": passthrough, "holdback": gateway}


@dataclass(frozen=True, slots=True)
class Used:
    """CPU seconds, largest memory, and instructions (None where they cannot be counted) of a process; the client's
    figures."""

    seconds: float
    memory: int
    instructions: int | None
    figures: dict[str, Any]


class Client:
    """The load client: ready to go when it is made."""

    def __init__(self, load: dict[str, Any]) -> None:
        command, pipe = [sys.executable, "-m", "tests.bench.client"], subprocess.PIPE
        with on(RIG_CORE):
            self._process = subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, text=True)
        self._say(json.dumps(load))
        self._read()

    def go(self, watched: psutil.Process) -> Used:
        """Run the traffic; what the watched process used meanwhile."""
        with _sampled(watched) as samples, _counted(watched) as count:
            before = cpu(watched)
            self._say("go")
            self._read()
            used = cpu(watched) - before
        figures: dict[str, Any] = json.loads(self._read())
        self._process.wait(60)
        return Used(used, max(samples), count.get("instructions"), figures)

    def _say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("the load client failed")
        return line


def cpu(process: psutil.Process) -> float:
    """CPU seconds of a process and of those that it has started, so far."""
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def busy() -> float:
    """CPU seconds that this machine has used for anything, since it started."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - getattr(times, "iowait", 0.0))


@contextmanager
def _sampled(process: psutil.Process) -> Iterator[list[int]]:
    """The memory of a process, looked at ten times a second until the block ends."""
    samples = [process.memory_info().rss]
    over = threading.Event()

    def sample() -> None:
        while not over.wait(0.1):
            samples.append(process.memory_info().rss)

    thread = threading.Thread(target=sample)
    thread.start()
    try:
        yield samples
    finally:
        over.set()
        thread.join()


@contextmanager
def _counted(process: psutil.Process) -> Iterator[dict[str, int]]:
    """The instructions of a process until the block ends, where `perf` is there and may count them. They hardly depend
    on what else runs, as seconds of CPU time do."""
    counts: dict[str, int] = {}
    if shutil.which("perf") is None:
        yield counts
        return
    command = ["perf", "stat", "-x", ",", "-e", "instructions", "-p", str(process.pid)]
    with on(RIG_CORE):
        perf = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    time.sleep(0.3)
    try:
        yield counts
    finally:
        perf.send_signal(signal.SIGINT)
        found = [line.partition(",")[0] for line in perf.communicate()[1].splitlines() if ",instructions" in line]
        if found and found[0].isdigit():
            counts["instructions"] = int(found[0])
