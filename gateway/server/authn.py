"""Who calls: with a capability key, bound or not, or with the one key of the configuration.

A key comes in `Authorization`, as Bearer or DPoP, or where clients of a provider put theirs: `x-api-key` on Anthropic's
paths, `api-key` on the others. In a query it is refused, whatever else comes with it: queries end up in logs.
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from functools import partial
from urllib.parse import unquote_plus

from aiohttp import web

from gateway.access.opened import Access, Credential
from gateway.access.signing import NOT_SIGNED, Signed
from gateway.auth.addresses import client_ip
from gateway.auth.capability import read
from gateway.auth.dpop import challenge
from gateway.auth.grant import Use
from gateway.auth.signing import HEADERS, read_signature
from gateway.errors import AuthenticationError, GatewayError
from gateway.errors.access import InvalidProof, InvalidToken, UseNonce
from gateway.server.caller import CALLER, CLIENT_IP, GRANT, caller_by, caller_of
from gateway.server.errors import CHALLENGE, DPOP_NONCE, REQUEST_ID
from gateway.server.proxy import read_request
from gateway.server.recording import RECORDER
from gateway.server.words import speaks_anthropic
from gateway.services import Services

BEARER, DPOP, HEADER = "bearer", "dpop", "header"
AGENT_PREFIX = "/v1/ai/{agent}"


async def authenticate(request: web.Request, services: Services) -> None:
    """Check the request's key, and note who calls.

    Raises:
        AuthenticationError: missing or wrong; one answer for both. Others of that family say what a proof lacks.
        GatewayError: the key is good, and not for this, or not now.
    """
    access = services.access
    note_client(request, access)
    scheme = ""
    failure: GatewayError
    try:
        credential, (scheme, text) = credential_of(request)
        if credential is not None:
            if credential.signed.signature is not None:
                body = partial(read_request, request, services)
                credential = replace(credential, signed=replace(credential.signed, read=body))
            await _admit(request, access, credential)
        elif scheme == DPOP or not _is_configured(text, services):
            raise AuthenticationError
        _note(request, services)
        return
    except AuthenticationError as error:
        failure = error
    await refuse(request, access, failure, scheme)
    raise failure


def note_client(request: web.Request, access: Access) -> None:
    """Note where a request comes from."""
    forwarded = request.headers.getall("X-Forwarded-For", [])
    request[CLIENT_IP] = client_ip(request.remote or "", forwarded, access.trusted)


def credential_of(request: web.Request) -> tuple[Credential | None, tuple[str, str]]:
    """The capability key of a request, None where there is none; and what came as a key, with how it came.

    Raises:
        AuthenticationError: it came where it must not.
    """
    scheme, text = _presented(request)
    key = read(text)
    if key is None:
        return None, (scheme, text)
    path = request.raw_path if request.raw_path.startswith("/") else request.rel_url.raw_path
    proofs = tuple(request.headers.getall("DPoP", []))
    signature = read_signature([request.headers.getall(name, []) for name in HEADERS])
    signed = Signed(signature, path, request.read) if signature is not None else NOT_SIGNED
    credential = Credential(key, text, scheme == DPOP, proofs, request.method, path.partition("?")[0], signed)
    return credential, (scheme, text)


async def refuse(request: web.Request, access: Access, failure: GatewayError, scheme: str) -> None:
    """Note what the answer to a refused request says: the challenge, and a nonce where one is missing."""
    request[CHALLENGE] = _challenge(failure, scheme, access)
    if isinstance(failure, UseNonce):
        request[DPOP_NONCE] = await access.proofs.nonce()


async def _admit(request: web.Request, access: Access, credential: Credential) -> None:
    at = access.now()
    resource = request.match_info.route.resource
    if resource is None:  # there is no such place: a key is not used up by that, nor is its scope asked
        admitted = await access.holder(credential, at)
    else:
        endpoint = resource.canonical.replace(AGENT_PREFIX, "/v1", 1).removesuffix("/{model}")
        use = Use(endpoint, request.match_info.get("agent"), request[CLIENT_IP], at)
        admitted = await access.admit(credential, use)
    request[GRANT] = admitted.grant
    request[CALLER] = caller_by(admitted.grant)
    if admitted.nonce:
        request[DPOP_NONCE] = admitted.nonce


def _note(request: web.Request, services: Services) -> None:
    """From here on, what happens is on record as this caller's."""
    caller = caller_of(request)
    request[RECORDER] = services.audit.recorder(
        tenant=caller.tenant, request_id=request[REQUEST_ID], user=caller.user, ip=request[CLIENT_IP]
    )


def _presented(request: web.Request) -> tuple[str, str]:
    """How a key came, and the key; both empty where there is none.

    Raises:
        AuthenticationError: it came where it must not.
    """
    if "kc_" in request.query_string:
        for part in request.query_string.replace(";", "&").split("&"):
            if read(unquote_plus(part.partition("=")[2])) is not None:
                raise AuthenticationError
    given = request.headers.getall("Authorization", [])
    if len(given) > 1:
        raise AuthenticationError
    if given:
        scheme, _, text = given[0].partition(" ")
        scheme = scheme.lower()
        return (scheme, text.strip()) if scheme in (BEARER, DPOP) else ("", "")
    name = "x-api-key" if speaks_anthropic(request) else "api-key"
    text = request.headers.get(name, "").strip()
    return (HEADER, text) if text else ("", "")


def _is_configured(text: str, services: Services) -> bool:
    key = services.settings.key
    expected = key.get_secret_value() if key is not None else ""
    return hmac.compare_digest(text.encode(errors="replace"), expected.encode()) and bool(expected)


def _challenge(error: GatewayError, scheme: str, access: Access) -> str:
    """The value of `WWW-Authenticate`: RFC 9449, section 7.1, and RFC 6750, section 3. No error code where there were
    no credentials."""
    if isinstance(error, InvalidProof | InvalidToken | UseNonce):
        return challenge(error, access.proofs.algorithms)
    invalid = f'error="invalid_token", error_description="{error.public}"'
    if scheme == DPOP:
        return f"DPoP {invalid}, {challenge(None, access.proofs.algorithms).removeprefix('DPoP ')}"
    if scheme:
        return f"Bearer {invalid}"
    return challenge(None, access.proofs.algorithms) if access.has_origins else "Bearer"
