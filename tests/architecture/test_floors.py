"""Imports only run down, and pure rooms stay pure."""

from pathlib import Path

import pytest

from tests.architecture.floors import MAY_IMPORT, PURE, floor_violations, purity_violations, room_of
from tests.architecture.source import ROOT, plant


def test_imports_run_down() -> None:
    assert floor_violations(ROOT) == []


def test_pure_rooms_are_pure() -> None:
    assert purity_violations(ROOT) == []


def test_the_table_has_no_way_up() -> None:
    # Of any two rooms at most one may import the other.
    both = {(a, b) for a in MAY_IMPORT for b in MAY_IMPORT[a] if a != b and a in MAY_IMPORT[b]}
    assert both == set()
    assert PURE.issubset(MAY_IMPORT)
    assert {room for rooms in MAY_IMPORT.values() for room in rooms}.issubset(MAY_IMPORT)


@pytest.mark.parametrize(
    ("name", "room"),
    [
        ("gateway", "gateway"),
        ("gateway.__version__", "gateway"),
        ("gateway.wire.sse.Event", "gateway.wire"),
        ("gateway.wired", "gateway"),
        ("recognizers.us.ssn", "recognizers"),
        ("recognizersmore", ""),
    ],
)
def test_room_of(name: str, room: str) -> None:
    assert room_of(name) == room


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("recognizers/us/ssn.py", "import gateway"),
        ("recognizers/us/ssn.py", "from policies.policy import decide"),
        ("policies/loader.py", "from gateway import errors"),
        ("gateway/stream/session.py", "import recognizers.recognizer"),
        ("gateway/stream/session.py", "from gateway.vault import tokenizer"),
        ("gateway/stream/session.py", "from ..vault import tokenizer"),
        ("gateway/stream/__init__.py", "from ..server.app import make"),
        ("gateway/wire/sse.py", "from gateway.stream import events"),
        ("gateway/wire/sse.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import gateway.server"),
        ("gateway/inspection/inspector.py", "import gateway.observe.log"),
        ("gateway/vault/keys.py", "from gateway import settings"),
        ("gateway/kms/aws.py", "from gateway.observe import log"),
        ("gateway/services.py", "import gateway.server.app"),
        ("gateway/server/app.py", "import gateway.cli"),
        ("gateway/verify.py", "import gateway.server"),
        ("gateway/attic/box.py", ""),
        ("gateway/server/app.py", "def start():\n    import gateway.wire"),
        ("gateway/server/app.py", "class A:\n    def start(self):\n        from json import loads"),
        ("gateway/server/app.py", "import importlib\nimportlib.import_module('gateway' + '.cli')"),
        ("gateway/server/app.py", "cli = __import__('gateway.cli')"),
    ],
)
def test_a_planted_import_is_found(tmp_path: Path, file: str, text: str) -> None:
    plant(tmp_path, {file: text})
    [violation] = floor_violations(tmp_path)
    assert violation.startswith(file)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("gateway/wire/sse.py", "from gateway import __version__\nfrom gateway.errors import GatewayError"),
        ("gateway/wire/format.py", "from gateway.wire.sse import Event\nfrom . import sse"),
        ("gateway/stream/holdback.py", "import gateway.wire.sse, gateway.verdict"),
        (
            "gateway/inspection/inspector.py",
            "import recognizers, policies, gateway.vault.keys, gateway.stream.holdback",
        ),
        (
            "gateway/server/app.py",
            "import recognizers, gateway.services, gateway.observe, gateway.kms.cache, gateway.demo",
        ),
        ("gateway/kms/aws.py", "def connect():\n    import boto3"),
        ("gateway/wire/__init__.py", "from importlib import import_module\nimport_module('gateway.wire.x')"),
        ("gateway/commands/dev.py", "import gateway.server, gateway.verify"),
    ],
)
def test_an_allowed_import_passes(tmp_path: Path, file: str, text: str) -> None:
    plant(tmp_path, {file: text})
    assert floor_violations(tmp_path) == []


@pytest.mark.parametrize(
    "text",
    [
        "async def f(): ...",
        "def f():\n    return [x async for x in y]",
        "import asyncio",
        "import aiohttp.web",
        "from os import environ",
        "import os.path",
        "from time import monotonic",
        "def f():\n    import random",
        "import typing\nif typing.TYPE_CHECKING:\n    import logging",
        "from google import cloud",
        "import google.cloud.kms",
        "import boto3",
        "import datetime\nnow = datetime.datetime.now()",
        "from datetime import date\nclock = date.today",
        "from urllib import request",
    ],
)
@pytest.mark.parametrize("file", ["gateway/stream/state.py", "recognizers/us/ssn.py", "gateway/errors.py"])
def test_planted_impurity_is_found(tmp_path: Path, file: str, text: str) -> None:
    plant(tmp_path, {file: text})
    assert purity_violations(tmp_path)
    assert purity_violations(tmp_path)[0].startswith(file)


def test_rooms_that_do_io_may(tmp_path: Path) -> None:
    plant(tmp_path, {"gateway/server/app.py": "import os, asyncio, time\nasync def f(): await g()"})
    assert purity_violations(tmp_path) == []


def test_what_only_looks_impure_passes(tmp_path: Path) -> None:
    text = (
        "from urllib.parse import quote\nfrom datetime import date\nimport timeit\nday = date(1, 1, 1)\nx = clock.now"
    )
    plant(tmp_path, {"gateway/wire/sse.py": text})
    assert purity_violations(tmp_path) == []


def test_a_tree_without_modules_passes(tmp_path: Path) -> None:
    assert floor_violations(tmp_path) == purity_violations(tmp_path) == []
