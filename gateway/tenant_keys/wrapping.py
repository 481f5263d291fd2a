"""How keys are wrapped: by the installation's master key, by the operator's key service, by the customer's."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from gateway.errors import ConfigurationError, RequestError
from gateway.errors.kms import KmsConfigInvalid, StaticCredentialRefused
from gateway.kms.provider import KeyProvider, ProviderConfig, Surroundings, open_provider, read_config
from gateway.stores.master import MasterKey
from gateway.stores.tables.keys import Wrapping

OPERATOR = "operator"
"""Stands where a tenant's id does: a client secret of the operator's is in `HOLDBACK_KMS_OPERATOR_...`."""
Opener = Callable[[str, ProviderConfig, Surroundings], KeyProvider]


class WrapMethod(Enum):
    """Who holds the wrapping key."""

    GLOBAL = "global"
    OPERATOR = "operator_kms"
    CUSTOMER = "customer_kms"


@dataclass(frozen=True, slots=True)
class Chosen:
    """A configuration that was read. `identity` and `exclusive_key`: what no other tenant may use; None for ours."""

    wrapping: Wrapping
    identity: str | None = None
    exclusive_key: str | None = None


def operator_wrapping(provider: str, key_ref: str, config: Mapping[str, str]) -> Wrapping:
    """The wrapping of `operator_kms`, as the settings say.

    Raises:
        ConfigurationError: it cannot be used.
    """
    error: RequestError
    try:
        read = read_config(provider, key_ref, config, tenant=OPERATOR)
        return Wrapping(WrapMethod.OPERATOR.value, provider, read.key_ref, read.public())
    except (KmsConfigInvalid, StaticCredentialRefused) as caught:
        error = caught
    place = {"kms_key_ref": "keys.operator_key_ref"}.get(error.param or "", "keys.operator_config")
    field = (error.param or "").removeprefix("config").removeprefix(".")
    where = f"`{place}`: `{field}`" if field and place.endswith("config") else f"`{place}`"
    raise ConfigurationError(f"{where} cannot be used.", cure=error.public)


@dataclass(frozen=True, slots=True)
class WrapOptions:
    """What the operator says.

    Args:
        operator: the wrapping of `operator_kms`; None when there is none.
        allow_local: the provider `local` may be chosen, for development.
        secret: an environment variable's value by name.
        deadline_seconds: of one call to a key service.
        connector: see `Surroundings`.
    """

    operator: Wrapping | None = None
    allow_local: bool = False
    secret: Callable[[str], str | None] = field(default=lambda _: None, repr=False)
    deadline_seconds: float = 5.0
    connector: Callable[[], object] | None = field(default=None, repr=False)


class Wrappings:
    """Reads configurations and opens providers; an open one is kept, since its sessions cost time."""

    def __init__(self, master: MasterKey, options: WrapOptions, opener: Opener = open_provider) -> None:
        self._master, self._options, self._opener = master, options, opener
        self._open: dict[tuple[str, str, str, str], KeyProvider] = {}

    def external_id(self, tenant_id: str) -> str:
        """The ExternalId of a tenant's role (AWS): ours to say, one per tenant, the same always; no secret."""
        return str(uuid.UUID(bytes=self._master.derive(f"external id {tenant_id}")[:16], version=4))

    def choose(
        self, tenant_id: str, method: WrapMethod, provider: str, key_ref: str, config: Mapping[str, str]
    ) -> Chosen:
        """Check what a tenant chose.

        Raises:
            KmsConfigInvalid, StaticCredentialRefused: it cannot be used.
        """
        if method is WrapMethod.GLOBAL:
            return Chosen(Wrapping(method.value, "local", "local:global"))
        if method is WrapMethod.OPERATOR:
            if self._options.operator is None:
                raise KmsConfigInvalid(param="method")
            return Chosen(self._options.operator)
        if provider == "local" and not self._options.allow_local:
            raise KmsConfigInvalid(param="provider")
        given = dict(config)
        if provider == "aws":
            # The customer may repeat the ExternalId that we gave; any other would be another tenant's, or made up.
            if given.get("external_id", self.external_id(tenant_id)) != self.external_id(tenant_id):
                raise KmsConfigInvalid(param="config.external_id")
            given["external_id"] = self.external_id(tenant_id)
        read = read_config(provider, key_ref, given, tenant=tenant_id)
        wrapping = Wrapping(method.value, provider, read.key_ref, read.public())
        return Chosen(wrapping, f"{provider}:{read.identity()}", f"{provider}:{read.key_ref}")

    def provider(self, tenant_id: str, wrapping: Wrapping) -> KeyProvider:
        """The provider of a wrapping, open."""
        name = (tenant_id, wrapping.provider, wrapping.key_ref, repr(sorted(wrapping.config.items())))
        if wrapping.method != WrapMethod.CUSTOMER.value:
            name = ("", *name[1:])
        found = self._open.get(name)
        if found is None:
            is_global = wrapping.method == WrapMethod.GLOBAL.value
            local = self._master.derive("tenant keys" if is_global else "local provider")
            options = self._options
            surroundings = Surroundings(options.deadline_seconds, options.secret, local, options.connector)
            whose = tenant_id if wrapping.method == WrapMethod.CUSTOMER.value else OPERATOR
            config = read_config(wrapping.provider, wrapping.key_ref, dict(wrapping.config), tenant=whose)
            found = self._open[name] = self._opener(wrapping.provider, config, surroundings)
        return found

    async def close(self) -> None:
        """Close all providers."""
        for provider in self._open.values():
            await provider.close()
        self._open.clear()
