"""Lets plain code wait: the machine of a stream is sans I/O and calls its scanner like a function, and the scanner has
to wait for a model now and then. The code runs in a greenlet; where it waits, the coroutine that started it awaits.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar, cast

from greenlet import getcurrent, greenlet

_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Bridge(greenlet):  # type: ignore[misc]
    """A greenlet that `bridged` has started."""


async def bridged(work: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
    """Run plain code that may call `wait_for`; its answer."""
    here = getcurrent()
    bridge = _Bridge(work, here)
    bridge.gr_context = here.gr_context
    value: Any = bridge.switch(*args, **kwargs)
    while not bridge.dead:
        try:
            result = await value
        except BaseException:  # noqa: BLE001 - passed on to the code that waits, cancellation too
            value = bridge.throw(*sys.exc_info())
        else:
            value = bridge.switch(result)
    return cast(_T, value)


def wait_for(awaitable: Awaitable[_T], loop: asyncio.AbstractEventLoop) -> _T:
    """Wait in plain code: in a greenlet of `bridged`, or in a thread that is not the loop's.

    Raises:
        RuntimeError: neither; waiting would stop the loop.
    """
    current = getcurrent()
    if isinstance(current, _Bridge):
        return cast(_T, current.parent.switch(awaitable))
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run_coroutine_threadsafe(_awaited(awaitable), loop).result()
    if asyncio.iscoroutine(awaitable):
        awaitable.close()
    raise RuntimeError("waits in the event loop")


async def _awaited(awaitable: Awaitable[_T]) -> _T:
    return await awaitable
