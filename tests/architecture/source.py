"""The source tree as data: our modules, and what each of them imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("gateway", "policies", "recognizers")


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name in full, as `gateway.wire.sse.Event`; `?` stands for a name that is only known at run time."""

    target: str
    line: int
    in_function: bool


@dataclass(frozen=True, slots=True)
class Module:
    name: str
    path: str
    tree: ast.Module
    imports: tuple[Import, ...]


def modules(root: Path) -> dict[str, Module]:
    """Every module of our packages below `root`, by its dotted name."""
    found = (_read(root, file) for package in PACKAGES for file in sorted((root / package).rglob("*.py")))
    return {module.name: module for module in found}


def plant(root: Path, files: dict[str, str]) -> Path:
    """Write a small tree, for the tests that show that a checker finds what it is for."""
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return root


def _read(root: Path, file: Path) -> Module:
    relative = file.relative_to(root)
    parts = relative.with_suffix("").parts
    is_package = parts[-1] == "__init__"
    name = ".".join(parts[:-1] if is_package else parts)
    package = name if is_package else name.rpartition(".")[0]
    tree = ast.parse(file.read_bytes(), filename=str(file))
    return Module(name, relative.as_posix(), tree, tuple(_imports(tree, package, in_function=False)))


def _imports(node: ast.AST, package: str, *, in_function: bool) -> Iterator[Import]:
    # The whole tree is walked: what stands under TYPE_CHECKING is an import too.
    for child in ast.iter_child_nodes(node):
        for target in _targets(child, package):
            yield Import(target, getattr(child, "lineno", 0), in_function)
        nested = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        yield from _imports(child, package, in_function=in_function or nested)


def _targets(node: ast.AST, package: str) -> list[str]:
    match node:
        case ast.Import():
            return [alias.name for alias in node.names]
        case ast.ImportFrom(level=0):
            return [f"{node.module}.{alias.name}" for alias in node.names]
        case ast.ImportFrom():
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*above, node.module] if node.module else above)
            return [f"{base}.{alias.name}" for alias in node.names]
        case ast.Call(func=ast.Name(id="import_module" | "__import__")):
            return ["?"]
        case ast.Call(func=ast.Attribute(attr="import_module")):
            return ["?"]
        case _:
            return []
