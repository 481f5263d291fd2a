"""What is measured of a request, for whoever comes to it later."""

from __future__ import annotations

from aiohttp import web

OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})
"""What machines ask for every few seconds: without a key, and in no trace."""
STARTED = web.RequestKey("started", float)
"""When it came, on the clock of `time.perf_counter`."""
