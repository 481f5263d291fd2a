"""Errors in Anthropic's shape: `{"type": "error", "error": {"type", "message"}}` (API reference, 'Errors').

`code` and `param` are ours, as in OpenAI's shape: what scripts go by.
"""

from __future__ import annotations

import json
import re

from gateway.errors import GatewayError

_PATH = re.compile(r"/v1/(?:ai/[^/]+/)?messages(?:/|$)")
_PATH_OF_BOTH = re.compile(r"/v1/(?:ai/[^/]+/)?models(?:/|$)")

_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    503: "overloaded_error",
    504: "timeout_error",
    529: "overloaded_error",
}


def error_body(error: GatewayError) -> bytes:
    """The body of an error response, and the data of an error event."""
    kind = _TYPES.get(error.status) or ("invalid_request_error" if error.status < 500 else "api_error")
    fields = {"type": kind, "message": error.message, "code": error.code, "param": error.param}
    return json.dumps({"type": "error", "error": fields}, separators=(",", ":")).encode()


def speaks_anthropic(path: str, *, has_version: bool) -> bool:
    """Whether a request is one of Anthropic's API: by its path, or by its version header where a path is both's."""
    return _PATH.match(path) is not None or (has_version and _PATH_OF_BOTH.match(path) is not None)
