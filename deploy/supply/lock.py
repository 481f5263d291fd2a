"""The lock files as data: what is shipped, in exact versions, by hash, and who asked for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVERYTHING = ROOT / "requirements-dev.lock"
IMAGE = ROOT / "requirements-image.lock"
BUILD = ROOT / "requirements-build.lock"
CLIENT = ("httpx", "keyring")
"""What the extra `client` asks for; the other extras are in the image."""
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>[^\\]*?))? ?\\?")


@dataclass(frozen=True, slots=True)
class Package:
    """One pinned package."""

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    """SHA-256 of the files that may be installed, in hex."""
    asked_by: tuple[str, ...]
    """Packages that need it; without those of our own."""

    @property
    def purl(self) -> str:
        """Package URL (ECMA-427)."""
        return f"pkg:pypi/{self.name}@{self.version}"


def read(file: Path) -> dict[str, Package]:
    """The pins of a lock file by name; of two versions for two versions of Python, the later."""
    return {one.name: one for one in pinned(file)}


def pinned(file: Path) -> list[Package]:
    """All pins of a lock file.

    Raises:
        ValueError: a line that is neither a pin, a hash nor a comment.
    """
    found: list[Package] = []
    blocks: list[list[str]] = []
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith(" ") and blocks:
            blocks[-1].append(line.strip())
        elif line and not line.startswith("#"):
            blocks.append([line])
    for head, *rest in blocks:
        pin = _PIN.fullmatch(head)
        if pin is None:
            raise ValueError(f"{file.name}: {head}")
        hashes = [line.removeprefix("--hash=sha256:").removesuffix("\\").strip() for line in rest if line[0] == "-"]
        askers = [line.lstrip("# ").removeprefix("via").strip() for line in rest if line[0] == "#"]
        own = tuple(sorted(asker for asker in askers if asker and not asker.startswith("holdback")))
        marker = (pin["marker"] or "").strip()
        found.append(Package(pin["name"], pin["version"], marker, tuple(sorted(hashes)), own))
    return found


def below(names: Iterable[str], everything: dict[str, Package]) -> set[str]:
    """These packages and all that they need, as far as the lock tells: with extras that others asked for."""
    reached = set(names)
    while more := {one.name for one in everything.values() if set(one.asked_by) & reached} - reached:
        reached |= more
    return reached


def shipped() -> dict[str, Package]:
    """What a user gets: the image's set, and the extra for clients."""
    everything = read(EVERYTHING)
    names = read(IMAGE).keys() | below(CLIENT, everything)
    return {name: everything[name] for name in sorted(names)}
