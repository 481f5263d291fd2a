"""How long tokens turn back where the provider keeps the conversation. Their key is in `keys.py`."""

from __future__ import annotations

from pydantic import Field

from gateway.settings.fields import Section


class TokenSettings(Section):
    """Ledgers of conversations that providers keep."""

    ledger_days: int = Field(
        30,
        ge=1,
        le=400,
        description="how long the tokens of a response or a conversation that the provider keeps turn back",
    )
    ledger_entries: int = Field(
        20_000, ge=100, le=200_000, description="tokens of one such conversation, at most; the newest are kept"
    )
