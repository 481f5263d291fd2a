"""Session keys: short-lived, for a proof and a refresh credential that is good once (`gateway/auth/refresh.py`).

Laws:
1. What becomes of a login and the session that it gives are one transaction: of two replicas one is second, and decides
   anew.
2. A session may do what the key may that it came from, for a shorter time; the key's row is trusted by its MAC only,
   and a login that says otherwise than its key is none.
3. Nothing is used up while the tenant is sealed.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from gateway.access.minting import Minting
from gateway.auth.capability import ID_CHARS, KeyKind, base62
from gateway.auth.refresh import Family, Outcome, PresentedRefresh, credential, decide, is_genuine
from gateway.control import Control
from gateway.errors import GatewayError
from gateway.errors.access import AccessUnavailable, RefreshRefused, RefreshReused
from gateway.errors.stores import Conflict, StoreUnavailable
from gateway.observe.events import ControlEvent
from gateway.stores.opened import Stores
from gateway.stores.tables.capabilities import CapabilityRow
from gateway.stores.tables.logins import LoginRow, Turn
from gateway.tenant_keys.wrapping import WrapMethod

CUSTOMER_SECONDS = 300
"""Of a tenant with a key service of its own: what it takes back ends within this time."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a client gets."""

    key: str = field(repr=False)
    seconds: int
    refresh: str = field(repr=False)


class Sessions:
    """One a process.

    Args:
        key: refresh credentials are made with.
        seconds: a session lasts, at most.
    """

    def __init__(self, stores: Stores, control: Control, minting: Minting, key: bytes, *, seconds: int) -> None:
        self._stores, self._control, self._minting, self._key, self._seconds = stores, control, minting, key, seconds

    async def begin(self, root: CapabilityRow) -> str:
        """A login of a key that is bound: its first refresh credential.

        Raises:
            RefreshRefused: keys of that kind have none, or it was revoked meanwhile.
        """
        login = self._login(root)
        await self._kept(lambda: self._stores.logins.add(login))
        return credential(self._key, _family(login), login.generation)

    async def open(self, root: CapabilityRow) -> Session:
        """A login of a key whose proof was seen, and its first session.

        Raises:
            RefreshRefused: keys of that kind have none, or it was revoked meanwhile.
            TenantSealed, KeyRevoked, RevocationsUnknown: none may begin.
        """
        login, seconds = self._login(root), await self._life(root.tenant_id)
        made = self._minting.session(root, login.id, seconds)
        await self._kept(lambda: self._stores.logins.add(login, made.row))
        refresh = credential(self._key, _family(login), login.generation)
        return Session(made.text, self._left(made.row), refresh)

    async def known(self, presented: PresentedRefresh) -> LoginRow | None:
        """The login of a credential that we made; None for any other. Nothing is used up."""
        login = None
        is_known = False
        try:
            login = await self._stores.logins.get(presented.family)
            is_known = True
        except StoreUnavailable:
            pass
        if not is_known:
            raise AccessUnavailable(retry_after_seconds=1)
        family = _family(login) if login is not None else None
        return login if is_genuine(self._key, family, presented) else None

    async def refresh(self, presented: PresentedRefresh, login: LoginRow, thumbprint: str) -> Session:
        """Exchange a credential for the next one, and a session.

        Args:
            presented: the credential.
            login: that it is of.
            thumbprint: of the key whose proof came with it.

        Raises:
            RefreshReused: it was used before; login and sessions are at an end.
            RefreshRefused: it is over, or of another key.
            TenantSealed, KeyRevoked, RevocationsUnknown: none may begin; the credential stays good.
        """
        seconds, now = await self._life(login.tenant_id), self._control.clock()
        outcome, text = Outcome.REFUSED, ""

        def turned(row: LoginRow | None, root: CapabilityRow | None) -> Turn | None:
            nonlocal outcome, text
            family = _family(row) if row is not None else None
            decided = decide(self._key, family, presented, thumbprint=thumbprint, now=now.timestamp())
            if row is None or root is None or decided is None or not self._agree(row, root, now):
                return None
            outcome = decided.outcome
            if outcome is Outcome.THEFT:
                return Turn(replace(row, revoked_at=now))
            if outcome is Outcome.REFUSED:
                return None
            after = decided.family
            made = self._minting.session(root, row.id, seconds)
            text = made.text
            rotated_at = now if outcome is Outcome.ROTATED else row.rotated_at
            login = replace(row, generation=after.generation, rotated_at=rotated_at, grace_used=after.grace_used)
            return Turn(login, made.row)

        done = await self._kept(lambda: self._stores.logins.turn(presented.family, turned))
        if outcome is Outcome.THEFT:
            details: dict[str, str | int] = {"agent": login.agent_id, "key_id": login.key_id, "code": "refresh_reused"}
            event = ControlEvent("access.theft", login.tenant_id, resource=login.id, details=details)
            self._control.events.emit(event)
            raise RefreshReused
        if done is None or done.session is None:
            raise RefreshRefused
        return Session(
            text, self._left(done.session), credential(self._key, _family(done.login), done.login.generation)
        )

    def _login(self, root: CapabilityRow) -> LoginRow:
        if root.kind != KeyKind.AGENT.value or not root.thumbprint:
            raise RefreshRefused
        family_id = base62(secrets.token_bytes(16), 22)[-ID_CHARS:]
        return LoginRow(
            id=family_id,
            tenant_id=root.tenant_id,
            agent_id=root.agent_id,
            key_id=root.id,
            seed=secrets.token_bytes(32),
            thumbprint=root.thumbprint,
            live=root.live,
            generation=0,
            rotated_at=self._control.clock(),
            grace_used=False,
            expires_at=root.expires_at,
        )

    def _agree(self, login: LoginRow, root: CapabilityRow, now: datetime) -> bool:
        """Whether a login says what its key says, and the key is in force and as it was written."""
        same = (login.tenant_id, login.agent_id, login.thumbprint, login.live) == (
            root.tenant_id,
            root.agent_id,
            root.thumbprint,
            root.live,
        )
        in_force = root.revoked_at is None and root.expires_at > now and login.expires_at <= root.expires_at
        return same and in_force and root.kind == KeyKind.AGENT.value and self._minting.is_genuine(root)

    async def _life(self, tenant_id: str) -> int:
        """How long a session of a tenant may last.

        Raises:
            TenantSealed, KeyRevoked, RevocationsUnknown, StoreUnavailable: none may begin.
        """
        self._control.check_open(tenant_id)
        versions = await self._control.keys.keyring.versions(tenant_id)
        is_customers = versions[0].wrapping.method == WrapMethod.CUSTOMER.value
        at_most = min(self._seconds, CUSTOMER_SECONDS) if is_customers else self._seconds
        return max(1, int(await self._control.session_seconds(tenant_id, at_most)))

    async def _kept(self, work: Callable[[], object]) -> Turn | None:
        failure: GatewayError
        try:
            return await work()  # type: ignore[misc, no-any-return]
        except Conflict:
            failure = RefreshRefused()
        except StoreUnavailable:
            failure = AccessUnavailable(retry_after_seconds=1)
        raise failure

    def _left(self, session: CapabilityRow) -> int:
        return max(0, int((session.expires_at - self._control.clock().astimezone(UTC)).total_seconds()))


def _family(row: LoginRow) -> Family:
    return Family(
        id=row.id,
        seed=row.seed,
        tenant=row.tenant_id,
        agent=row.agent_id,
        key_id=row.key_id,
        thumbprint=row.thumbprint,
        live=row.live,
        generation=row.generation,
        rotated_at=row.rotated_at.timestamp(),
        grace_used=row.grace_used,
        expires_at=row.expires_at.timestamp(),
        revoked=row.revoked_at is not None,
    )
