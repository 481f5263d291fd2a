"""Who holds which right in a tenant, when it was last used, and who has signed that off (SOC 2 CC6.2, CC6.3)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.audit.event import AuditEvent, Kind, Value, chain_of
from gateway.audit.uses import DATA_PLANE
from gateway.auth.roles import ACTIONS, Role, may
from gateway.stores.tables.access_uses import AccessUseStore
from gateway.stores.tables.admins import AdminStore
from gateway.stores.tables.audit import AuditStore, Filter
from gateway.stores.tables.capabilities import CapabilityStore


@dataclass(frozen=True, slots=True)
class Holding:
    """One who may do something.

    Args:
        holder: id of an identity or of a capability key.
        kind: `identity` or `key`.
        name: for people.
        role: of an identity; of a key, its kind and the agent that it is for.
        rights: actions of `auth/roles.py`; of a key, `data_plane`.
        since, expires_at: in ISO 8601; `""` for no end.
        used: last use of each right that was ever used, in ISO 8601.
    """

    holder: str
    kind: str
    name: str
    role: str
    rights: tuple[str, ...]
    since: str
    expires_at: str
    used: dict[str, str]

    @property
    def last_used(self) -> str:
        """The last use of any right; `""` for never."""
        return max(self.used.values(), default="")


@dataclass(frozen=True, slots=True)
class Review:
    """All holdings of a tenant. `digest`: of who holds what, whatever was used; the same rights have the same."""

    holdings: tuple[Holding, ...]
    digest: str
    signed_off: SignedOff | None

    @property
    def is_current(self) -> bool:
        """Whether what was signed off is what stands."""
        return self.signed_off is not None and self.signed_off.digest == self.digest


@dataclass(frozen=True, slots=True)
class SignedOff:
    """The last time that somebody signed the holdings off."""

    by: str
    at: str
    digest: str


async def review(
    tenant_id: str, admins: AdminStore, keys: CapabilityStore, uses: AccessUseStore, record: AuditStore, now: datetime
) -> Review:
    """Who holds what now.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    used: dict[str, dict[str, str]] = {}
    for use in await uses.of_tenant(tenant_id):
        used.setdefault(use.holder, {})[use.right] = _shown(use.used_at)
    found = [
        Holding(
            holder=admin.id,
            kind="identity",
            name=admin.name,
            role=admin.role,
            rights=tuple(sorted(action for action in ACTIONS if may(Role(admin.role), action))),
            since=_shown(admin.created_at),
            expires_at="",
            used=used.get(admin.id, {}),
        )
        for admin in await admins.of_tenant(tenant_id)
    ]
    found += [
        Holding(
            holder=key.id,
            kind="key",
            name=key.name,
            role=f"{key.kind} of {key.agent_id}",
            rights=(DATA_PLANE,),
            since=_shown(key.created_at),
            expires_at=_shown(key.expires_at),
            used=used.get(key.id, {}),
        )
        for key in await keys.of_tenant(tenant_id)
        if key.revoked_at is None and key.expires_at > now and not key.parent_id
    ]
    held = [{name: value for name, value in asdict(one).items() if name != "used"} for one in found]
    digest = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()
    return Review(tuple(found), digest, await _signed_off(tenant_id, record))


async def _signed_off(tenant_id: str, record: AuditStore) -> SignedOff | None:
    which = Filter(chains=(chain_of(tenant_id, critical=True),), kinds=(Kind.ACCESS_REVIEW.value,))
    rows = await record.page(which, None, limit=1, newest=True)
    if not rows:
        return None
    body: dict[str, Any] = json.loads(rows[0].body)
    at = datetime.fromtimestamp(rows[0].at_us / 1_000_000, UTC)
    return SignedOff(str(body["actor"]), _shown(at), str(body["digest"]))


def sign_off(tenant_id: str, actor: str, made: Review, now: datetime) -> AuditEvent:
    """The event that says that somebody has looked at the holdings and stands for them."""
    fields: dict[str, Value] = {"actor": actor, "digest": made.digest, "count": len(made.holdings)}
    at_us = int(now.timestamp() * 1_000_000)
    return AuditEvent(Kind.ACCESS_REVIEW, tenant_id, at_us, "", {**fields, "outcome": "signed_off"})


def _shown(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def plain(made: Review) -> str:
    """A review as JSON."""
    values = {"digest": made.digest, "is_current": made.is_current, "signed_off": made.signed_off}
    shown = [{**asdict(one), "last_used": one.last_used} for one in made.holdings]
    signed = asdict(made.signed_off) if made.signed_off else None
    return json.dumps({**values, "signed_off": signed, "data": shown}, indent=2, ensure_ascii=False)


def as_table(made: Review) -> str:
    """A review for people: a line a holder, one with tabs, and who signed it off."""
    lines = ["holder\tkind\tname\trole\trights\tlast used\tsince\texpires"]
    for one in made.holdings:
        rights = f"{len(one.rights)} actions" if len(one.rights) > 1 else one.rights[0]
        cells = (one.holder, one.kind, one.name, one.role, rights, one.last_used or "never", one.since, one.expires_at)
        lines.append("\t".join(" ".join(cell.split()) for cell in cells))
    signed = made.signed_off
    state = f"signed off by {signed.by} at {signed.at}" if signed else "never signed off"
    lines.append(state + ("" if made.is_current or signed is None else "; what is held has changed since"))
    return "\n".join(lines) + "\n"
