"""Files and functions stay small. The lists of exemptions only shrink: an entry that is no longer needed fails too."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from statistics import median

from tests.architecture.source import PACKAGES, ROOT, modules, plant

FILE_LINES = 300
FUNCTION_LINES = 60
MEDIAN_LINES = 170
# An __init__ with a docstring and a version says nothing about the size of files.
TRIVIAL_LINES = 5

# From file, or file:function, to its own limit and the reason for it.
Exempt = Mapping[str, tuple[int, str]]
LONG_FILES: Exempt = {}
LONG_FUNCTIONS: Exempt = {}


def long_files(root: Path, exempt: Exempt) -> list[str]:
    """Python files over the limit, of the source and of the tests."""
    files = (file for folder in (*PACKAGES, "tests") for file in sorted((root / folder).rglob("*.py")))
    sizes = {file.relative_to(root).as_posix(): _lines(file) for file in files}
    return list(_over(sizes, FILE_LINES, exempt))


def long_functions(root: Path, exempt: Exempt) -> list[str]:
    """Functions of the source over the limit; tests may be as long as what they tell."""
    sizes = {
        f"{module.path}:{name}": lines
        for module in modules(root).values()
        for name, lines in _functions(module.tree, "")
    }
    return list(_over(sizes, FUNCTION_LINES, exempt))


def median_lines(root: Path) -> float:
    sizes = [size for module in modules(root).values() if (size := _lines(root / module.path)) > TRIVIAL_LINES]
    return median(sizes) if sizes else 0


def _over(sizes: dict[str, int], limit: int, exempt: Exempt) -> Iterator[str]:
    for name, size in sizes.items():
        own, _reason = exempt.get(name, (limit, ""))
        if size > own:
            yield f"{name}: {size} lines, {own} allowed"
    for name, (_own, reason) in exempt.items():
        if sizes.get(name, 0) <= limit:
            yield f"{name}: no longer over {limit} lines: remove it from the list"
        if not reason:
            yield f"{name}: exempt without a reason"


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{child.name}"
            if not isinstance(child, ast.ClassDef):
                yield name, (child.end_lineno or child.lineno) - child.lineno + 1
            yield from _functions(child, name + ".")
        else:
            yield from _functions(child, prefix)


def _lines(file: Path) -> int:
    return len(file.read_bytes().splitlines())


def test_no_long_files() -> None:
    assert long_files(ROOT, LONG_FILES) == []


def test_no_long_functions() -> None:
    assert long_functions(ROOT, LONG_FUNCTIONS) == []


def test_files_are_small_as_a_rule() -> None:
    assert median_lines(ROOT) <= MEDIAN_LINES


def test_planted_long_files_are_found(tmp_path: Path) -> None:
    names = ["gateway/a.py", "tests/unit/b.py", "tests/unit/c.py", "gateway/d.py"]
    lines = [FILE_LINES + 1, FILE_LINES + 1, FILE_LINES, FILE_LINES + 9]
    plant(tmp_path, {name: "pass\n" * count for name, count in zip(names, lines, strict=True)})
    found = long_files(tmp_path, {"gateway/d.py": (FILE_LINES + 9, "a table")})
    assert [line.partition(":")[0] for line in found] == ["gateway/a.py", "tests/unit/b.py"]


def test_an_exemption_has_an_end(tmp_path: Path) -> None:
    plant(tmp_path, {"gateway/a.py": "pass\n" * (FILE_LINES + 9), "gateway/b.py": "pass\n"})
    exempt = {"gateway/a.py": (FILE_LINES + 8, ""), "gateway/b.py": (400, "a table"), "gateway/c.py": (400, "a table")}
    assert [line.partition(":")[0] for line in long_files(tmp_path, exempt)] == [
        "gateway/a.py",  # over its own limit
        "gateway/a.py",  # without a reason
        "gateway/b.py",  # short again
        "gateway/c.py",  # gone
    ]


def test_planted_long_functions_are_found(tmp_path: Path) -> None:
    body = "        pass\n" * FUNCTION_LINES
    text = f"class A:\n    def long(self):\n{body}\n    async def short(self):\n        pass\n"
    plant(tmp_path, {"recognizers/a.py": text})
    assert long_functions(tmp_path, {}) == [
        f"recognizers/a.py:A.long: {FUNCTION_LINES + 1} lines, {FUNCTION_LINES} allowed"
    ]


def test_the_median_leaves_out_trivial_files(tmp_path: Path) -> None:
    plant(tmp_path, {"gateway/__init__.py": "", "gateway/a.py": "pass\n" * 200, "policies/b.py": "pass\n" * 190})
    assert median_lines(tmp_path) == 195
    assert median_lines(tmp_path / "nowhere") == 0
