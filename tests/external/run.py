"""`make verify-external`: the public judge, pii-leak-benchmark v2, against a running gateway.

The full form takes every cut into two and three parts, three seeds, and the partial-emission pass; it takes minutes.
Exit code 1 on any leak, and on any value of the user's own that did not come back.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

SEEDS = ("01", "02", "03")
KEY = "kc_test_a_judge"
BIN = Path(sys.executable).parent


def free_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def judge(seed: str, oracle: str, gateway_port: int, upstream_port: int, *, partial: bool) -> dict[str, Any]:
    """One run of the judge: its summary row, and the partial emission rate under `partial`."""
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *(str(BIN / "pii-leak-benchmark-v2"), "--out", folder, "--json-out", f"{folder}/summary.json"),
            *("--gateway-url", f"http://127.0.0.1:{gateway_port}/v1/chat/completions"),
            *("--upstream-port", str(upstream_port), "--seed", seed, "--oracle", oracle, "--only", "passthrough"),
            *(["--partial-emission"] if partial else []),
        ]
        # The key of the gateway is taken from the environment by the judge.
        environment = {**os.environ, "CONFORMANCE_TARGET_API_KEY": KEY}
        subprocess.run(command, env=environment, check=False, capture_output=True, timeout=3600)
        row: dict[str, Any] = json.loads(Path(folder, "summary.json").read_text())["rows"][0]
        for report in Path(folder).glob("*.partial-emission.json"):
            metrics = json.loads(report.read_text())["metrics"]
            row["partial_emission"] = metrics["partial_emission_rate"]["overall"] + metrics["cases_complete_leak"]
            row["inconclusive"] += metrics["cases_inconclusive"]
        return row


def self_check(command: str, gateway_port: int, upstream_port: int) -> int:
    """The judge's own `selfcheck` or `ci`: its exit code."""
    with tempfile.TemporaryDirectory() as folder:
        where = ["--out", f"{folder}/out"] if command == "ci" else ["--json-out", f"{folder}/report.json"]
        target = ["--target-base-url", f"http://127.0.0.1:{gateway_port}/v1", "--capture-port", str(upstream_port)]
        environment = {**os.environ, "CONFORMANCE_TARGET_API_KEY": KEY}
        run = [str(BIN / "pii-leak-benchmark"), command, *target, *where]
        code = subprocess.run(run, env=environment, check=False, capture_output=True, timeout=600).returncode
    print(f"{command}: exit code {code}")
    return code


def gateway(gateway_port: int, upstream_port: int) -> subprocess.Popen[bytes]:
    """`holdback dev` in front of the judge's provider, ready."""
    command = [
        *(sys.executable, "-m", "gateway", "dev", "--port", str(gateway_port), "--key", KEY, "--log-level", "error"),
        *("--upstream", f"http://127.0.0.1:{upstream_port}/v1"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    for _ in range(400):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{gateway_port}/healthz", timeout=1):
                return process
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise SystemExit("the gateway did not start")


def main() -> int:
    """Run the judge; 1 when anything leaked or was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, cuts into two parts")
    quick = parser.parse_args().quick
    gateway_port, upstream_port = free_port(), free_port()
    process = gateway(gateway_port, upstream_port)
    leaks = 0.0
    try:
        for seed in SEEDS[:1] if quick else SEEDS:
            oracle = "exhaustive-2-part" if quick else "union-worst-case"
            row = judge(seed, oracle, gateway_port, upstream_port, partial=not quick)
            rates = {
                "fidelity_lost": 1.0 - row["fidelity_rate"],
                "leak_single": row["leak_single_chunk"],
                "leak_adv": row["leak_adversarial"],
                "partial_emission": row.get("partial_emission", 0.0),
                "request_path_leak": len(row["request_path_leak"]),
                "inconclusive": row["inconclusive"],
            }
            print(f"seed {seed}, {oracle}, {row['cases_applicable']} cases:", rates)
            is_untold = row["cases_applicable"] == 0 or not (quick or "partial_emission" in row)
            leaks += sum(rates.values()) + is_untold
        leaks += sum(self_check(one, gateway_port, upstream_port) for one in ("selfcheck", "ci"))
    finally:
        process.terminate()
        process.wait(10)
    return int(leaks > 0)


if __name__ == "__main__":
    sys.exit(main())
