"""Vaults: how often a key may use them."""

from __future__ import annotations

from pydantic import Field

from gateway.settings.fields import Section


class VaultSettings(Section):
    """Calls in a minute, for each key and each vault. A refusal says when the next one is allowed."""

    tokenize_per_minute: int = Field(6000, ge=1, le=1_000_000, description="values that go into a vault")
    detokenize_per_minute: int = Field(600, ge=1, le=1_000_000, description="values that come out of a vault")
    misses_per_minute: int = Field(
        20,
        ge=1,
        le=10_000,
        description="questions for tokens that were never given; one more is taken for a search and is refused",
    )
