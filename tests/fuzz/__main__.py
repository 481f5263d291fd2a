"""Run one target: `python -m tests.fuzz TARGET [seconds]`; without a target, name them all."""

from __future__ import annotations

import hashlib
import importlib
import random
import sys
import time
from pathlib import Path

from tests.fuzz.seeds import mutated, seeds
from tests.fuzz.targets import TARGETS, Target

FINDINGS = Path(__file__).parent / "findings"
SECONDS = 600.0


def at_random(name: str, target: Target, seconds: float) -> int:
    """Mutate the seeds until time is up; the number of inputs. A finding is written and raised."""
    generator, until, count = random.Random(), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data = mutated(generator, seeds(name))
        try:
            target(data)
        except Exception:
            folder = FINDINGS / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            raise
        count += 1
    return count


def main(arguments: list[str]) -> None:
    if not arguments or arguments[0] not in TARGETS:
        sys.exit("targets: " + " ".join(TARGETS))
    name, seconds = arguments[0], float(arguments[1]) if len(arguments) > 1 else SECONDS
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        sys.stdout.write(f"{name}: {at_random(name, TARGETS[name], seconds)} inputs, no finding\n")
        return
    atheris.instrument_all()
    atheris.Setup([sys.argv[0], f"-max_total_time={int(seconds)}"], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
