"""Imports each named module as the first of ours, in a child of its own, and prints which cannot be.

Run as a script: `python -I importing.py ROOT`, the names on standard input. What is not ours is imported once before,
so that a child costs what our own modules cost.
"""

import contextlib
import importlib
import os
import sys
import tempfile
import warnings

THEIRS = """
    aiohttp aiohttp.web alembic asyncpg click cryptography.hazmat.primitives.kdf.hkdf joserfc.jwt numpy orjson
    phonenumbers prometheus_client pydantic re2 redis.asyncio rich.table sqlalchemy.ext.asyncio stdnum structlog
    uvloop yaml
"""


def main() -> None:
    """One line for each module that fails: its name, a tab, why."""
    for name in THEIRS.split():
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    sys.path.insert(0, sys.argv[1])
    for name in sys.stdin.read().split():
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            os.write(writer, _reason(name).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as file:
            reason = file.read().decode(errors="replace")
        os.waitpid(child, 0)
        if reason != "ok":
            print(f"{name}\t{reason or 'it ended the interpreter'}", flush=True)


def _reason(name: str) -> str:
    warnings.simplefilter("error")
    with tempfile.TemporaryFile() as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
        try:
            importlib.import_module(name)
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the answer
            return f"{type(error).__name__}: {error}"
        sys.stdout.flush()
        return "it prints" if os.fstat(said.fileno()).st_size else "ok"


main()
