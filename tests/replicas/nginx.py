"""nginx in front of replicas, with the configuration that the docs ask for."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests import servers
from tests.bench.processes import free_port

CONFIG = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  upstream replicas {{
    least_conn;
    {servers}
  }}
  server {{
    listen 127.0.0.1:{port};
    client_max_body_size 20m;
    location / {{
      proxy_pass http://replicas;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_buffering off;
      proxy_read_timeout 600s;
      proxy_connect_timeout 2s;
      proxy_next_upstream error timeout http_503 non_idempotent;
      add_header X-Replica $upstream_addr always;
    }}
  }}
}}
"""


def is_there() -> bool:
    """Whether nginx is on PATH."""
    return shutil.which("nginx") is not None


@asynccontextmanager
async def serve_nginx(addresses: Sequence[str], folder: Path) -> AsyncIterator[str]:
    """nginx in front of these addresses (`host:port`); its URL."""
    port = free_port()
    process = _started(addresses, folder, port)
    try:
        await _listening(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _started(addresses: Sequence[str], folder: Path, port: int) -> subprocess.Popen[bytes]:
    folder.mkdir(exist_ok=True)
    # `max_fails=0`: a store that is away makes all replicas say 503, and the client shall get that, not nginx's page.
    listed = "\n    ".join(f"server {address} max_fails=0;" for address in addresses)
    file = folder / "nginx.conf"
    file.write_text(CONFIG.format(folder=folder, servers=listed, port=port), encoding="utf-8")
    command = servers.with_parent("nginx", "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(file))
    return subprocess.Popen(command, start_new_session=True)


async def _listening(url: str, process: subprocess.Popen[bytes]) -> None:
    async with aiohttp.ClientSession() as http:
        for _ in range(400):
            if process.poll() is not None:
                break
            try:
                async with http.get(f"{url}/healthz"):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)
    raise RuntimeError("nginx did not start")
