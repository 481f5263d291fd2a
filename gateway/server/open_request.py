"""A request among those that are open: it is served while its tenant's key is there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web

from gateway.open_requests import OpenRequest
from gateway.server.caller import caller_of, grant_of
from gateway.services import Services

OPEN_REQUEST = web.RequestKey("open_request", OpenRequest)


@contextmanager
def entered(request: web.Request, services: Services) -> Iterator[None]:
    """Around all that is done for a request of the data plane, from its caller on.

    Raises:
        TenantSealed, KeyRevoked, RevocationsUnknown: it is not served, or not any more.
    """
    caller = caller_of(request)
    services.control.check_open(caller.tenant)
    grant = grant_of(request)
    with services.open_requests.enter(caller.tenant, grant.record.id if grant else "") as entry:
        request[OPEN_REQUEST] = entry
        yield
