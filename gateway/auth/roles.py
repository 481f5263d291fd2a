"""Who may do what in the control plane: one table. The reference page is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """Of an admin identity in its tenant."""

    OWNER = "owner"
    ADMIN = "admin"
    DEVELOPER = "developer"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Action:
    """Something that admins do.

    `step_up_seconds`: how old a step-up token for it may be; 0 when it needs none.
    """

    name: str
    roles: frozenset[Role]
    summary: str
    step_up_seconds: int = 0


_EVERYONE = (Role.OWNER, Role.ADMIN, Role.DEVELOPER, Role.VIEWER)
_ADMINS = (Role.OWNER, Role.ADMIN)
_BUILDERS = (Role.OWNER, Role.ADMIN, Role.DEVELOPER)
_OWNER = (Role.OWNER,)

_TABLE: tuple[tuple[str, tuple[Role, ...], str, int], ...] = (
    ("identity.read", _EVERYONE, "see who one is", 0),
    ("step_up.create", _EVERYONE, "ask for a step-up token, for an action that the role allows", 0),
    ("tenant.read", _EVERYONE, "see the tenant", 0),
    ("tenant.rename", _ADMINS, "give the tenant another name", 0),
    ("tenant.delete", _OWNER, "delete the tenant and erase its keys", 120),
    ("subject.erase", _ADMINS, "erase what is kept of one subject's tokens", 120),
    ("admins.read", _ADMINS, "list who administers the tenant", 0),
    ("admins.add", _OWNER, "add an identity", 120),
    ("admins.change", _OWNER, "change or take away a role", 120),
    ("gateways.read", _EVERYONE, "see gateways and agents", 0),
    ("gateways.change", _BUILDERS, "add, change and archive gateways and agents", 0),
    ("keys.read", _EVERYONE, "list capability keys, without their secrets", 0),
    ("keys.change", _BUILDERS, "make and revoke capability keys", 0),
    ("addresses.read", _EVERYONE, "see where the tenant's keys may be used from", 0),
    ("addresses.change", _ADMINS, "say where the tenant's keys may be used from", 0),
    ("access.review", _ADMINS, "see who holds which right in the tenant, and when it was last used", 0),
    ("access.sign_off", _OWNER, "stand for what an access review shows", 120),
    ("audit.read", _EVERYONE, "read the ordinary record, and why something in a request was masked", 0),
    ("audit.read_critical", _ADMINS, "read the critical record: keys, seals, kills, acts of admins", 0),
    ("audit.read_personal", _ADMINS, "see users and addresses in the record; that is recorded itself", 0),
    ("keys.signing_secret", _ADMINS, "see what requests with a key are signed with", 120),
    ("alerts.read", _ADMINS, "list who hears of alerts", 0),
    ("alerts.change", _ADMINS, "add, take away and test receivers of alerts", 0),
    ("usage.read", _EVERYONE, "see what was used and what it cost", 0),
    ("usage.read_people", _ADMINS, "see it by user", 0),
    ("usage.erase", _ADMINS, "erase a user's name from it", 0),
    ("audit.erase", _OWNER, "erase what names a person beside the record", 120),
    ("kms.read", _ADMINS, "see how the tenant's key is wrapped, and its versions", 0),
    ("kms.onboard", _ADMINS, "name a key service for the first time", 0),
    ("kms.replace", _OWNER, "name another key service, or another key", 120),
    ("kms.rotate", _ADMINS, "make a new version of the tenant's key", 300),
    ("kms.unseal", _ADMINS, "try to unseal the tenant", 120),
    ("kms.revoke", _OWNER, "erase a version of the tenant's key for good", 120),
)
ACTIONS = {
    name: Action(name, frozenset(roles), summary, step_up_seconds) for name, roles, summary, step_up_seconds in _TABLE
}


def may(role: Role, action: str) -> bool:
    """Whether a role allows an action; an action that is not in the table is allowed to nobody."""
    return action in ACTIONS and role in ACTIONS[action].roles
