"""Run one target: `python -m tests.fuzz TARGET [seconds]`; `all` for each in turn; without a target, name them.

With atheris (coverage-guided) where it is installed, else by mutating the seeds at random. `make fuzz` installs it into
an environment of its own: it has wheels for few versions of Python. What is found is written to `findings/TARGET/`,
where the suite tries it again for ever.
"""

from __future__ import annotations

import hashlib
import importlib
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from tests.fuzz.seeds import PIECES, VALUE, mutated, seeds

Target = Callable[[bytes], None]
FINDINGS = Path(__file__).parent / "findings"
SECONDS = 600.0
ONE_INPUT_SECONDS = 20
"""An input that takes longer is a hang."""
INPUT_BYTES_MAX = 1 << 14
ROOMS = ["gateway.wire", "gateway.stream"]
"""Whose branches guide the search: they are imported under atheris' eyes."""


def at_random(name: str, target: Target, seconds: float) -> int:
    """Mutate the seeds until time is up; the number of inputs. A finding is written and raised."""
    generator, until, count = random.Random(), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        data = mutated(generator, seeds(name))
        try:
            target(data)
        except Exception:
            folder = findings(name)
            (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)
            raise
        count += 1
    return count


def findings(name: str) -> Path:
    """The folder for a target's findings."""
    folder = FINDINGS / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def targets(watched: AbstractContextManager[object]) -> Mapping[str, Target]:
    """All targets, imported while atheris watches."""
    with watched:
        from tests.fuzz.targets import TARGETS
    return TARGETS


def guided(atheris: Any, name: str, target: Target, seconds: float) -> None:
    """Let atheris search from the seeds, with our pieces as its dictionary; it ends the process."""
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        corpus.mkdir()
        for number, data in enumerate(seeds(name)):
            (corpus / f"seed{number}").write_bytes(data[:INPUT_BYTES_MAX])
        words = Path(folder) / "words"
        lines = ("".join(rf"\x{byte:02x}" for byte in piece) for piece in (*PIECES, VALUE.encode()))
        words.write_text("".join(f'"{line}"\n' for line in lines), encoding="ascii")
        options = {
            "max_total_time": int(seconds),
            "timeout": ONE_INPUT_SECONDS,
            "max_len": INPUT_BYTES_MAX,
            "dict": words,
            "artifact_prefix": f"{findings(name)}/",
        }
        atheris.Setup([sys.argv[0], str(corpus), *(f"-{key}={value}" for key, value in options.items())], target)
        atheris.Fuzz()


def main(arguments: list[str]) -> None:
    try:
        atheris = importlib.import_module("atheris")
    except ImportError:
        atheris = None
    known = targets(atheris.instrument_imports(include=ROOMS) if atheris else nullcontext())
    if not arguments or arguments[0] not in (*known, "all"):
        sys.exit("targets: all " + " ".join(known))
    name, seconds = arguments[0], float(arguments[1]) if len(arguments) > 1 else SECONDS
    if name == "all":
        command = [sys.executable, "-m", "tests.fuzz"]
        found = [one for one in known if subprocess.run([*command, one, str(seconds)], check=False).returncode]
        sys.exit(f"findings of: {' '.join(found)}" if found else 0)
    if atheris:
        guided(atheris, name, known[name], seconds)
    else:
        sys.stdout.write(f"{name}: {at_random(name, known[name], seconds)} inputs, no finding\n")


if __name__ == "__main__":
    main(sys.argv[1:])
