"""The application's own scanner."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr

from gateway.settings.fields import Section, secret


class GuardrailSettings(Section):
    """What calls to a policy's `guardrail` are signed with."""

    secret_env: str = Field("", description="environment variable that holds the secret; empty: calls are not signed")
    secret_file: str = Field("", description="file that holds the secret")
    secret: SecretStr | None = Field(None, description="never in the file")

    def with_secrets(self, environment: Mapping[str, str], file: str) -> Self:
        """The same, with the secret that it points to.

        Raises:
            ConfigurationError: it is not there.
        """
        found = secret("guardrail.secret", self.secret_env, self.secret_file, environment, file)
        return self.model_copy(update={"secret": SecretStr(found) if found else None})
