"""What a key that was found allows: one decision about a request, one about its model.

Laws kept here:
1. Nothing is granted before all checks passed, and each refusal names what failed.
2. Aliases become real names before any list is asked, so that an alias cannot bypass one.
3. A key serves its own agent: the path of another one is as unknown as one that never was.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.auth.addresses import AddressRules
from gateway.auth.agents import Rules
from gateway.auth.capability import KeyKind, KeyRecord
from gateway.auth.scopes import Call, Scope, denied, model_allowed
from gateway.auth.signing import SIGNED
from gateway.errors import AuthenticationError, UnknownEndpoint
from gateway.errors.access import InvalidToken, KeyExpired, ModelNotAllowed, ScopeDenied

READ_ENDPOINTS = frozenset({"/v1/models"})


@dataclass(frozen=True, slots=True)
class Agent:
    """An agent as a request meets it. `is_open`: neither it nor its gateway is paused or archived."""

    id: str
    slug: str
    gateway_id: str
    is_open: bool
    rules: Rules
    gateway_aliases: Mapping[str, str] = field(default_factory=dict)
    gateway_budget: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grant:
    """A key that was found, with all that decides about it.

    `root_id`: the key that a session came from, else the key itself: what is counted is counted for it.
    """

    record: KeyRecord
    scope: Scope
    agent: Agent
    addresses: AddressRules
    root_id: str
    revoked: bool = False

    @property
    def detokenizes(self) -> bool:
        """Whether values may be seen: what the agent forbids no key allows."""
        return self.agent.rules.detokenize and self.scope.detokenize is not False


@dataclass(frozen=True, slots=True)
class Use:
    """How a key is used.

    Args:
        endpoint: without the agent: `/v1/chat/completions`.
        agent: slug in the path; None where it names none.
        ip: of the client.
        at: now.
    """

    endpoint: str
    agent: str | None
    ip: str
    at: datetime


def check_in_force(grant: Grant, now: float) -> None:
    """Whether a key still is one.

    Raises:
        AuthenticationError: revoked.
        KeyExpired: its time is over.
    """
    if grant.revoked:
        raise AuthenticationError
    if now >= grant.record.expires_at:
        raise KeyExpired


def check_binding(grant: Grant, *, is_proof: bool) -> None:
    """Whether a key came as it must: with a proof when it is bound, as a bearer when it is not.

    Raises:
        InvalidToken: it did not.
    """
    if (grant.record.thumbprint not in ("", SIGNED)) != is_proof:
        raise InvalidToken


def check_use(grant: Grant, use: Use) -> None:
    """Whether a key may be used so.

    Raises:
        UnknownEndpoint: the path names another agent.
        ScopeDenied: `param` names the scope that failed.
    """
    if use.agent is not None and not hmac.compare_digest(use.agent.encode(), grant.agent.slug.encode()):
        raise UnknownEndpoint
    if not grant.agent.is_open:
        raise ScopeDenied(param="agent")
    if not grant.addresses.permits(use.ip):
        raise ScopeDenied(param="tenant_addresses")
    if grant.record.kind is KeyKind.READ and use.endpoint not in READ_ENDPOINTS:
        raise ScopeDenied(param="kind")
    if failed := denied(grant.scope, Call(use.endpoint, grant.agent.slug, use.ip, use.at)):
        raise ScopeDenied(param=failed)


def real_model(grant: Grant, name: str) -> str:
    """The model that a name stands for, when the key may use it.

    Raises:
        ModelNotAllowed: the agent's lists are against it.
        ScopeDenied: the key's scope is.
    """
    real = name
    # An agent's alias may stand for one of its gateway's; then there is an end.
    for aliases in (grant.agent.rules.model_aliases, grant.agent.gateway_aliases):
        real = aliases.get(real, real)
    if not grant.agent.rules.allows(real):
        raise ModelNotAllowed(param="model")
    if not model_allowed(real, grant.scope.models, ()):
        raise ScopeDenied(param="models")
    return real


def providers(grant: Grant, offered: Sequence[str]) -> list[str]:
    """Those of the offered providers that a key's requests may go to, in the agent's order where it has one.

    Raises:
        ScopeDenied: there are some, and it may use none of them.
    """
    wanted = grant.agent.rules.providers
    left = [name for name in wanted if name in offered] if wanted else list(offered)
    if grant.scope.providers:
        left = [name for name in left if name in grant.scope.providers]
    if offered and not left:
        raise ScopeDenied(param="providers")
    return left
