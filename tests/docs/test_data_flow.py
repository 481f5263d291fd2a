"""The page on what is stored names every table there is, and none that is not."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

from gateway.stores import tables
from gateway.stores.schema import METADATA

PAGE = Path(__file__).resolve().parents[2] / "docs" / "security" / "data-flow.md"


def test_every_table_is_on_the_page() -> None:
    for module in pkgutil.iter_modules(tables.__path__):
        importlib.import_module(f"{tables.__name__}.{module.name}")
    section = PAGE.read_text(encoding="utf-8").split("## In the database")[1].split("\n## ")[0]
    named = [
        name
        for line in section.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    ]
    assert sorted(named) == sorted(METADATA.tables)
