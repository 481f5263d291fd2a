"""Routes and middleware. Every wire format that `gateway.wire` holds has its endpoint here, found by folder walk."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from gateway.errors import AuthenticationError, GatewayError, MethodNotAllowed, RequestTooLarge, UnknownEndpoint
from gateway.errors.access import UseNonce
from gateway.errors.serving import Stopping
from gateway.observe.log import bound, describe, logger
from gateway.server.admin.door import PREFIX, add_admin_routes
from gateway.server.authn import authenticate
from gateway.server.doors import add_doors
from gateway.server.errors import REQUEST_ID, REQUEST_ID_HEADER, add_nonce, error_response
from gateway.server.measuring import OPEN_PATHS, STARTED
from gateway.server.openapi import described
from gateway.server.recording import RECORDER, FailedLogins, note_refusal
from gateway.server.session_door import PATH as SESSION_PATH
from gateway.server.session_door import add_session_door
from gateway.server.spending import add_limits
from gateway.server.tls import add_hsts
from gateway.server.tracing import note_status, traced
from gateway.server.vaults import VaultDoor
from gateway.services import Services
from gateway.token_keys import LOCAL_TENANT

FAILED_LOGINS = web.AppKey("failed_logins", FailedLogins)
SERVICES = web.AppKey("services", Services)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_FOREIGN: dict[int, type[GatewayError]] = {404: UnknownEndpoint, 405: MethodNotAllowed, 413: RequestTooLarge}


def make_app(services: Services) -> web.Application:
    """The application, ready to serve."""
    limits = services.settings.limits
    app = web.Application(client_max_size=limits.request_bytes, middlewares=[_answer])
    app[SERVICES] = services
    app[FAILED_LOGINS] = FailedLogins(services.audit)
    app.on_cleanup.append(lambda app: app[FAILED_LOGINS].close())
    app.on_response_prepare.append(add_nonce)
    add_hsts(app, services.settings.tls)
    app.on_response_prepare.append(add_limits)
    add_doors(app, services)
    VaultDoor(services).add_to(app)
    add_admin_routes(app, services)
    add_session_door(app, services)
    app.router.add_get("/healthz", _healthy)
    app.router.add_get("/readyz", _ready)
    app.router.add_get("/metrics", _metrics)
    app.router.add_get("/openapi.json", described)
    return app


@web.middleware
async def _answer(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Around every request: its id, its trace, who calls, our errors, one log line."""
    request_id = f"req_{secrets.token_hex(12)}"
    request[REQUEST_ID] = request_id
    services = request.app[SERVICES]
    started = request[STARTED] = time.perf_counter()
    request[RECORDER] = services.audit.recorder(tenant=LOCAL_TENANT, request_id=request_id, ip=request.remote or "")
    with traced(services, request, request_id) as trace, bound(request_id=request_id, trace_id=trace.trace_id):
        failure: GatewayError | None = None
        try:
            response = await _guarded(request, handler, services)
        except GatewayError as error:
            failure = error
            response = await _refused(request, error, services)
        note_status(trace, response.status, failure)
        resource = request.match_info.route.resource
        endpoint = resource.canonical if resource is not None else "unknown"
        services.metrics.requests.labels(endpoint, str(response.status)).inc()
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        logger().info("request", endpoint=endpoint, status=response.status, milliseconds=milliseconds)
    if not response.prepared:
        response.headers[REQUEST_ID_HEADER] = request_id
    return response


async def _refused(request: web.Request, error: GatewayError, services: Services) -> web.StreamResponse:
    await note_refusal(request[RECORDER], error)
    # A challenge for a nonce is how every client begins, not a failure.
    if isinstance(error, AuthenticationError) and not isinstance(error, UseNonce):
        request.app[FAILED_LOGINS].note(error.code)
    services.metrics.failed(error)
    logger().info("refused", code=error.code, param=error.param, **_cause(error))
    return error_response(error, request[REQUEST_ID], request)


async def _guarded(request: web.Request, handler: _Handler, services: Services) -> web.StreamResponse:
    failure: GatewayError
    try:
        if request.path in OPEN_PATHS:
            return await handler(request)
        if not request.path.startswith((PREFIX, SESSION_PATH)):  # these have doors of their own
            await authenticate(request, services)
        with services.admission.enter():
            return await handler(request)
    except web.HTTPException as error:
        failure = _FOREIGN.get(error.status, GatewayError)()
    except GatewayError:
        raise
    except Exception as error:  # noqa: BLE001 - fail closed; the text of a foreign exception goes nowhere
        logger().error("failed", **describe(error))
        failure = GatewayError()
    raise failure


def _cause(error: GatewayError) -> dict[str, object]:
    return {} if error.status < 500 else describe(error)


async def _healthy(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


async def _ready(request: web.Request) -> web.Response:
    """Whether what a request needs is there.

    Raises:
        Stopping: the process is going to stop.
        StoreUnavailable: a store is not.
    """
    if request.app[SERVICES].admission.is_announced:
        raise Stopping
    await request.app[SERVICES].stores.check()
    return web.json_response({"status": "ok"})


async def _metrics(request: web.Request) -> web.Response:
    return web.Response(
        body=request.app[SERVICES].metrics.render(), headers={"Content-Type": "text/plain; version=0.0.4"}
    )
