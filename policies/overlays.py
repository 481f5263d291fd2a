"""Overlays: what tenants and agents say otherwise than the policy in force. One folder holds all of them:

    TENANT.yaml            on the policy
    TENANT/AGENT.yaml      on the policy, and on its tenant's overlay where there is one

Names are the ids of tenant and agent (`local` where there are no tenants). An overlay has the keys of a policy file
without `extends`. A file that could be meant as one and has another name is an error: an overlay never silently does
nothing. What begins with a dot is none (Kubernetes keeps its own there).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from policies.loader import overlay, read_file
from policies.nodes import Facts
from policies.policy import Policy, PolicyError

OVERLAYS_MAX = 500
TENANT_WIDE = ""
_NAME = re.compile(r"([A-Za-z0-9_][A-Za-z0-9._-]{0,63})\.ya?ml")
_FOLDER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")

Of = tuple[str, str]
"""Whose: tenant and agent; `TENANT_WIDE` for all agents of the tenant."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """One file: its path, for complaints, and its text."""

    place: str
    text: str


def read_overlays(folder: str) -> dict[Of, Overlay]:
    """The overlays of a folder.

    Raises:
        PolicyError: it cannot be read, has too many of them, or a file that is none.
    """
    found: dict[Of, Overlay] = {}
    for of, path in _files(Path(folder)):
        if of in found:
            raise PolicyError(f"{path}: there are two overlays of this name")
        if len(found) == OVERLAYS_MAX:
            raise PolicyError(f"{folder}: more than {OVERLAYS_MAX} overlays")
        found[of] = Overlay(str(path), read_file(path))
    return found


def overlay_files(folder: str) -> list[str]:
    """The paths of what is there now, in order; none for a folder that cannot be read."""
    try:
        return sorted(str(path) for _, path in _files(Path(folder)))
    except PolicyError:
        return []


def overlaid(policy: Policy, found: Mapping[Of, Overlay], of: Of, known: Facts) -> Policy:
    """A policy with the overlays of an agent merged onto it: its tenant's, then its own.

    Args:
        policy: below them.
        found: from `read_overlays`.
        of: whose.
        known: what policies are checked against.

    Raises:
        PolicyError: a mistake in one of them.
    """
    for one in applicable(found, of):
        policy = overlay(policy, found[one].place, found[one].text, known)
        policy = replace(policy, files=(*policy.files, found[one].place))
    return policy


def applicable(found: Mapping[Of, object], of: Of) -> tuple[Of, ...]:
    """Which overlays there are for an agent, in the order in which they are merged."""
    tenant, agent = of
    wanted = ((tenant, TENANT_WIDE), (tenant, agent)) if agent else ((tenant, TENANT_WIDE),)
    return tuple(one for one in wanted if one in found)


def _files(folder: Path) -> Iterator[tuple[Of, Path]]:
    for path in _entries(folder):
        if path.is_dir():
            if not _FOLDER.fullmatch(path.name):
                raise PolicyError(f"{path}: a folder of overlays has the id of a tenant")
            for inner in _entries(path):
                yield (path.name, _stem(inner)), inner
        else:
            yield (_stem(path), TENANT_WIDE), path


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise PolicyError(f"{folder}: {error.strerror or 'cannot be read'}") from None


def _stem(path: Path) -> str:
    match = _NAME.fullmatch(path.name)
    if match is None or path.is_dir():
        raise PolicyError(f"{path}: is no overlay; they are called TENANT.yaml, or TENANT/AGENT.yaml")
    return match[1]
