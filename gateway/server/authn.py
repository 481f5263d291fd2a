"""Who calls: one key, as a bearer or, on Anthropic's paths, in `x-api-key`."""

from __future__ import annotations

import hmac

from aiohttp import web

from gateway.errors import AuthenticationError
from gateway.server.words import client_key
from gateway.settings import Settings


def authenticate(request: web.Request, settings: Settings) -> None:
    """Check the request's key, in constant time.

    Raises:
        AuthenticationError: missing or wrong; one answer for both.
    """
    expected = settings.key.get_secret_value() if settings.key else ""
    matches = hmac.compare_digest(client_key(request).encode(errors="replace"), expected.encode())
    if not expected or not matches:
        raise AuthenticationError
