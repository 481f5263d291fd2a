"""Who calls the control plane: one with a token of ours, or of an issuer that the operator approved."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field

from joserfc.jwk import KeySet

from gateway.auth.admin_tokens import AUDIENCE, Claims, Pinned, check, check_ours, key_set, peek
from gateway.egress import Egress
from gateway.errors.admin import AdminUnauthenticated
from gateway.errors.stores import NotFound
from gateway.stores.tables.admins import LOCAL, Admin, AdminStore, Issuer

KEYS_SECONDS = 600
"""How long a key set is used before it is fetched again."""
REFETCH_SECONDS = 60
"""How often at most a key set is fetched, whatever key ids strangers name."""
ISSUERS_MAX = 1000
DOCUMENT_BYTES_MAX = 256 << 10
AUTH_TIME_SECONDS = 60
ID_TOKEN_TYPES = frozenset({"", "jwt"})


@dataclass(slots=True)
class _Keys:
    fetched_at: float
    keys: KeySet | None = field(repr=False)


class IssuerKeys:
    """The key sets of issuers, by discovery (OpenID Connect Discovery 1.0, section 4)."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._known: OrderedDict[str, _Keys] = OrderedDict()

    async def of(self, issuer: str, key_id: str, now: float) -> KeySet:
        """The keys of an issuer; fetched anew when they are old or lack `key_id`, once a minute at most.

        Raises:
            AdminUnauthenticated: there are none.
            EgressRefused, EgressFailed: they cannot be fetched.
        """
        known = self._known.get(issuer)
        age = now - known.fetched_at if known else KEYS_SECONDS
        lacks = known is not None and (known.keys is None or (key_id and not _has(known.keys, key_id)))
        if known is None or age >= KEYS_SECONDS or (lacks and age >= REFETCH_SECONDS):
            # Before the fetch: those who come meanwhile wait for no second one, and a failure counts as a try.
            known = self._known[issuer] = _Keys(now, known.keys if known else None)
            if len(self._known) > ISSUERS_MAX:
                self._known.popitem(last=False)
            known.keys = await self._fetch(issuer)
        if known.keys is None:
            raise AdminUnauthenticated
        return known.keys

    async def _fetch(self, issuer: str) -> KeySet:
        found = await self._egress.fetch(
            "GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration", bytes_max=DOCUMENT_BYTES_MAX
        )
        place = None
        if found.status == 200:
            try:
                document = json.loads(found.body)
                # An issuer speaks for itself only (section 4.3).
                place = document.get("jwks_uri") if document.get("issuer") == issuer else None
            except (ValueError, AttributeError, RecursionError):
                pass
        if not isinstance(place, str):
            raise AdminUnauthenticated
        keys = await self._egress.fetch("GET", place, bytes_max=DOCUMENT_BYTES_MAX)
        return key_set(keys.body if keys.status == 200 else b"")


def _has(keys: KeySet, key_id: str) -> bool:
    return any(key.kid == key_id for key in keys.keys)


class Identities:
    """Finds out who calls."""

    def __init__(self, admins: AdminStore, signing_key: bytes, keys: IssuerKeys) -> None:
        self._admins, self._signing_key, self._keys = admins, signing_key, keys

    async def of(self, authorization: str, now: float) -> Admin:
        """The identity behind the `Authorization` header.

        Raises:
            AdminUnauthenticated: there is none.
            StoreUnavailable, EgressFailed: it cannot be found out.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise AdminUnauthenticated
        token = token.strip()
        named = peek(token).issuer
        if named == AUDIENCE:
            claims = check_ours(token, self._signing_key, int(now))
            return await self._known(LOCAL, claims.subject)
        issuer = await self._issuer(named)
        pinned = Pinned(named, issuer.audience, issuer.algorithm, frozenset({issuer.token_type}))
        claims = await self._checked(token, pinned, now)
        return await self._known(named, claims.subject)

    async def signed_in(self, id_token: str, admin: Admin, now: float) -> Claims:
        """Check an ID token as proof that `admin` has just signed in.

        Raises:
            AdminUnauthenticated: it is another's, from elsewhere, or the sign-in is not fresh.
        """
        named = peek(id_token).issuer
        if admin.issuer in (LOCAL, "") or named != admin.issuer:
            raise AdminUnauthenticated
        issuer = await self._issuer(named)
        pinned = Pinned(named, issuer.client_id, issuer.algorithm, ID_TOKEN_TYPES)
        claims = await self._checked(id_token, pinned, now)
        at = claims.values.get("auth_time")
        is_fresh = isinstance(at, int) and not isinstance(at, bool) and now - AUTH_TIME_SECONDS <= at <= now + 5
        if claims.subject != admin.subject or not is_fresh:
            raise AdminUnauthenticated
        return claims

    async def _checked(self, token: str, pinned: Pinned, now: float) -> Claims:
        keys = await self._keys.of(pinned.issuer, peek(token).key_id, now)
        return check(token, keys, pinned, int(now))

    async def _issuer(self, name: str) -> Issuer:
        try:
            return await self._admins.issuer(name)
        except NotFound:
            pass
        raise AdminUnauthenticated

    async def _known(self, issuer: str, subject: str) -> Admin:
        try:
            found = await self._admins.find(issuer, subject)
        except NotFound:
            found = None
        if found is None:
            raise AdminUnauthenticated
        if issuer != LOCAL and (await self._issuer(issuer)).tenant_id != found.tenant_id:
            raise AdminUnauthenticated
        return found
