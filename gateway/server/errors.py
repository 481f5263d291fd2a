"""Our errors as HTTP answers."""

from __future__ import annotations

from aiohttp import web

from gateway.errors import GatewayError
from gateway.server.words import error_body

REQUEST_ID_HEADER = "X-Request-Id"
REQUEST_ID = web.RequestKey("request_id", str)


def error_response(error: GatewayError, request_id: str, request: web.Request) -> web.Response:
    """An error in the shape of the path. `x-should-retry` keeps the SDKs from hammering where a retry cannot help."""
    headers = {REQUEST_ID_HEADER: request_id}
    if not error.retryable:
        headers["x-should-retry"] = "false"
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    body = error_body(error, request)
    return web.Response(status=error.status, body=body, content_type="application/json", headers=headers)
