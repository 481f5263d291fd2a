"""The installation's master key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr

from gateway.settings.fields import Section, secret


class KeySettings(Section):
    """Where the master key is. It wraps the keys of tenants that have no key service of their own."""

    master_key_file: str = Field(
        "",
        description="file with 32 random bytes in base64 (`openssl rand -base64 32`); before the environment's "
        "`MASTER_KEY_FILE` and `MASTER_KEY_B64`. None of them: made once in `stores.data_dir`, for one replica only",
    )
    master_key: SecretStr | None = Field(None, description="never in the file")

    def with_secrets(self, environment: Mapping[str, str], file: str) -> Self:
        """The same, with the key. A file comes first: an environment stays readable in /proc.

        Raises:
            ConfigurationError: what is named is not there.
        """
        path = self.master_key_file or environment.get("MASTER_KEY_FILE", "")
        found = secret("keys.master_key", "", path, environment, file) if path else environment.get("MASTER_KEY_B64")
        return self.model_copy(update={"master_key": SecretStr(found) if found else None})
