"""Who may call: capability keys, proofs of possession, addresses."""

from __future__ import annotations

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field

from gateway.settings.fields import Name, Section


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise ValueError("a network is written like 10.0.0.0/8, without host bits") from None
    return text


_Network = Annotated[str, Field(max_length=64), AfterValidator(_network)]
_Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.\[\]:-]+(/[A-Za-z0-9._~/-]*)?$", max_length=300)]


class AccessSettings(Section):
    """Capability keys, and how they are presented."""

    public_origins: tuple[_Origin, ...] = Field(
        (),
        description="`https://gateway.example.com`: how clients know this service; DPoP proofs are made for these. "
        "Without one no key can be bound to a private key",
        max_length=20,
    )
    dpop_required: bool = Field(
        default=True, description="new keys must be bound to a private key; `holdback dev` does not ask for it"
    )
    dpop_nonces: bool = Field(
        default=True,
        description="every proof needs a nonce of ours (RFC 9449, section 8): what was captured is useless after "
        "minutes, also when Redis lost what it knew of used proofs",
    )
    dpop_rs256: bool = Field(default=False, description="proofs by RSA keys are taken, beside ES256 and Ed25519")
    trusted_proxies: tuple[_Network, ...] = Field(
        (),
        description="networks of the proxies in front, like 10.0.0.0/8: only from there `X-Forwarded-For` is believed",
        max_length=100,
    )
    policies: tuple[Name, ...] = Field(
        (),
        description="presets that an agent may name as its policy, beside the configured one; none: all presets",
        max_length=100,
    )
    session_seconds: int = Field(
        3600, ge=60, le=86_400, description="life of a session key, at most; 300 for tenants with their own key service"
    )
    replicas: int = Field(
        1,
        ge=1,
        le=10_000,
        description="how many processes serve; more than one needs `stores.redis_url` and `stores.database_url`, since "
        "a proof must be good once on all of them",
    )
