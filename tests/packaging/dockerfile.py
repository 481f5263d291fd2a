"""A Dockerfile as data: stages and steps, arguments filled in, and which files of the context it may see."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

_STEP = re.compile(r"\s*(?P<word>[A-Z]+)\s+(?P<rest>.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{(\w+)\}|\$(\w+)")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class Step:
    """One instruction; `environment` is what holds when it runs."""

    word: str
    rest: str
    environment: Mapping[str, str]


@dataclass(slots=True)
class Stage:
    """From one FROM to the next, and what an image of it would say of itself."""

    name: str
    base: str
    steps: list[Step] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    labels: dict[str, str] = field(default_factory=dict)
    user: str = "0:0"
    workdir: str = "/"
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    healthcheck: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()


def filled(text: str, values: Mapping[str, str]) -> str:
    """Arguments and variables in their places."""
    return _VARIABLE.sub(lambda found: values.get(found[1] or found[2], ""), text)


def stages(text: str, arguments: Mapping[str, str]) -> list[Stage]:
    """Read it as a builder would, with `arguments` given to the build.

    Raises:
        ValueError: an instruction that this reader does not know.
    """
    outer: dict[str, str] = {}
    found: list[Stage] = []
    scope: dict[str, str] = {}
    for line in _lines(text):
        match = _STEP.fullmatch(line)
        if match is None:
            raise ValueError(line)
        word, rest = match["word"], match["rest"]
        if word == "ARG":
            name, _, default = rest.partition("=")
            known = outer.get(name, "") if found else ""
            value = arguments.get(name, filled(default.strip('"'), scope) or known)
            (scope if found else outer)[name] = value
        elif word == "FROM":
            base, *rest_of = filled(rest, outer).split(" AS ")
            found.append(Stage((rest_of or [""])[0], base))
            scope = {}
        else:
            stage = found[-1]
            _take(stage, word, rest, {**stage.environment, **scope})
    return found


def _lines(text: str) -> list[str]:
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [line for line in kept.replace("\\\n", " ").splitlines() if line.strip()]


def _take(stage: Stage, word: str, rest: str, values: dict[str, str]) -> None:
    match word:
        case "RUN" | "COPY":
            shown = filled(rest, values) if word == "COPY" else rest
            stage.steps.append(Step(word, shown, {**values, "WORKDIR": stage.workdir}))
        case "ENV":
            stage.environment.update(_pairs(filled(rest, values)))
        case "LABEL":
            stage.labels.update(_pairs(filled(rest, values)))
        case "USER":
            stage.user = rest
        case "WORKDIR":
            stage.workdir = rest
        case "EXPOSE":
            stage.ports = tuple(rest.split())
        case "ENTRYPOINT":
            stage.entrypoint = tuple(json.loads(rest))
        case "CMD":
            stage.command = tuple(json.loads(rest))
        case "HEALTHCHECK":
            stage.healthcheck = tuple(json.loads(rest[rest.index("CMD") + 3 :]))
        case _:
            raise ValueError(word)


def _pairs(text: str) -> dict[str, str]:
    return {name: value for name, _, value in (part.partition("=") for part in shlex.split(text))}


def context(root: Path) -> list[Path]:
    """Files that `.dockerignore` lets a build see; the last pattern that fits decides, a folder's for all in it."""
    patterns = [
        line.strip()
        for line in (root / ".dockerignore").read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    tops = {pattern[1:] for pattern in patterns if pattern.startswith("!")}
    files = (f for top in sorted(tops) for f in ([root / top] if (root / top).is_file() else (root / top).rglob("*")))
    return [file for file in files if file.is_file() and _is_seen(file.relative_to(root).as_posix(), patterns)]


def _is_seen(name: str, patterns: list[str]) -> bool:
    parts = name.split("/")
    prefixes = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    is_seen = True
    for pattern in patterns:
        bare = pattern.lstrip("!")
        names = [part for prefix in prefixes for part in _tails(prefix)] if bare.startswith("**/") else prefixes
        if any(fnmatchcase(one, bare.removeprefix("**/")) and _same_depth(one, bare) for one in names):
            is_seen = pattern.startswith("!")
    return is_seen


def _tails(name: str) -> list[str]:
    parts = name.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


def _same_depth(name: str, pattern: str) -> bool:
    return name.count("/") == pattern.removeprefix("**/").count("/")
