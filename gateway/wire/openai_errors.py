"""Errors in OpenAI's shape: `{"error": {"message", "type", "code", "param"}}` (API reference, 'Errors')."""

from __future__ import annotations

import json

from gateway.errors import GatewayError

_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def error_body(error: GatewayError) -> bytes:
    """The body of an error response, and the data of an error event."""
    kind = _TYPES.get(error.status) or ("invalid_request_error" if error.status < 500 else "api_error")
    fields = {"message": error.message, "type": kind, "code": error.code, "param": error.param}
    return json.dumps({"error": fields}, separators=(",", ":")).encode()
