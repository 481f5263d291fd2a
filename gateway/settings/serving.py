"""How connections are taken, and how they end."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from gateway.settings.fields import Seconds, Section


class DrainSettings(Section):
    """What happens between SIGTERM and the end of the process."""

    notice_seconds: float = Field(
        0,
        ge=0,
        le=300,
        description="how long `/readyz` says no before the port closes, so that balancers can look away",
    )
    seconds: float = Field(
        30, ge=0, le=86_400, description="how long open streams may go on then; what is left gets an error event"
    )


class TlsSettings(Section):
    """TLS 1.3 at this port; empty where something in front ends it."""

    cert_file: str = Field("", description="certificate and its chain, PEM; a changed file is taken up")
    key_file: str = Field("", description="private key of the certificate, PEM")
    reload_seconds: Seconds = Field(60, description="how often the files are looked at for a change")
    hsts_seconds: int = Field(
        31_536_000, ge=0, le=63_072_000, description="`Strict-Transport-Security` of answers under TLS; 0 for none"
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if bool(self.cert_file) != bool(self.key_file):
            raise ValueError("cert_file and key_file go together")
        return self
