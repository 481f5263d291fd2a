"""Does one change to a tenant's keys, and kills itself (SIGKILL) before the step that it is told."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable

from gateway.tenant_keys.lifecycle import KeyLifecycle
from tests.fakes.replicas import choice, replica


def killer(wanted: str) -> Callable[[str], None]:
    def step(name: str) -> None:
        if name == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

    return step


async def main(url: str, tenant: str, what: str, step: str) -> None:
    async with replica(url) as one:
        lifecycle = KeyLifecycle(one.keys.keyring, killer(step))
        if what == "onboard":
            await lifecycle.onboard(tenant, choice("new"))
        elif what == "rotate":
            await lifecycle.rotate(tenant)
        elif what == "revoke":
            await lifecycle.revoke(tenant, 1)
        elif what == "reseal":
            while await one.keys.records.reseal(tenant, killer(step)):
                pass


def run(url: str, tenant: str, what: str, step: str) -> None:
    """In a process of its own."""
    asyncio.run(main(url, tenant, what, step))
