"""Who calls: one bearer key."""

from __future__ import annotations

import hmac

from aiohttp import web

from gateway.errors import AuthenticationError
from gateway.settings import Settings


def authenticate(request: web.Request, settings: Settings) -> None:
    """Check the request's bearer key, in constant time.

    Raises:
        AuthenticationError: missing or wrong; one answer for both.
    """
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    expected = settings.key.get_secret_value() if settings.key else ""
    matches = hmac.compare_digest(given.strip().encode(errors="replace"), expected.encode())
    if scheme.lower() != "bearer" or not expected or not matches:
        raise AuthenticationError
