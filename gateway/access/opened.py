"""Access, opened and closed in one place; and what a request is asked at the door."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from gateway.access.book import AccessBook
from gateway.access.minting import Minting
from gateway.access.proofs import Proofs
from gateway.access.sessions import Sessions
from gateway.access.signing import KEY_NAME, NOT_SIGNED, Signed, Signing
from gateway.auth.addresses import Networks
from gateway.auth.capability import KeyKind, PresentedKey, matches
from gateway.auth.dpop import ProofRequest, Verifier
from gateway.auth.grant import Grant, Use, check_binding, check_in_force, check_use
from gateway.auth.signing import SIGNED
from gateway.control import Control
from gateway.errors import AuthenticationError, ConfigurationError
from gateway.errors.access import AccessUnavailable
from gateway.errors.stores import StoreUnavailable
from gateway.observe.events import ControlEvents
from gateway.settings import Settings
from gateway.stores.master import MasterKey
from gateway.stores.opened import Stores

MAC_PURPOSE = "capability keys"


@dataclass(frozen=True, slots=True)
class Credential:
    """A key as it came with a request.

    Args:
        key: taken apart.
        text: as it was sent.
        is_proof: with the scheme DPoP.
        proofs: values of the header `DPoP`.
        method, path: of the request; the path raw, without query.
    signed: its signature, where it has one.
    """

    key: PresentedKey = field(repr=False)
    text: str = field(repr=False)
    is_proof: bool
    proofs: tuple[str, ...] = field(repr=False)
    method: str
    path: str
    signed: Signed = NOT_SIGNED


@dataclass(frozen=True, slots=True)
class Admitted:
    """A request that may go on. `nonce`: for the next proof, when the client needs a new one."""

    grant: Grant
    nonce: str = ""


@dataclass(frozen=True, slots=True)
class Access:
    """One a process."""

    book: AccessBook
    proofs: Proofs
    signing: Signing
    minting: Minting
    sessions: Sessions
    stores: Stores
    trusted: Networks
    has_origins: bool
    now: Callable[[], datetime]

    async def admit(self, credential: Credential, use: Use) -> Admitted:
        """Let a request in.

        Raises:
            AuthenticationError: no such key, or not any more; also InvalidProof, InvalidToken, UseNonce, KeyExpired.
            ScopeDenied, UnknownEndpoint: the key is not for this.
            TenantSealed, KeyRevoked: its tenant is not served now.
            AccessUnavailable: it cannot be known.
        """
        admitted = await self.holder(credential, use.at)
        grant = admitted.grant
        check_use(grant, use)
        if grant.record.kind is KeyKind.ONESHOT:
            await self._spend(grant)
        return admitted

    async def holder(self, credential: Credential, at: datetime) -> Admitted:
        """Who holds a key: everything about the key itself and its proof, nothing about what it is used for.

        Raises:
            AuthenticationError, TenantSealed, KeyRevoked, AccessUnavailable: as for `admit`.
        """
        grant = await self.book.find(credential.key.id)
        if not matches(credential.key, grant.record if grant is not None else None) or grant is None:
            raise AuthenticationError
        now = at.timestamp()
        check_in_force(grant, now)
        check_binding(grant, is_proof=credential.is_proof)
        await self.signing.check(grant.record.thumbprint, grant.record.id, credential.method, credential.signed, now)
        nonce = ""
        if credential.is_proof:
            proof = await self.proofs.check(
                ProofRequest(
                    credential.method,
                    credential.path,
                    credential.text,
                    grant.record.thumbprint,
                    credential.proofs,
                    now,
                )
            )
            nonce = "" if proof.nonce_is_fresh else await self.proofs.nonce()
        self.book.check_tenant(grant.record.tenant)
        return Admitted(grant, nonce)

    async def _spend(self, grant: Grant) -> None:
        is_spent = False
        try:
            is_first = await self.stores.capabilities.spend(grant.record.tenant, grant.record.id, self.now())
            is_spent = True
        except StoreUnavailable:
            is_first = False
        if not is_spent:
            raise AccessUnavailable(retry_after_seconds=1)
        await self.book.changed()
        if not is_first:
            raise AuthenticationError


def check_settings(settings: Settings) -> None:
    """Whether the settings keep what proofs promise.

    Raises:
        ConfigurationError: more than one process, without stores that all of them see.
    """
    stores = settings.stores
    if settings.access.replicas > 1 and not (stores.redis_url and stores.database_url):
        raise ConfigurationError(
            f"`access.replicas` is {settings.access.replicas}, and the stores are those of one process.",
            cure="Set `stores.redis_url` and `stores.database_url`.",
        )


def minting_of(
    settings: Settings, stores: Stores, events: ControlEvents, master: MasterKey, now: Callable[[], datetime]
) -> Minting:
    """What makes keys, also where nothing is served."""
    access = settings.access
    return Minting(
        stores,
        events,
        master.derive(MAC_PURPOSE),
        requires_proofs=access.dpop_required,
        has_origins=bool(access.public_origins),
        now=now,
    )


@asynccontextmanager
async def open_access(settings: Settings, stores: Stores, control: Control) -> AsyncIterator[Access]:
    """Open it, and close it at the end.

    Raises:
        ConfigurationError: keys are bound, and there is no public origin; or several processes, and no shared store.
        StoreUnavailable: the database cannot be reached.
    """
    check_settings(settings)
    access, derive = settings.access, control.master.derive
    if not access.public_origins and await stores.capabilities.bound(control.clock(), (SIGNED,)):
        raise ConfigurationError(
            "there are keys that need DPoP proofs, and no public origin that proofs could be for.",
            cure="Set `access.public_origins` to what clients call this service, like https://gateway.example.com.",
        )
    book = AccessBook(
        stores,
        control.events,
        control.check_open,
        derive(MAC_PURPOSE),
        staleness_seconds=settings.keys.revocation_staleness_seconds,
    )
    proofs = Proofs(
        Verifier(access.public_origins, rsa=access.dpop_rs256),
        stores.shared,
        derive("dpop nonces"),
        nonces=access.dpop_nonces,
        now=lambda: control.clock().timestamp(),
    )
    minting = minting_of(settings, stores, control.events, control.master, control.clock)
    await book.start()
    try:
        yield Access(
            book,
            proofs,
            Signing(stores.shared, derive(KEY_NAME)),
            minting,
            Sessions(stores, control, minting, derive("refresh credentials"), seconds=access.session_seconds),
            stores,
            Networks(access.trusted_proxies),
            bool(access.public_origins),
            control.clock,
        )
    finally:
        await book.close()
