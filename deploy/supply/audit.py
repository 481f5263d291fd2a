"""`make audit`: known vulnerabilities of every locked package, by the OSV database.

Laws:

1. Nothing counts as clean that was not answered for: a package whose answer is missing, broken or cut short is UNKNOWN,
   by name. So is everything when the service does not know a vulnerability that is known (`PROBE`).
2. Exit codes: 0 all were checked, and none has a known vulnerability; 1 some have; 2 none of those that were checked
   has, and some could not be checked. (`make` turns each of them but 0 into its own 2: read the last line.)
3. What is sent is names and versions of public packages.

pip-audit ends with the same code when its service is away as when it found something, and as a whole; hence this.
OSV: https://google.github.io/osv.dev/post-v1-querybatch/
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.supply.lock import EVERYTHING, IMAGE, Package, pinned, read

SERVICE = "https://api.osv.dev"
BATCH = 100
PAGES_MAX = 50
ANSWER_BYTES_MAX = 32 << 20
CLEAN, VULNERABLE, UNKNOWN = 0, 1, 2
PROBE = Package("jinja2", "2.4.1", "", (), ())
"""The example of OSV's own documentation: a version with vulnerabilities."""


class NotAnswered(Exception):
    """The service said nothing that can be used."""


@dataclass(slots=True)
class Report:
    """What came of it, by package URL: a lock may hold two versions of one name."""

    packages: dict[str, Package]
    found: dict[str, list[str]] = field(default_factory=dict)
    """Ids of vulnerabilities; an empty list: checked, and clean."""
    unknown: dict[str, str] = field(default_factory=dict)
    """Why it was not checked."""

    @property
    def code(self) -> int:
        """The exit code."""
        if any(self.found.values()):
            return VULNERABLE
        return UNKNOWN if self.unknown or self.found.keys() != self.packages.keys() else CLEAN


@dataclass(frozen=True, slots=True)
class Service:
    """OSV's API at a base URL."""

    url: str
    seconds: float

    def ask(self, path: str, body: object = None) -> Any:
        """One answer, parsed.

        Raises:
            NotAnswered: none, or not of its kind.
        """
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})  # noqa: S310
        reason = "no answer"
        try:
            with urllib.request.urlopen(request, timeout=self.seconds) as answer:  # noqa: S310
                text = answer.read(ANSWER_BYTES_MAX + 1)
            if len(text) <= ANSWER_BYTES_MAX:
                return json.loads(text)
            reason = "the answer is too long"
        except urllib.error.HTTPError as error:
            reason = f"status {error.code}"
        except (OSError, http.client.HTTPException):
            pass
        except ValueError:
            reason = "the answer is no JSON"
        raise NotAnswered(reason)


def check(every: list[Package], service: Service) -> Report:
    """Ask for all of them."""
    packages = {one.purl: one for one in every}
    report = Report(packages)
    try:
        (probed,) = _answers(service, [PROBE])
        doubt = "" if list(_ids(service, PROBE, probed)) else "the service knows no vulnerability at all"
    except NotAnswered as error:
        doubt = str(error)
    if doubt:
        report.unknown = dict.fromkeys(packages, doubt)
        return report
    for start in range(0, len(every), BATCH):
        batch = every[start : start + BATCH]
        try:
            answers = _answers(service, batch)
        except NotAnswered as error:
            report.unknown.update({one.purl: str(error) for one in batch})
            continue
        for one, answer in zip(batch, answers, strict=True):
            try:
                report.found[one.purl] = sorted(set(_ids(service, one, answer)))
            except NotAnswered as error:
                report.unknown[one.purl] = str(error)
    return report


def _question(one: Package, token: str = "") -> dict[str, Any]:
    package = {"name": one.name, "ecosystem": "PyPI"}
    return {"package": package, "version": one.version, **({"page_token": token} if token else {})}


def _answers(service: Service, batch: list[Package]) -> list[Any]:
    said = service.ask("/v1/querybatch", {"queries": [_question(one) for one in batch]})
    results = said.get("results") if isinstance(said, dict) else None
    # They are matched by their place alone, so one that is missing makes all of them doubtful.
    if not isinstance(results, list) or len(results) != len(batch):
        raise NotAnswered("the answer has not one result for each package")
    return results


def _ids(service: Service, one: Package, answer: Any) -> Iterator[str]:
    for _ in range(PAGES_MAX):
        if not isinstance(answer, dict) or not isinstance(answer.get("vulns", []), list):
            raise NotAnswered("the result is not of its kind")
        for entry in answer.get("vulns", []):
            if not isinstance(entry, dict) or not isinstance(entry.get("id"), str):
                raise NotAnswered("a vulnerability has no id")
            yield entry["id"]
        token = answer.get("next_page_token") or ""
        if not token:
            return
        (answer,) = _answers_of(service, one, str(token))
    raise NotAnswered("too many pages")


def _answers_of(service: Service, one: Package, token: str) -> list[Any]:
    said = service.ask("/v1/querybatch", {"queries": [_question(one, token)]})
    results = said.get("results") if isinstance(said, dict) else None
    if not isinstance(results, list) or len(results) != 1:
        raise NotAnswered("a page is missing")
    return results


def without_withdrawn(report: Report, service: Service) -> dict[str, str]:
    """Take out what was withdrawn; what is known of the rest, by id. What cannot be looked up stays."""
    about: dict[str, str] = {}
    for purl, ids in report.found.items():
        kept = []
        for one in ids:
            try:
                entry = service.ask(f"/v1/vulns/{quote(one, safe='')}")
            except NotAnswered:
                entry = {}
            entry = entry if isinstance(entry, dict) else {}
            if not entry.get("withdrawn"):
                kept.append(one)
                about[one] = " ".join(str(entry.get("summary") or entry.get("details") or "").split())[:120]
        report.found[purl] = kept
    return about


def lines(report: Report, about: dict[str, str], image: Iterable[str]) -> Iterator[str]:
    """The report for people: the verdict is the last line."""
    shipped = set(image)
    for purl, ids in sorted(report.found.items()):
        at = report.packages[purl]
        where = "in the image" if at.name in shipped else "development or an extra"
        for one in ids:
            yield f"VULNERABLE {at.name} {at.version} ({where}): {one} {about.get(one, '')}".rstrip()
    for purl, why in sorted(report.unknown.items()):
        yield f"UNKNOWN {report.packages[purl].name} {report.packages[purl].version}: {why}"
    checked, total = len(report.found), len(report.packages)
    hit = sum(1 for ids in report.found.values() if ids)
    verdict = {CLEAN: "clean", VULNERABLE: f"VULNERABLE: {hit} packages", UNKNOWN: "UNKNOWN"}[report.code]
    yield f"{verdict} ({checked} of {total} packages checked)"


def main(arguments: list[str]) -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make audit", description="Known vulnerabilities of the locked packages.")
    parser.add_argument("--lock", type=Path, default=EVERYTHING)
    parser.add_argument("--service", default=SERVICE, help="base URL of the OSV API, or of a mirror")
    parser.add_argument("--seconds", type=float, default=20.0, help="longest wait for one answer")
    options = parser.parse_args(arguments)
    service = Service(options.service.rstrip("/"), options.seconds)
    report = check(pinned(options.lock), service)
    about = without_withdrawn(report, service)
    for line in lines(report, about, read(IMAGE)):
        sys.stdout.write(line + "\n")
    return report.code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
