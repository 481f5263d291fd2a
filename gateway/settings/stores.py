"""Where things are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr

from gateway.settings.fields import Section, secret


class StoreSettings(Section):
    """Database, and what replicas share."""

    data_dir: str = Field("var", description="folder of the embedded database; made when it is missing", min_length=1)
    database_url: str = Field(
        "",
        description="`postgresql://USER@HOST/NAME` or `sqlite:///FILE`; empty: SQLite in `data_dir`",
        pattern=r"^((postgresql|postgres|sqlite)://[^\s]+)?$",
    )
    database_password_env: str = Field("", description="environment variable that holds the database's password")
    database_password_file: str = Field("", description="file that holds the database's password")
    database_connections: int = Field(10, ge=1, le=500, description="connections to the database at most")
    redis_url: str = Field(
        "",
        description="`redis://HOST:PORT/DB`, or `rediss://` with TLS; needed for more than one replica",
        pattern=r"^((redis|rediss|unix)://[^\s]+)?$",
    )
    redis_password_env: str = Field("", description="environment variable that holds Redis' password")
    redis_password_file: str = Field("", description="file that holds Redis' password")
    database_password: SecretStr | None = Field(None, description="never in the file")
    redis_password: SecretStr | None = Field(None, description="never in the file")

    def with_secrets(self, environment: Mapping[str, str], file: str) -> Self:
        """The same, with the passwords that it points to.

        Raises:
            ConfigurationError: one is not there.
        """
        places = {
            "database_password": (self.database_password_env, self.database_password_file),
            "redis_password": (self.redis_password_env, self.redis_password_file),
        }
        found = {
            name: SecretStr(value)
            for name, (variable, path) in places.items()
            if (value := secret(f"stores.{name}", variable, path, environment, file)) is not None
        }
        return self.model_copy(update=found)
