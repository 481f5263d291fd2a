"""Our errors as HTTP answers."""

from __future__ import annotations

from aiohttp import web

from gateway.errors import AuthenticationError, GatewayError
from gateway.server.words import error_body

REQUEST_ID_HEADER = "X-Request-Id"
NONCE_HEADER = "DPoP-Nonce"
CHALLENGE = web.RequestKey("challenge", str)
DPOP_NONCE = web.RequestKey("dpop_nonce", str)
"""For the next proof; goes out with whatever the answer is."""
REQUEST_ID = web.RequestKey("request_id", str)


def error_response(error: GatewayError, request_id: str, request: web.Request) -> web.Response:
    """An error in the shape of the path. `x-should-retry` keeps the SDKs from hammering where a retry cannot help."""
    headers = {REQUEST_ID_HEADER: request_id}
    # A challenge is answered below the SDK, which has nothing to gain from another try.
    if not error.retryable or isinstance(error, AuthenticationError):
        headers["x-should-retry"] = "false"
    if error.retry_after_seconds is not None:
        headers["Retry-After"] = str(error.retry_after_seconds)
    if error.status == 401:
        headers["WWW-Authenticate"] = request.get(CHALLENGE, "Bearer")
        headers["Access-Control-Expose-Headers"] = f"WWW-Authenticate, {NONCE_HEADER}"
    body = error_body(error, request)
    return web.Response(status=error.status, body=body, content_type="application/json", headers=headers)


async def add_nonce(request: web.Request, response: web.StreamResponse) -> None:
    """Give the client the nonce of its next proof, in the one header of that name."""
    if nonce := request.get(DPOP_NONCE):
        response.headers[NONCE_HEADER] = nonce
