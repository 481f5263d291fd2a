"""No module imports itself, by whatever way round; a type-only circle is a circle."""

from collections.abc import Container
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, modules, plant


def circle(root: Path) -> list[str]:
    """The modules of one circle, or none."""
    names = modules(root)
    graph = {
        name: {target for found in module.imports if (target := _module_of(found.target, names))}
        for name, module in names.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [str(name) for name in error.args[1]]
    return []


def _module_of(target: str, names: Container[str]) -> str:
    # `from gateway.wire import sse` is the module gateway.wire.sse; `from gateway.wire import FORMATS` is gateway.wire.
    # A package that is only passed through on the way to its module does not count, else no package could re-export.
    parts = target.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in names), "")


def test_no_circles() -> None:
    assert circle(ROOT) == []


@pytest.mark.parametrize(
    "files",
    [
        {"gateway/a.py": "import gateway.b", "gateway/b.py": "from gateway import a"},
        {
            "gateway/a.py": "from . import b",
            "gateway/b.py": "from .c import x",
            "gateway/c.py": "from gateway.a import y",
        },
        {"gateway/a.py": "def f():\n    import gateway.b", "gateway/b.py": "import gateway.a"},
        {
            "gateway/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from gateway.b import B",
            "gateway/b.py": "from gateway.a import A",
        },
        {"gateway/w/__init__.py": "from gateway.w.a import A", "gateway/w/a.py": "from gateway.w import B"},
        {"policies/a.py": "import policies.a"},
    ],
)
def test_a_planted_circle_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    assert len(circle(plant(tmp_path, files))) > 1


def test_a_package_may_re_export(tmp_path: Path) -> None:
    files = {
        "gateway/w/__init__.py": "from gateway.w.a import A\nfrom gateway.w.b import B",
        "gateway/w/a.py": "from gateway.w.b import B",
        "gateway/w/b.py": "",
    }
    assert circle(plant(tmp_path, files)) == []
