"""100 live streams with the model on, next to tiers 1 and 2 alone and to one call a segment, in one run.

python -m tests.bench.tier3_live [--quick]

Gateway and model worker share core 0, provider and load client core 1. The text of the provider is prose that names
months and places of work and hardly anybody; strict scans both directions. A part of `make bench`.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.processes import KEY, free_port
from tests.bench.run import Suite, measure

KEY_VARIABLE = "HOLDBACK_BENCH_KEY"
SUITE = Suite("names100", connections=100, rate=50)
KINDS: dict[str, dict[str, Any]] = {
    "tiers 1 and 2": {"engine": "off"},
    "tier 3, one call a segment": {"engine": "embedded", "batch_texts": 1, "wait_milliseconds": 0},
    "tier 3, batches": {"engine": "embedded"},
}
Target = Callable[[str], tuple[str, tuple[str, ...], str]]


def served(folder: Path, tier3: dict[str, Any]) -> Target:
    """The gateway under `strict` with this tier 3."""

    def target(upstream: str) -> tuple[str, tuple[str, ...], str]:
        port = free_port()
        data = Path(tempfile.mkdtemp(dir=folder))
        file = data / "gateway.yaml"
        settings = {
            "policy": "strict",
            "port": port,
            "key_env": KEY_VARIABLE,
            "log_level": "error",
            "upstream": {"base_url": f"{upstream}/v1"},
            "stores": {"data_dir": str(data)},
            "keys": {"allow_local_provider": True},
            "tier3": tier3,
        }
        file.write_text(json.dumps(settings), encoding="utf-8")  # JSON is YAML
        return "gateway", ("serve", "--config", str(file)), f"http://127.0.0.1:{port}"

    return target


def rows(*, quick: bool) -> list[dict[str, Any]]:
    """One measurement of each kind."""
    os.environ[KEY_VARIABLE] = KEY
    with tempfile.TemporaryDirectory() as folder:
        targets = {name: served(Path(folder), tier3) for name, tier3 in KINDS.items()}
        return [measure(name, SUITE, quick=quick, targets=targets) for name in targets]


def markdown(measured: list[dict[str, Any]]) -> str:
    """The table."""
    lines = [
        "| 100 streams of 50 chunks/s | CPU us/chunk | core | chunks/s | chunks/s and core | delay/char ms p50/p95 |",
        "|---" * 6 + "|",
    ]
    for row in measured:
        rate = row["units"] / row["seconds"]
        per_core = 1e6 / row["cpu_us"] if row["cpu_us"] else 0
        delay = " / ".join(f"{value:.1f}" for value in (row["delay_ms"]["p50"], row["delay_ms"]["p95"]))
        cells = (row["target"], row["cpu_us"], f"{row['core_percent']} %", f"{rate:,.0f}", f"{per_core:,.0f}", delay)
        lines.append("| " + " | ".join(map(str, cells)) + " |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="shorter streams")
    print(markdown(rows(quick=parser.parse_args().quick)))


if __name__ == "__main__":
    main()
