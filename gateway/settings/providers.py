"""Model providers, and the routes to them."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from gateway.errors import ConfigurationError
from gateway.settings.fields import Name, Seconds, Section, secret

Url = Field(
    "",
    description="base URL, up to and with the version; needed where the kind has none",
    pattern=r"^(https?://[^\s?#@]+)?$",
)


class Waits(Section):
    """How long a provider may take."""

    connect_seconds: Seconds = Field(10, description="deadline for a connection to the provider")
    silence_seconds: Seconds = Field(300, description="longest silence of the provider before it counts as gone")
    total_seconds: Seconds = Field(3600, description="longest duration of one answer")
    connections: int = Field(4096, ge=1, le=65_536, description="open connections to the provider at most")


class ProviderSettings(Waits):
    """One provider."""

    kind: Name = Field("openai-compatible", description="kind of provider; see docs/providers.md")
    base_url: str = Url
    api_key_env: str = Field("", description="environment variable that holds the provider's key")
    api_key_file: str = Field("", description="file that holds the provider's key")
    api_key: SecretStr | None = Field(None, description="read from where the two above say; never in the file")
    region: str = Field(
        "", description="where its data stays, for routes that name regions", pattern=r"^[A-Za-z0-9._-]{0,64}$"
    )
    private_network: bool | None = Field(
        None, description="may be at a private address or over plain HTTP; by default what its kind says"
    )

    def with_secret(self, name: str, environment: Mapping[str, str], file: str) -> ProviderSettings:
        """With its key.

        Raises:
            ConfigurationError: the key is not where the settings say.
        """
        key = secret(f"providers.{name}.api_key", self.api_key_env, self.api_key_file, environment, file)
        return self.model_copy(update={"api_key": SecretStr(key) if key else None})


class RouteSettings(Section):
    """One route."""

    models: tuple[str, ...] = Field(description="globs of model names, such as gpt-*", min_length=1)
    providers: tuple[Name, ...] = Field(description="names of providers, the preferred one first", min_length=1)
    model: str = Field("", description="name to send instead of the client's", max_length=256)
    regions: tuple[str, ...] = Field((), description="regions that the data may go to; all when empty")


class RoutingSettings(Section):
    """What happens when a provider fails. Never after the first byte of an answer went out."""

    rounds: int = Field(1, ge=1, le=10, description="how often all providers of a route are asked before giving up")
    backoff_seconds: Seconds = Field(0.5, description="pause before the second round; doubles each round, with jitter")
    backoff_cap_seconds: Seconds = Field(
        20, description="longest pause before a round, also when a provider asks for more"
    )
    breaker_failures: int = Field(5, ge=1, le=1000, description="failures in a row after which a provider is not asked")
    breaker_seconds: Seconds = Field(30, description="for how long it is not asked then")


def check(
    providers: Mapping[str, ProviderSettings],
    routes: tuple[RouteSettings, ...],
    kinds: Mapping[str, tuple[str, bool]],
    file: str | None = None,
) -> None:
    """Whether routes and providers fit together.

    Args:
        providers: by name.
        routes: in their order.
        kinds: from the name of a kind to its base URL and whether it is private.
        file: named in errors.

    Raises:
        ConfigurationError: a name that leads nowhere, a URL that is missing or not allowed.
    """
    for name, provider in providers.items():
        if provider.kind not in kinds:
            problem = f"`providers.{name}.kind` is no kind of provider."
            raise ConfigurationError(problem, file=file, cure=f"Known here: {', '.join(sorted(kinds))}.")
        base_url, is_private = kinds[provider.kind]
        url = provider.base_url or base_url
        if not url:
            raise ConfigurationError(f"`providers.{name}.base_url` is missing.", file=file, cure="This kind has none.")
        allowed = is_private if provider.private_network is None else provider.private_network
        if not allowed and not is_open(url):
            cure = f"Use https and a public host, or set providers.{name}.private_network: true."
            raise ConfigurationError(f"`providers.{name}.base_url` is private or not https.", file=file, cure=cure)
    if providers and not routes:
        raise ConfigurationError("`routes` is missing.", file=file, cure='Begin with models: ["*"].')
    for at, route in enumerate(routes):
        for name in route.providers:
            if name not in providers:
                problem = f"`routes.{at}.providers` names {name}, which is not under `providers`."
                raise ConfigurationError(problem, file=file)


def is_open(url: str) -> bool:
    """Whether a URL is https and its host is no private address; a name is judged when it is connected to."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme == "https" and ipaddress.ip_address(host).is_global
    except ValueError:
        return (
            parts.scheme == "https" and host != "localhost" and not host.endswith((".localhost", ".local", ".internal"))
        )
