"""`holdback migrate`, and the schema check at start."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import aiohttp
import pytest

from gateway.errors.stores import StoreUnavailable
from gateway.stores.database import Database
from gateway.stores.migrate import head

CONFIG = """
port: 0
upstream: {{base_url: "http://127.0.0.1:9/v1"}}
stores: {{database_url: "sqlite:///{file}"}}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "holdback.yaml"
    path.write_text(CONFIG.format(file=tmp_path / "own.sqlite3"), encoding="utf-8")
    return path


def holdback(command: str, config: Path) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "gateway", command, "--config", str(config)]
    environment = {"HOLDBACK_KEY": "kc_test_a_functional", "PATH": ""}
    return subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_an_empty_database_is_refused_until_it_is_migrated(config: Path, tmp_path: Path) -> None:
    refused = holdback("serve", config)
    assert refused.returncode == 78
    assert "holdback migrate" in refused.stderr
    first, second = holdback("migrate", config), holdback("migrate", config)
    assert (first.returncode, first.stdout) == (0, f"empty -> {head()}\n")
    assert (second.returncode, second.stdout) == (0, f"{head()}: nothing to do\n")
    with sqlite3.connect(tmp_path / "own.sqlite3") as database:
        database.execute("UPDATE alembic_version SET version_num = '9_01_later'")
    for command in ("serve", "migrate"):
        refused = holdback(command, config)
        assert refused.returncode == 78
        assert "schema 9" in refused.stderr


def test_a_server_that_is_away_is_no_mistake_in_the_configuration(config: Path) -> None:
    config.write_text(config.read_text().replace("sqlite:///", "postgresql://u@127.0.0.1:1/"), encoding="utf-8")
    refused = holdback("migrate", config)
    assert refused.returncode == 69
    assert "Traceback" not in refused.stderr


async def test_readiness_asks_the_stores(
    gateway_url: str, http: aiohttp.ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(_self: Database) -> None:
        raise StoreUnavailable

    async with http.get(f"{gateway_url}/readyz") as answer:
        assert answer.status == 200
    monkeypatch.setattr(Database, "check", gone)
    for path, status in (("readyz", 503), ("healthz", 200)):
        async with http.get(f"{gateway_url}/{path}") as answer:
            assert answer.status == status
