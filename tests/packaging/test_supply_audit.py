"""`make audit` against a service of its own: what is clean, what is not, and that silence is never taken for clean."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server
from typing import Any

import pytest

from deploy.supply import audit
from deploy.supply.lock import EVERYTHING, pinned
from tests.architecture.test_locks import pins

EVERY = [(one.name, one.version) for one in pinned(EVERYTHING)]
FIRST, LAST = sorted(pins(EVERYTHING))[0], sorted(pins(EVERYTHING))[-1]
Answer = Callable[[list[dict[str, Any]]], Any]


class Osv(ThreadingHTTPServer):
    """The two routes that are asked, as OSV documents them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.vulnerable: dict[str, list[str]] = {}
        self.entries: dict[str, dict[str, Any]] = {}
        self.change: Answer = lambda results: {"results": results}
        self.status_for = ""
        self.paged: set[str] = set()
        self.asked: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def result(self, query: dict[str, Any]) -> dict[str, Any]:
        name = query["package"]["name"]
        assert query["package"]["ecosystem"] == "PyPI"
        self.asked.append((name, query["version"]))
        ids = ["GHSA-probe"] if (name, query["version"]) == ("jinja2", "2.4.1") else self.vulnerable.get(name, [])
        if name in self.paged and "page_token" not in query:
            return {"vulns": [{"id": one} for one in ids[:1]], "next_page_token": "more"}
        if name in self.paged:
            ids = ids[1:]
        return {"vulns": [{"id": one, "modified": "2026-01-01T00:00:00Z"} for one in ids]} if ids else {}


class _Handler(BaseHTTPRequestHandler):
    server: Osv

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        if self.server.status_for in {query["package"]["name"] for query in queries}:
            self._say(503, {})
            return
        results = [self.server.result(query) for query in queries]
        is_probe = [query["version"] for query in queries] == ["2.4.1"]
        self._say(200, {"results": results} if is_probe else self.server.change(results))

    def do_GET(self) -> None:
        entry = self.server.entries.get(self.path.rsplit("/", 1)[1])
        self._say(200 if entry else 404, entry or {})

    def _say(self, status: int, body: Any) -> None:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_of: object) -> None:
        pass


@pytest.fixture
def osv() -> Iterator[Osv]:
    with Osv() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()


def audited(capsys: pytest.CaptureFixture[str], url: str, *more: str) -> tuple[int, list[str]]:
    code = audit.main(["--service", url, "--seconds", "20", *more])
    return code, capsys.readouterr().out.splitlines()


def test_every_locked_package_is_asked_for_and_clean(osv: Osv, capsys: pytest.CaptureFixture[str]) -> None:
    code, said = audited(capsys, osv.url)
    assert (code, said) == (0, [f"clean ({len(EVERY)} of {len(EVERY)} packages checked)"])
    assert sorted(osv.asked) == sorted([*EVERY, ("jinja2", "2.4.1")])


def test_a_known_vulnerability_is_told(osv: Osv, capsys: pytest.CaptureFixture[str]) -> None:
    osv.vulnerable = {"aiohttp": ["GHSA-1"], LAST: ["PYSEC-2"]}
    osv.entries = {"GHSA-1": {"id": "GHSA-1", "summary": "A made-up\nfault."}}
    code, said = audited(capsys, osv.url)
    assert code == 1
    assert said[0] == f"VULNERABLE aiohttp {pins(EVERYTHING)['aiohttp']} (in the image): GHSA-1 A made-up fault."
    assert said[1].startswith(f"VULNERABLE {LAST} ")
    assert said[-1].startswith("VULNERABLE: 2 packages (")


def test_pages_are_read_to_the_end(osv: Osv, capsys: pytest.CaptureFixture[str]) -> None:
    osv.vulnerable, osv.paged = {"aiohttp": ["GHSA-1", "GHSA-2"]}, {"aiohttp"}
    _, said = audited(capsys, osv.url)
    assert [line.rsplit(" ", 1)[1] for line in said[:-1]] == ["GHSA-1", "GHSA-2"]


def test_what_was_withdrawn_does_not_count(osv: Osv, capsys: pytest.CaptureFixture[str]) -> None:
    osv.vulnerable = {"aiohttp": ["GHSA-1"]}
    osv.entries = {"GHSA-1": {"id": "GHSA-1", "withdrawn": "2026-02-01T00:00:00Z"}}
    assert audited(capsys, osv.url)[0] == 0


def test_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    with closing(create_server(("127.0.0.1", 0))) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    code, said = audited(capsys, url)
    assert code == 2
    assert {line.split()[1] for line in said[:-1]} == set(pins(EVERYTHING))
    assert said[-1] == f"UNKNOWN (0 of {len(EVERY)} packages checked)"


def test_a_part_that_is_not_answered_is_named(osv: Osv, capsys: pytest.CaptureFixture[str]) -> None:
    osv.status_for = FIRST
    code, said = audited(capsys, osv.url)
    unknown = {line.split()[1] for line in said if line.startswith("UNKNOWN ") and "503" in line}
    assert code == 2
    assert unknown == {name for name, _ in EVERY[: audit.BATCH]}
    assert said[-1].startswith("UNKNOWN (")


def test_a_vulnerability_is_not_hidden_by_what_is_unknown(osv: Osv, capsys: pytest.CaptureFixture[str]) -> None:
    osv.status_for, osv.vulnerable = FIRST, {LAST: ["GHSA-1"]}
    code, said = audited(capsys, osv.url)
    assert code == 1
    assert any(line.startswith(f"UNKNOWN {FIRST} ") for line in said)


@pytest.mark.parametrize(
    "change",
    [
        lambda results: {"results": results[:-1]},
        lambda results: {"results": [*results, {}]},
        lambda results: {"results": {}},
        lambda results: [],
        lambda results: b"<html>",
        lambda results: b"",
    ],
)
def test_an_answer_that_is_not_whole_is_none(
    osv: Osv, capsys: pytest.CaptureFixture[str], change: Answer, tmp_path: Path
) -> None:
    osv.change = change
    lock = tmp_path / "small.lock"
    lock.write_text(f"a==1 \\\n    --hash=sha256:{'0' * 64}\nb==2 \\\n    --hash=sha256:{'1' * 64}\n", encoding="utf-8")
    code, said = audited(capsys, osv.url, "--lock", str(lock))
    assert code == 2
    assert [line.split()[1] for line in said[:-1]] == ["a", "b"]


@pytest.mark.parametrize("broken", [None, [], {"vulns": {}}, {"vulns": [{}]}, {"vulns": [{"id": 3}]}])
def test_one_result_that_is_not_of_its_kind(
    osv: Osv, capsys: pytest.CaptureFixture[str], broken: Any, tmp_path: Path
) -> None:
    osv.change = lambda results: {"results": [broken, *results[1:]]}
    lock = tmp_path / "small.lock"
    lock.write_text(f"a==1 \\\n    --hash=sha256:{'0' * 64}\nb==2 \\\n    --hash=sha256:{'1' * 64}\n", encoding="utf-8")
    code, said = audited(capsys, osv.url, "--lock", str(lock))
    assert (code, [line.split()[1] for line in said[:-1]]) == (2, ["a"])
    assert said[-1] == "UNKNOWN (1 of 2 packages checked)"


def test_a_service_that_knows_nothing_is_not_believed(
    osv: Osv, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Osv, "result", lambda self, query: {})
    code, said = audited(capsys, osv.url)
    assert code == 2
    assert "knows no vulnerability" in said[0]
