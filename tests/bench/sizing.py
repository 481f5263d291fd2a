"""What a deployment needs room for: memory of its processes at rest, rows and bytes of the database by request.

python -m tests.bench.sizing [--requests 200]

Memory is what a process has for itself (USS), as a second one beside it costs that much more. The database is SQLite;
its size is read when the gateway has ended. Figures of sizes, not of times: they are the same on a busy machine.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.architecture.source import ROOT
from tests.bench.processes import KEY, RIG_CORE, free_port, module

VALUES = ("Write to user{n}@example.com.", "Call +1 415-555-01{n:02}.")
SECONDS = 120.0
KIB, MIB = 1 << 10, 1 << 20


@dataclass(frozen=True, slots=True)
class Growth:
    """A database before and after."""

    rows: dict[str, int]
    size: int

    @classmethod
    def of(cls, file: Path) -> Growth:
        """Count what is there."""
        with closing(sqlite3.connect(file)) as database:
            names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            rows = {name: database.execute(f'select count(*) from "{name}"').fetchone()[0] for name in names}
            (pages,), (size,) = (
                database.execute("pragma page_count").fetchone(),
                database.execute("pragma page_size").fetchone(),
            )
        return cls(rows, pages * size)


@contextmanager
def serving(folder: Path, upstream: str, **sections: Any) -> Iterator[tuple[psutil.Process, str]]:
    """`holdback serve` until the block ends."""
    port = free_port()
    settings = {
        "port": port,
        "upstream": {"base_url": f"{upstream}/v1"},
        "stores": {"data_dir": str(folder)},
        **sections,
    }
    config = folder / "holdback.yaml"
    config.write_text(yaml.safe_dump(settings), encoding="utf-8")
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(config)]
    environment = {"HOLDBACK_KEY": KEY, "PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield psutil.Process(process.pid), f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(60)


def _until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + SECONDS
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the gateway did not start")


def ask(url: str, text: str) -> None:
    """One request, its answer read to the end."""
    body = {"model": "bench-4-0-sizing", "messages": [{"role": "user", "content": text}]}
    headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/v1/chat/completions", json.dumps(body).encode(), headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        answer.read()


def memory(upstream: str) -> Iterator[tuple[str, int]]:
    """USS at rest of the gateway and of a worker of tier 3, after a request."""
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder), upstream, policy="strict") as (process, url):
        ask(url, "Says Maria Lopez from Chicago.")
        yield "gateway", process.memory_full_info().uss
        largest = max((child.memory_full_info().uss for child in process.children(recursive=True)), default=0)
        yield "worker of tier 3", largest


def growth(upstream: str, requests: int, values: int) -> dict[str, float]:
    """Rows of the record, and bytes of the whole database, by request with so many values in it."""
    text = " ".join(VALUES[number % len(VALUES)].format(n=number) for number in range(values)) or "Say hello."
    with tempfile.TemporaryDirectory() as at:
        folder = Path(at)
        with serving(folder, upstream, tier3={"engine": "off"}) as (_, url):
            ask(url, text)
        (file,) = folder.glob("*.sqlite3")
        before = Growth.of(file)
        with serving(folder, upstream, tier3={"engine": "off"}) as (_, url):
            for _ in range(requests):
                ask(url, text)
        after = Growth.of(file)
    rows = {name: round((count - before.rows[name]) / requests, 2) for name, count in after.rows.items()}
    return {
        **{name: each for name, each in rows.items() if each >= 0.05},
        "KiB": round((after.size - before.size) / requests / KIB, 2),
    }


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=200)
    options = parser.parse_args()
    port = free_port()
    upstream = f"http://127.0.0.1:{port}"
    with module("tests.bench.provider", str(port), core=RIG_CORE, ready=f"{upstream}/models"):
        for name, uss in memory(upstream):
            print(f"{name}: {uss / MIB:.0f} MiB", flush=True)
        for values in (0, 1, 10):
            print(f"{values} values: {growth(upstream, options.requests, values)}", flush=True)


if __name__ == "__main__":
    main()
