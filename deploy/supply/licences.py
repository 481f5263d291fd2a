"""Under which licence each shipped package comes, as an SPDX expression, and which of them may be shipped."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, metadata

from license_expression import ExpressionError, get_spdx_licensing

from deploy.supply.lock import IMAGE, ROOT, read, shipped

SPDX = get_spdx_licensing()
ALLOWED = frozenset(
    {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "CC0-1.0", "CNRI-Python"}
    | {"ISC", "MIT", "MIT-0", "PSF-2.0", "Unlicense", "Zlib"}
)
"""Asks for no more than that its text comes along, as it does in each package's `.dist-info`."""
WEAK = frozenset({"LGPL-2.1-or-later", "MPL-2.0"})
"""Reaches no further than its own files, which come unchanged, as packages that anybody may replace."""
STATED = {
    # Not told by their metadata in a way that a machine can read; from the licence file of the version in the lock.
    "blis": "BSD-3-Clause",
    "google-re2": "BSD-3-Clause",
    "isodate": "BSD-3-Clause",
    "jinja2": "BSD-3-Clause",
    "pyasn1-modules": "BSD-2-Clause",
    "python-dateutil": "BSD-3-Clause AND (Apache-2.0 OR BSD-3-Clause)",
    "python-stdnum": "LGPL-2.1-or-later",
}
ELSEWHERE = {
    # Of other systems or versions of Python, so that there is none here to read.
    "async-timeout": "Apache-2.0",
    "backports-tarfile": "MIT",
    "colorama": "BSD-3-Clause",
    "importlib-metadata": "Apache-2.0",
    "jeepney": "MIT",
    "pywin32-ctypes": "BSD-3-Clause",
    "secretstorage": "BSD-3-Clause",
    "zipp": "MIT",
}
_WORDS = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd-3-clause and public-domain": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}
_TEXTS = """Their texts are in each package's `.dist-info`, in the image under `/opt/holdback`. `LGPL-2.1-or-later`
and `MPL-2.0` reach no further than their own files: these come unchanged, as packages that you may replace. The image's
base, Debian and Python, has its own under `/usr/share/doc` and `/usr/local/lib`."""
_SOURCES = """What the lexicon and the model for names are made of; they come under Apache-2.0 with these sources named,
as CC BY 4.0 asks ([model card](../../recognizers/ner/MODEL_CARD.md), which is in the package, too)."""


class UnknownLicence(Exception):
    """A package says nothing that a machine can read: look at its licence file, and add it to `STATED`."""


def licence(name: str) -> str:
    """The SPDX expression of a package.

    Raises:
        UnknownLicence: nobody knows.
    """
    if name in STATED:
        return STATED[name]
    told = told_by_metadata(name)
    if told is None and name in ELSEWHERE:
        return ELSEWHERE[name]
    if told is None:
        raise UnknownLicence(name)
    return told


def told_by_metadata(name: str) -> str | None:
    """What an installed package says; None where it is not installed, or says nothing clear."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return None
    classifiers = [
        one.rsplit(" :: ", 1)[-1] for one in said.get_all("Classifier") or [] if one.startswith("License ::")
    ]
    fields = [*(said.get_all("License-Expression") or []), *(said.get_all("License") or [])]
    for words in (*fields, *classifiers[: len(classifiers) == 1]):
        if found := _expression(words.strip()):
            return found
    return None


def _expression(words: str) -> str | None:
    if not words:
        return None
    if words.lower() in _WORDS:
        return _WORDS[words.lower()]
    try:
        return str(SPDX.parse(words, validate=True)) if len(words) < 200 else None
    except ExpressionError:
        return None


def is_allowed(expression: str) -> bool:
    """Whether all that must be kept may be kept: of alternatives one is enough."""

    def holds(node: object) -> bool:
        arguments = getattr(node, "args", ())
        if arguments:
            return (all if type(node).__name__ == "AND" else any)(holds(one) for one in arguments)
        return str(node) in ALLOWED | WEAK

    return holds(SPDX.parse(expression, validate=True))


def page() -> str:
    """docs/reference/licences.md."""
    image = read(IMAGE)
    rows = [
        "# Licences",
        "",
        "Holdback is under Apache-2.0. What comes with it, in the versions of the lock files:",
        "",
    ]
    rows += ["## Packages", "", "| package | version | licence | where |", "|---|---|---|---|"]
    for one in shipped().values():
        where = "image" if one.name in image else "extra `client`"
        rows.append(f"| {one.name} | {one.version} | {licence(one.name)} | {where} |")
    rows += [
        "",
        _TEXTS,
        "",
        "## Data",
        "",
        _SOURCES,
        "",
        *data_rows(),
    ]
    return "\n".join(rows) + "\n"


def data_rows() -> list[str]:
    """The table of sources in the model card."""
    card = (ROOT / "recognizers" / "ner" / "MODEL_CARD.md").read_text(encoding="utf-8")
    section = re.split(r"^## ", card, flags=re.MULTILINE)[1]
    return [line for line in section.splitlines() if line.startswith("|")]
