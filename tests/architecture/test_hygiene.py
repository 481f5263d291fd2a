"""What must not be in any file that is, or is about to be, in the repository."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, plant

# This file has to spell out what it forbids.
ITSELF = "tests/architecture/test_hygiene.py"

FORBIDDEN = {
    # Where packages come from is for each machine to say.
    "a package index": r"\b(?:pypi\.org|pythonhosted\.org|registry\.npmjs\.org|deb\.debian\.org|index\.crates\.io)\b",
    "a folder of one machine": r"(?<![\w.~*-])/(?:root|work|home/\w+|Users/\w+)/",
    # Masks as in XXX-XX-1234 are none.
    "unfinished work": r"\b(?:TODO|FIXME)\b|(?<![\w-])XXX(?![\w-])",
}


def unclean(root: Path, private: tuple[Path, ...] = ()) -> list[str]:
    """Lines with something forbidden, or with one of the `private` folders of this machine."""
    rules = dict(FORBIDDEN)
    # One part, as in /app, would be found in too much.
    named = [re.escape(str(folder)) for folder in private if len(folder.parts) > 2]
    if named:
        rules["a folder of this machine"] = rf"(?:{'|'.join(named)})(?![\w-])"
    return [line for name in _files(root) if name != ITSELF for line in _unclean(root / name, name, rules)]


def _unclean(file: Path, name: str, rules: dict[str, str]) -> Iterator[str]:
    content = file.read_bytes()
    if b"\0" in content:
        return
    for number, line in enumerate(content.decode(errors="replace").splitlines(), 1):
        for what, pattern in rules.items():
            if re.search(pattern, line):
                yield f"{name}:{number}: {what}"


def _files(root: Path) -> list[str]:
    command = ["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return sorted(name for name in set(listed.split("\0")) if name and (root / name).is_file())


def test_the_repository_is_clean() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("not a git work tree: which files belong is not known")
    assert unclean(ROOT, (ROOT, Path.home())) == []


@pytest.mark.parametrize(
    "text",
    [
        "--index-url https://pypi.org/simple",
        "https://files.pythonhosted.org/packages/a.whl",
        "see /root/notes.txt",
        "open('/home/ada/x')",
        "cd /work/main",
        "# TODO later",
        "x = 1  # FIXME",
        "# XXX: is this so?",
        "made in /srv/build/tree, yes",
    ],
)
def test_planted_dirt_is_found(tmp_path: Path, text: str) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    plant(tmp_path, {"docs/a.md": f"fine\n{text}\n", "b.bin": f"\0{text}", ".gitignore": "ignored\n", "ignored": text})
    [line] = unclean(tmp_path, (Path("/srv/build/tree"), Path("/srv")))
    assert line.startswith("docs/a.md:2: ")


@pytest.mark.parametrize(
    "text",
    [
        "mask XXX-XX-1234",
        "https://example.com/root/a and ~/work/x",
        "./home/ada/b",
        "mastodon",
        "/srv/build/tree-2",
        "/srv/x",
    ],
)
def test_what_only_looks_like_dirt_passes(tmp_path: Path, text: str) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    plant(tmp_path, {"a.md": text})
    assert unclean(tmp_path, (Path("/srv/build/tree"), Path("/srv"))) == []
