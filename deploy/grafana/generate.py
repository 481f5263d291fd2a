"""Writes the dashboards beside this file, and their copies in the chart, which can ship only what is inside it.

What the panels of a dashboard ask is in the file of its name; how Grafana wants it said, in `panels.py`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))

from on_call import on_call  # noqa: E402 - this folder is no package
from protection import protection  # noqa: E402

CHART = FOLDER.parent / "helm" / "holdback" / "dashboards"
BOARDS = {"on-call.json": on_call, "protection.json": protection}


def written() -> dict[Path, str]:
    """Every file, and what belongs in it."""
    texts = {name: json.dumps(made(), indent=1) + "\n" for name, made in BOARDS.items()}
    return {folder / name: text for name, text in texts.items() for folder in (FOLDER, CHART)}


if __name__ == "__main__":
    CHART.mkdir(exist_ok=True)
    for file, text in written().items():
        file.write_text(text, encoding="utf-8")
