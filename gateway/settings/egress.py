"""The way out for URLs that users and tenants give."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gateway.settings.fields import Section

_Origin = Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.\[\]:-]+:\d{1,5}$", max_length=300)]


class EgressSettings(Section):
    """What may be called."""

    open_origins: tuple[_Origin, ...] = Field(
        (),
        description="`https://HOST:PORT` (or `http://`) of services that may have private addresses; others must be "
        "https and public",
        max_length=100,
    )
    total_seconds: float = Field(15, gt=0, le=300, description="longest duration of one exchange")
