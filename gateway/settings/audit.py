"""The audit."""

from __future__ import annotations

from pydantic import Field

from gateway.settings.fields import Section


class AuditSettings(Section):
    """Where the record is signed and anchored, and what happens when it cannot be written."""

    signing_key_file: str = Field(
        "",
        description="PEM file with the Ed25519 key that signs checkpoints; empty: one that follows from the master key",
    )
    anchor_file: str = Field(
        "", description="file that each checkpoint is appended to; keep it where the database's keeper cannot write"
    )
    anchor_url: str = Field(
        "",
        max_length=2048,
        pattern=r"^((https?|s3)://[^\s]+)?$",
        description="where each checkpoint is sent to as well: an address that takes a POST of JSON, or "
        "`s3://BUCKET/PREFIX` (credentials from where boto3 looks for them)",
    )
    checkpoint_seconds: float = Field(300, ge=1, le=86_400, description="time between signed checkpoints")
    when_unavailable: str = Field(
        "close",
        pattern="^(close|open)$",
        description="`close`: what cannot be recorded fails; `open`: it goes on, and is counted",
    )
    queue_events: int = Field(20_000, ge=100, le=1_000_000, description="events that may wait to be written")
