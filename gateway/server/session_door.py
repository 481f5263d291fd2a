"""`POST /agent/v1/session`: a short-lived session key, for a proof and what it is asked with: a bound capability key in
`Authorization: DPoP`, or the refresh credential in the body.

With a key it is a protected resource of RFC 9449, section 7; with a refresh credential a token endpoint of section 5,
whose refusals of a proof are 400.
"""

from __future__ import annotations

from aiohttp import web

from gateway.access.opened import Access
from gateway.access.sessions import Session
from gateway.auth.dpop import ProofRequest
from gateway.auth.refresh import read_refresh
from gateway.errors import AuthenticationError, GatewayError
from gateway.errors.access import InvalidProof, InvalidToken, ProofsNotSetUp, RefreshRefused, ScopeDenied, UseNonce
from gateway.server.admin.door import read_in_time
from gateway.server.admin.route import Answer, Body
from gateway.server.authn import credential_of, note_client, refuse
from gateway.server.caller import CLIENT_IP
from gateway.server.errors import DPOP_NONCE
from gateway.services import Services

PATH = "/agent/v1/session"


class SessionRequest(Body):
    """The refresh credential; none where a capability key comes in `Authorization`."""

    grant_type: str = "refresh_token"
    refresh_token: str = ""


class SessionAnswer(Answer):
    """A session key, for `Authorization: DPoP`, and the next refresh credential."""

    access_token: str
    token_type: str = "DPoP"  # noqa: S105 - its kind
    expires_in: int
    refresh_token: str


def add_session_door(app: web.Application, services: Services) -> None:
    """Put the route into the application."""
    app.router.add_post(PATH, _Door(services).handle)


class _Door:
    def __init__(self, services: Services) -> None:
        self._services = services
        self._access: Access = services.access

    async def handle(self, request: web.Request) -> web.Response:
        note_client(request, self._access)
        if not self._access.has_origins:
            raise ProofsNotSetUp
        failure: GatewayError
        try:
            session = await self._session(request)
            answer = SessionAnswer(access_token=session.key, expires_in=session.seconds, refresh_token=session.refresh)
            return web.json_response(answer.model_dump(), headers={"Cache-Control": "no-store"})
        except AuthenticationError as error:
            failure = error
        if "Authorization" not in request.headers and isinstance(failure, InvalidProof | InvalidToken | UseNonce):
            failure.status = 400
        await refuse(request, self._access, failure, "dpop")
        raise failure

    async def _session(self, request: web.Request) -> Session:
        body = await read_in_time(request, SessionRequest, self._services.settings.limits.body_read_seconds)
        if "Authorization" in request.headers:
            return await self._by_key(request)
        presented = read_refresh(body.refresh_token[:200])
        login = await self._access.sessions.known(presented) if presented is not None else None
        if presented is None or login is None:
            raise RefreshRefused
        proofs = tuple(request.headers.getall("DPoP", []))
        now = self._access.now().timestamp()
        # Which key it must be by is for the refresh to say: an old credential is theft, whoever proves what.
        asked = ProofRequest(request.method, request.path, "", "", proofs, now)
        proof = await self._access.proofs.check(asked)
        self._nonce(request, "" if proof.nonce_is_fresh else await self._access.proofs.nonce())
        self._access.book.check_tenant(login.tenant_id)
        return await self._access.sessions.refresh(presented, login, proof.thumbprint)

    async def _by_key(self, request: web.Request) -> Session:
        credential, _ = credential_of(request)
        if credential is None:
            raise AuthenticationError
        admitted = await self._access.holder(credential, self._access.now())
        self._nonce(request, admitted.nonce)
        grant = admitted.grant
        if not grant.agent.is_open:
            raise ScopeDenied(param="agent")
        if not grant.addresses.permits(request[CLIENT_IP]):
            raise ScopeDenied(param="tenant_addresses")
        root = await self._access.stores.capabilities.get(grant.record.tenant, grant.record.id)
        return await self._access.sessions.open(root)

    @staticmethod
    def _nonce(request: web.Request, nonce: str) -> None:
        if nonce:
            request[DPOP_NONCE] = nonce
