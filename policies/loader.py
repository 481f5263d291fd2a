"""Reads policies: a preset or a file, what it extends, and nothing that it does not understand.

Errors carry file:line:column and the nearest valid word. Unknown keys are errors: a policy never silently does
nothing. YAML aliases are refused (they make bombs and hide what is in force).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from importlib import resources
from pathlib import Path

from policies.document import Document
from policies.nodes import Facts, nearest
from policies.policy import Policy, PolicyError

POLICY_BYTES_MAX = 1 << 20
EXTENDS_MAX = 8


def presets() -> list[str]:
    """Names of the presets that ship."""
    folder = resources.files("policies.presets")
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def preset_text(name: str) -> str:
    """A preset as it is written.

    Raises:
        PolicyError: there is none of that name.
    """
    if name not in presets():
        raise PolicyError(f"no preset {name!r}{nearest(name, presets())}; presets: {', '.join(presets())}")
    return (resources.files("policies.presets") / f"{name}.yaml").read_text(encoding="utf-8")


def load(source: str, known: Iterable[str] | Facts) -> Policy:
    """Load a preset by name, or a policy file by path (anything with a `/` or ending in `.yaml` or `.yml`).

    Args:
        source: preset name or path.
        known: what the policy is checked against; of entities alone, every action fits every one of them.

    Raises:
        PolicyError: unknown preset, unreadable file, or a mistake in it.
    """
    return _load(source, known if isinstance(known, Facts) else Facts(frozenset(known)), Path.cwd(), ())


def overlay(policy: Policy, place: str, text: str, known: Iterable[str] | Facts) -> Policy:
    """A policy with an overlay merged onto it, as tenants and agents have one: the keys of a policy file without
    `extends` (JSON is YAML). What the overlay says wins.

    Args:
        policy: below it.
        place: what complaints name, such as `overlay of tenant acme`.
        text: of the overlay; empty for none.
        known: as for `load`.

    Raises:
        PolicyError: too large, or a mistake in it.
    """
    if not text.strip():
        return policy
    if len(text.encode()) > POLICY_BYTES_MAX:
        raise PolicyError(f"{place}: larger than {POLICY_BYTES_MAX} bytes")
    return Document(place, text, known if isinstance(known, Facts) else Facts(frozenset(known))).onto(policy)


def is_path(source: str) -> bool:
    """Whether a policy's name means a file."""
    return "/" in source or source.endswith((".yaml", ".yml"))


def _load(source: str, facts: Facts, folder: Path, seen: tuple[str, ...]) -> Policy:
    file: tuple[str, ...] = ()
    if is_path(source):
        file = (str(folder / source),)  # as it is named: what a link leads to may be another file tomorrow
        try:
            path = (folder / source).resolve()
        except (OSError, ValueError, RuntimeError):  # a NUL in the name, a loop of links
            raise PolicyError(f"{source!r} cannot be read") from None
        key, name, text, folder = str(path), path.stem, read_file(path), path.parent
        place = source
    else:
        key, name, text, place = source, source, preset_text(source), f"preset {source}"
    if key in seen:
        raise PolicyError(f"{place}: extends itself")
    if len(seen) >= EXTENDS_MAX:
        raise PolicyError(f"{place}: more than {EXTENDS_MAX} policies extend one another")
    policy = Document(place, text, facts).policy(name, lambda base: _load(base, facts, folder, (*seen, key)))
    return replace(policy, files=file + policy.files)


def read_file(path: Path) -> str:
    """The text of a policy's or an overlay's file.

    Raises:
        PolicyError: it cannot be read, or is too large.
    """
    try:
        if path.stat().st_size > POLICY_BYTES_MAX:
            raise PolicyError(f"{path}: larger than {POLICY_BYTES_MAX} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: is not UTF-8") from None
