"""What is measured of a request, for whoever comes to it later."""

from __future__ import annotations

from aiohttp import web

STARTED = web.RequestKey("started", float)
"""When it came, on the clock of `time.perf_counter`."""
