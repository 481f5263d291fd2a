"""Kill -9 under load: no stream whose end a client has seen lacks its events, and the chain holds."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from gateway.audit.export import Export, verify
from gateway.audit.opened import audit_keys
from gateway.record import record_of, rows_of
from gateway.stores.database import open_database
from gateway.stores.master import MasterKey
from gateway.stores.migrate import migrate
from gateway.stores.tables.audit import AuditStore, Filter
from tests.bench.processes import free_port
from tests.contract.conftest import postgres_url
from tests.contract.databases import new_postgres
from tests.fakes.provider import Provider, stream

__all__ = ["postgres_url"]
ROOT = Path(__file__).resolve().parents[2]
KEY, MASTER = "kc_test_a_sixteen_chars", b"k" * 32
CLIENTS, ENOUGH = 16, 60
ASKED = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Mine is 219-09-9999."}]}


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
async def test_no_stream_that_was_acknowledged_lacks_its_events(
    kind: str, tmp_path: Path, provider: Provider, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite:///{tmp_path / 'holdback.sqlite3'}"
    if kind == "postgresql":
        url = await new_postgres(request.getfixturevalue("postgres_url"))
    database = open_database(url)
    await migrate(database)
    provider.pieces = stream(["My SSN is ", "123-45-6789", ", you know."])
    seen = await _killed_under_load(tmp_path, url, provider.base_url)
    assert len(seen) >= ENOUGH
    store = AuditStore(database)
    kept = Counter([(row.request_id, row.kind) async for row in rows_of(store, Filter())])
    await database.close()
    for request_id in seen:  # one in the request, one in the answer
        assert kept[request_id, "redaction"] == 2, request_id
        assert kept[request_id, "request"] == 1
    if kind == "sqlite":
        found: Export = await record_of(tmp_path / "holdback.sqlite3")
        assert verify(found, mac_key=audit_keys(MasterKey(MASTER).derive).mac) == []


async def _killed_under_load(folder: Path, database_url: str, upstream: str) -> list[str]:
    """Ids of the requests whose end was seen by a client, of a gateway that was killed in the middle of others."""
    port = free_port()
    (folder / "master.key").write_text(base64.b64encode(MASTER).decode())
    (folder / "master.key").chmod(0o600)
    config = {
        "port": port,
        "upstream": {"base_url": upstream},
        "stores": {"data_dir": str(folder), "database_url": database_url},
        "keys": {"master_key_file": str(folder / "master.key")},
        "tier3": {"engine": "off"},
    }
    (folder / "holdback.yaml").write_text(json.dumps(config))
    command = [sys.executable, "-m", "gateway", "serve", "--config", str(folder / "holdback.yaml")]
    environment = {**os.environ, "HOLDBACK_KEY": KEY}
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    seen: list[str] = []
    enough = asyncio.Event()
    try:
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {KEY}"}) as http:
            await _until_ready(http, f"http://127.0.0.1:{port}/healthz", process)
            address = f"http://127.0.0.1:{port}/v1/chat/completions"
            clients = [asyncio.create_task(_ask(http, address, seen, enough)) for _ in range(CLIENTS)]
            await asyncio.wait_for(enough.wait(), 60)
            process.kill()
            await asyncio.gather(*clients)
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
    return seen


async def _until_ready(http: aiohttp.ClientSession, url: str, process: asyncio.subprocess.Process) -> None:
    for _ in range(600):
        assert process.returncode is None, "see the file `log`"
        try:
            async with http.get(url):
                return
        except aiohttp.ClientError:
            await asyncio.sleep(0.1)
    raise AssertionError("it did not start")


async def _ask(http: aiohttp.ClientSession, url: str, seen: list[str], enough: asyncio.Event) -> None:
    while True:
        try:
            async with http.post(url, json=ASKED) as response:
                text = await response.text()
                if "[DONE]" in text:
                    seen.append(response.headers["X-Request-Id"])
        except (aiohttp.ClientError, ConnectionError):
            return
        if len(seen) >= ENOUGH:
            enough.set()
