"""The training gives the same bytes twice: in processes of their own, as `make train-ner` runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
SMALL = """
import random, sys
from pathlib import Path
from training import train
from training.corpora import Sentence
from training.templates import TEMPLATES, fill
chance = random.Random(4)
made = [fill(chance.choice(TEMPLATES), chance) for _ in range(150)]
train.read = lambda folder: [Sentence(one.text, one.spans, "made") for one in made]
train.TEMPLATES_PER_EPOCH = 150
train.train(Path("."), Path(sys.argv[1]), int(sys.argv[2]))
"""


def trained(target: Path, *, epochs: int) -> dict[str, bytes]:
    """What a small training writes, by file."""
    one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", SMALL, str(target), str(epochs)]
    subprocess.run(command, check=True, cwd=ROOT, env={**os.environ, **one_thread, "PYTHONPATH": str(ROOT)})
    files = (path for path in sorted(target.rglob("*")) if path.is_file())
    return {str(path.relative_to(target)): path.read_bytes() for path in files}


@pytest.mark.slow
def test_the_same_bytes_twice(tmp_path: Path) -> None:
    first, second = (trained(tmp_path / name, epochs=2) for name in ("first", "second"))
    assert first == second
    assert first.keys() >= {"config.cfg", "ner/model"}
    assert trained(tmp_path / "third", epochs=1) != first, "the comparison can fail"
