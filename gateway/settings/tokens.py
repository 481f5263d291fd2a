"""The key that tokens are made with, until tenants bring their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr

from gateway.settings.fields import Section, secret


class TokenSettings(Section):
    """Where the master key is. One line a version, `VERSION:BASE64` of 32 random bytes; the last line is the active
    one, those before it still turn tokens back."""

    master_key_file: str = Field(
        "", description="file that holds the key; empty: the file in MASTER_KEY_FILE, then `master_key_env`"
    )
    master_key_env: str = Field(
        "MASTER_KEY_B64",
        description="environment variable that holds the key; with neither, one is made and kept in `stores.data_dir`",
    )
    ledger_days: int = Field(
        30,
        ge=1,
        le=400,
        description="how long the tokens of a response or a conversation that the provider keeps turn back",
    )
    ledger_entries: int = Field(
        20_000, ge=100, le=200_000, description="tokens of one such conversation, at most; the newest are kept"
    )
    master_key: SecretStr | None = Field(None, description="never in the file")

    def with_secrets(self, environment: Mapping[str, str], file: str) -> Self:
        """The same, with the key that it points to.

        Raises:
            ConfigurationError: a file cannot be read.
        """
        path = self.master_key_file or environment.get("MASTER_KEY_FILE", "")
        if not path and not environment.get(self.master_key_env):
            return self
        found = secret("tokens.master_key", self.master_key_env, path, environment, file)
        return self.model_copy(update={"master_key": SecretStr(found) if found else None})
