"""The installation's master key."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Self

from pydantic import Field, SecretStr

from gateway.settings.fields import Section, secret

MASTER_KEY_ENV = "MASTER_KEY_B64"


def key_service_secret(name: str) -> str | None:
    """The value of an environment variable that the operator set for a tenant's key service; None for any other."""
    return os.environ.get(name) if name.startswith("HOLDBACK_KMS_") else None


class KeySettings(Section):
    """Where the master key is: 32 random bytes in base64 (`openssl rand -base64 32`), or one line a version,
    `VERSION:BASE64`. It wraps the keys of tenants that have no key service of their own, by its first line; without
    tenants its last line makes tokens, and those before it still turn theirs back."""

    master_key_file: str = Field(
        "",
        description="file with the master key; empty: the file in the environment's `MASTER_KEY_FILE`, then "
        "`master_key_env`. Made once in `stores.data_dir` where the database is there, for one replica only",
    )
    master_key_env: str = Field(MASTER_KEY_ENV, description="environment variable that holds the master key")
    operator_provider: str = Field(
        "", pattern="^(aws|gcp|azure)?$", description="key service of the method `operator_kms`; empty: there is none"
    )
    operator_key_ref: str = Field("", max_length=2048, description="its key, as in the tenants' API")
    operator_config: dict[str, str] = Field({}, max_length=8, description="its fields, as in the tenants' API")
    allow_local_provider: bool = Field(
        default=False, description="tenants may choose the provider `local`: for development only"
    )
    call_seconds: float = Field(5, gt=0, le=30, description="longest duration of one call to a key service")
    revocation_staleness_seconds: float = Field(
        2, ge=1, le=60, description="longest time without news of revocations; past it no tenant's key is used"
    )
    sealed_stream_seconds: float = Field(
        300, ge=0, le=300, description="how long an answer that is under way goes on after its tenant was sealed"
    )
    tombstones_file: str = Field(
        "",
        description="file with the revoked versions of tenants' keys, by which a restored backup is told; empty: "
        "beside `audit.anchor_file`, else in `stores.data_dir` when the database is there",
    )
    master_key: SecretStr | None = Field(None, description="never in the file")

    def with_secrets(self, environment: Mapping[str, str], file: str) -> Self:
        """The same, with the key. A file comes first: an environment stays readable in /proc.

        Raises:
            ConfigurationError: what is named is not there.
        """
        path = self.master_key_file or environment.get("MASTER_KEY_FILE", "")
        # By default nothing need be there; what is named must be.
        named = self.master_key_env if self.master_key_env != MASTER_KEY_ENV else ""
        found = secret("keys.master_key", named, path, environment, file) or environment.get(MASTER_KEY_ENV)
        return self.model_copy(update={"master_key": SecretStr(found) if found else None})
