"""The gateway next to a bare aiohttp pass-through: CPU, delay, memory and chunks, in one run on one machine.

python -m tests.bench.run [--quick] [--suites live400,unary] [--repeat 3] [--no-engine] [--policy FILE]

The gateway (or the pass-through) has core 0, provider and load client share core 1. Each measurement starts a fresh
process; the two take turns, so that what else runs on the machine hits both. Results go to `tests/bench/results/`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import psutil

from tests.bench import engine, report
from tests.bench.processes import (
    GATEWAY_CORE,
    KEY,
    RIG_CORE,
    TARGETS,
    Client,
    busy,
    cpu,
    free_port,
    gateway,
    module,
    pinned,
)

RESULTS = Path(__file__).parent / "results"
WARM_UP = {"connections": 4, "total": 8, "chunks": 200, "rate": 0.0, "ramp_seconds": 0.0}


@dataclass(frozen=True, slots=True)
class Suite:
    """One kind of load. `rate` is chunks a second and stream, 0 as fast as it goes; `seconds` of live streams."""

    name: str
    connections: int
    rate: float = 0.0
    chunks: int = 400
    total: int = 0
    streams: bool = True

    def load(self, *, quick: bool) -> dict[str, Any]:
        """The load client's options."""
        chunks = self.chunks // 2 if quick and self.rate else self.chunks
        total = self.total // (4 if quick else 1) or self.connections
        return {
            "connections": self.connections,
            "total": total,
            "chunks": chunks,
            "rate": self.rate,
            "ramp_seconds": 1.0 if self.rate else 0.0,
            "streams": self.streams,
        }


SUITES = (
    Suite("saturation", connections=64),
    Suite("live100", connections=100, rate=50),
    Suite("live400", connections=400, rate=50),
    Suite("unary", connections=32, chunks=300, total=4000, streams=False),
)


def measure(
    target: str, suite: Suite, *, quick: bool, targets: Mapping[str, Callable[[str], Any]] = TARGETS
) -> dict[str, Any]:
    """One measurement, in fresh processes. `targets`: from name to what starts it in front of a provider."""
    port = free_port()
    upstream = f"http://127.0.0.1:{port}"
    name, arguments, url = targets[target](upstream)
    with (
        module("tests.bench.provider", str(port), core=RIG_CORE, ready=f"{upstream}/models") as provider,
        module(name, *arguments, core=GATEWAY_CORE, ready=f"{url}/healthz") as watched,
    ):
        address = {"base_url": f"{url}/v1", "key": KEY, "provider": upstream}
        Client({**address, **WARM_UP, "streams": suite.streams}).go(watched)
        load = suite.load(quick=quick)
        client = Client({**address, **load})
        idle, all_before, rig_before = watched.memory_info().rss, busy(), cpu(provider)
        started = time.monotonic()
        used = client.go(watched)
        seconds = time.monotonic() - started
        units = load["total"] * (load["chunks"] if suite.streams else 1)
        return {
            "target": target,
            "suite": suite.name,
            "streams": suite.streams,
            "units": units,
            "seconds": round(seconds, 2),
            "cpu_us": round(used.seconds / units * 1e6, 2),
            "instructions_k": None if used.instructions is None else round(used.instructions / units / 1000, 1),
            "core_percent": round(used.seconds / seconds * 100),
            "memory_kib": round((used.memory - idle) / max(used.figures["open"], 1) / 1024, 1),
            "busy_percent": round((busy() - all_before) / seconds * 100),
            "provider_percent": round((cpu(provider) - rig_before) / seconds * 100),
            **used.figures,
        }


def main() -> None:
    """See the top of this file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="once, shorter: about 40 seconds")
    parser.add_argument("--suites", default=",".join(suite.name for suite in SUITES))
    parser.add_argument("--repeat", type=int, default=0, help="3, or 1 with --quick")
    parser.add_argument("--no-engine", action="store_true", help="without the engine's own figures")
    parser.add_argument("--policy", default="default", help="the gateway's: preset name, or file")
    options = parser.parse_args()
    targets: dict[str, Callable[[str], Any]] = {**TARGETS, "holdback": partial(gateway, policy=options.policy)}
    rows = []
    for number in range(options.repeat or (1 if options.quick else 3)):
        for suite in SUITES:
            for target in targets if suite.name in options.suites.split(",") else ():
                row = measure(target, suite, quick=options.quick, targets=targets)
                print(f"{number + 1}. {suite.name}, {target}: {row['cpu_us']} us CPU", flush=True)
                rows.append(row)
    micro = None if options.no_engine else engine.measure(quick=options.quick)
    machine = {
        "cores": os.cpu_count(),
        "pinned": pinned(),
        "python": platform.python_version(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
    }
    text = report.markdown(rows, micro, machine)
    print(f"\n{text}")
    RESULTS.mkdir(exist_ok=True)
    stem = RESULTS / time.strftime("%Y%m%d-%H%M%S")
    stem.with_suffix(".md").write_text(text, encoding="utf-8")
    stem.with_suffix(".json").write_text(json.dumps({"machine": machine, "rows": rows, "engine": micro}, indent=1))
    print(f"Written to {stem}.md and .json")


if __name__ == "__main__":
    main()
