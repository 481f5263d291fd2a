"""What one version of Python compiles and another does not, found without having them all."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.source import ROOT, modules, plant

DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def with_surrogates(root: Path) -> list[str]:
    """Docstrings that hold a lone surrogate: Python 3.13 takes them apart as UTF-8, and the module does not compile."""
    found = []
    for module in modules(root).values():
        for node in ast.walk(module.tree):
            if isinstance(node, DOCUMENTED):
                text = ast.get_docstring(node, clean=False) or ""
                if any("\ud800" <= char <= "\udfff" for char in text):
                    found.append(f"{module.path}: {getattr(node, 'name', 'module')}")
    return found


def test_every_docstring_has_a_utf_8() -> None:
    assert with_surrogates(ROOT) == []


def test_the_check_finds_one(tmp_path: Path) -> None:
    files = {"gateway/a.py": '"""A half: \\ud83d."""\n', "gateway/b.py": 'r"""A half: \\ud83d."""\n'}
    assert with_surrogates(plant(tmp_path, files)) == ["gateway/a.py: module"]
