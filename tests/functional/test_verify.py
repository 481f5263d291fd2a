"""`holdback verify` against real gateways: sound, with one planted defect each, and out of reach."""

from __future__ import annotations

import io
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from gateway.verify.planted import planted
from gateway.verify.run import Target, run
from recognizers.catalogue import catalogue
from tests.architecture.source import ROOT
from tests.fakes.defective_gateway import DEFECTS, ENTITIES, MISSING, NONE, UNSCANNED
from tests.fakes.gateway import KEY


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serve(defect: str, upstream: str) -> Iterator[str]:
    """A gateway with this defect in a process of its own; its base URL."""
    port = free_port()
    command = [sys.executable, "-m", "tests.fakes.defective_gateway", defect, str(port), upstream]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            assert process.poll() is None, "the gateway did not start"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                    break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def verify(
    base_url: str, listen: str, file: Path, *, allowed: frozenset[str] = frozenset()
) -> tuple[int, dict[str, Any], str]:
    """The exit code, the result and what was shown."""
    shown = io.StringIO()
    code = run(
        Target(base_url, KEY, listen),
        catalogue().values(),
        lambda entity, _direction, _score: entity in allowed,
        quick=True,
        entities=ENTITIES,
        json_file=file,
        console=Console(file=shown, width=200),
    )
    return code, json.loads(file.read_text()), shown.getvalue()


def cannot_run(base_url: str, key: str, listen: str) -> int:
    return run(Target(base_url, key, listen), catalogue().values(), lambda *_: False, quick=True, entities=ENTITIES)


def test_a_sound_gateway_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listen = f"127.0.0.1:{free_port()}"
    with serve(NONE, f"http://{listen}/v1") as base_url:
        code, result, shown = verify(base_url, listen, tmp_path / "result.json")
        assert (code, result["leaked"], result["lost"], result["altered"]) == (0, 0, 0, [])
        assert {row["where"] for row in result["fields"]} == {
            *("plain", "content", "fields", "bodies", "bytes", "requests", "failures", "clean text")
        }
        assert result["tried"] > 500
        assert "0 leaked; 0 lost; clean text identical" in shown

        assert cannot_run(base_url, "wrong", listen) == 2
        assert "refuses the key" in capsys.readouterr().err

        elsewhere = f"127.0.0.1:{free_port()}"
        assert cannot_run(base_url, KEY, elsewhere) == 2
        port = base_url.rpartition(":")[2]
        assert f"holdback dev --port {port} --key KEY --upstream http://{elsewhere}/v1" in capsys.readouterr().err


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_planted_defect_is_found(defect: str, tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    with serve(defect, f"http://{listen}/v1") as base_url:
        code, result, shown = verify(base_url, listen, tmp_path / "result.json")
        assert code == 1
        assert result["leaked"] > 0
        assert " leaked" in shown
        if defect == "a_field_not_scanned":
            assert {leak["field"] for leak in result["leaks"]} == {UNSCANNED}
        if defect == "a_recognizer_off":
            allowed = frozenset({MISSING})
            code, result, shown = verify(base_url, listen, tmp_path / "result.json", allowed=allowed)
            assert (code, result["leaked"]) == (0, 0)
            assert {(one["entity"], one["allowed"]) for one in result["not_covered"]} == {(MISSING, True)}
            assert f"let through by the policy: {MISSING}" in shown


def test_no_gateway(capsys: pytest.CaptureFixture[str]) -> None:
    assert cannot_run(f"http://127.0.0.1:{free_port()}", KEY, f"127.0.0.1:{free_port()}") == 2
    assert "cannot be reached" in capsys.readouterr().err


def test_the_address_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert cannot_run("http://127.0.0.1:1", KEY, f"127.0.0.1:{taken.getsockname()[1]}") == 2
    assert "is taken by another process" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("it is 536-22-8726.", True),
        ("it is 536228726", True),
        ("5 3 6 2 2", True),
        ("２２-８７２", True),
        ("\\u0035\\u0033\\u0036-22", True),
        ("5362", False),
        ("it is [US_SSN].", False),
    ],
)
def test_what_counts_as_a_leak(text: str, *, leaks: bool) -> None:
    [example] = [one for one in planted(catalogue()["US_SSN"]) if one.values == ["536-22-8726"]]
    assert example.leaks([text]) is leaks
