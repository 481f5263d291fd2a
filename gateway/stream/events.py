"""Events in, commands out: the only way in and out of a session (in the manner of h11 and mitmproxy)."""

from __future__ import annotations

from dataclasses import dataclass, field

from gateway.errors import GatewayError
from gateway.verdict import Finding


@dataclass(frozen=True, slots=True)
class BytesReceived:
    """A piece of the provider's body, cut anywhere."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EndOfBody:
    """The provider's body ended as HTTP says it should."""


@dataclass(frozen=True, slots=True)
class UpstreamFailed:
    """The provider broke off, stalled, or sent what cannot be read."""

    error: GatewayError


@dataclass(frozen=True, slots=True)
class ClientGone:
    """The client went away."""


Event = BytesReceived | EndOfBody | UpstreamFailed | ClientGone


@dataclass(frozen=True, slots=True)
class Send:
    """Bytes for the client."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CloseUpstream:
    """Let go of the provider at once."""


@dataclass(frozen=True, slots=True)
class Finish:
    """The response is over. `error` says why when it did not end well."""

    error: GatewayError | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What was found in one channel since the last report; never a value."""

    channel: str
    findings: tuple[Finding, ...]


Command = Send | CloseUpstream | Finish | Report
