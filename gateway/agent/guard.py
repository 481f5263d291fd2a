"""Whom the agent serves: programs of this machine that know its secret, and no web page.

A page in a browser can reach 127.0.0.1. It cannot leave out `Origin` where it asks for what it may read, and a name
that it pointed here (DNS rebinding) stands in `Host`; both are refused before the secret is looked at.
"""

from __future__ import annotations

import hmac
import re

from aiohttp import web

from gateway.errors.client import ForeignHost, ForeignOrigin, WrongLocalSecret

# Loopback by name or address, with any port: a forwarded one is still this machine's.
_HOST = re.compile(r"(?:127\.0\.0\.1|localhost|\[::1\])(?::[0-9]{1,5})?", re.IGNORECASE)
KEY_HEADERS = ("x-api-key", "api-key")


def check(request: web.Request, secret: str) -> None:
    """Whether a request may be signed.

    Raises:
        ForeignHost, ForeignOrigin, WrongLocalSecret: it may not.
    """
    hosts = request.headers.getall("Host", [])
    if len(hosts) != 1 or not _HOST.fullmatch(hosts[0]) or not request.raw_path.startswith("/"):
        raise ForeignHost
    if "Origin" in request.headers:
        raise ForeignOrigin
    given = [request.headers.get(name, "") for name in KEY_HEADERS]
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        given.append(token.strip())
    matches = [hmac.compare_digest(one.encode(errors="replace"), secret.encode()) for one in given]
    if not secret or not any(matches):
        raise WrongLocalSecret
