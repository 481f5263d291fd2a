"""python -m tests.replicas [--streams 200] [--front own|nginx] [--serve | --small | --only NAME ...]

Starts PostgreSQL, Redis, a provider, two gateways and a proxy, prints where they listen, and runs the scenarios: one
line of JSON each. With `--serve` they are there until ^C, for you to try.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
import time
from contextlib import aclosing, suppress

import structlog

from tests.replicas.installation import Installation, running
from tests.replicas.nginx import is_there
from tests.replicas.programme import full, small


async def main(chosen: argparse.Namespace) -> None:
    """Until all is done; everything that was started has then ended."""
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with running(chosen.front) as one:
        _print("where", _places(one))
        if chosen.serve:
            await asyncio.Event().wait()
        started = time.monotonic()
        async with aclosing(
            small(one, chosen.streams) if chosen.small else full(one, chosen.streams, chosen.only)
        ) as steps:
            async for name, numbers in steps:
                _print(name, {**numbers, "took": round(time.monotonic() - started, 1)})
                started = time.monotonic()


def _places(one: Installation) -> dict[str, object]:
    replicas = [replica.url for replica in one.replicas]
    return {"url": one.url, "replicas": replicas, "keys": one.keys, "config": str(one.config)}


def _print(name: str, numbers: dict[str, object]) -> None:
    print(json.dumps({name: numbers}), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--streams", type=int, default=200)
    parser.add_argument("--front", choices=["own", "nginx"], default="own")
    parser.add_argument("--serve", action="store_true", help="start, and do nothing")
    parser.add_argument("--small", action="store_true", help="the form that runs in `make test`")
    parser.add_argument("--only", action="append", default=[], help="scenarios whose name begins so; more than once")
    arguments = parser.parse_args()
    if arguments.front == "nginx" and not is_there():
        sys.exit("nginx is not on PATH: apt install nginx-light")
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(main(arguments))
