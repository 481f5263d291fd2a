"""The only reader of the environment and of the configuration file.

A mistake stops the start with exit code 78 and one line that names file, line and cure. Secrets are never in the file:
it names environment variables or files that hold them.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pydantic
import yaml
from pydantic import BaseModel, Field, SecretStr

from gateway.errors import ConfigurationError
from gateway.settings.access import AccessSettings
from gateway.settings.alerts import AlertSettings
from gateway.settings.audit import AuditSettings
from gateway.settings.budgets import BudgetsSettings, RateSettings, StreamLimitSettings
from gateway.settings.egress import EgressSettings
from gateway.settings.fields import Name, Seconds, Section, secret
from gateway.settings.guardrail import GuardrailSettings
from gateway.settings.keys import KeySettings
from gateway.settings.providers import ProviderSettings, RouteSettings, RoutingSettings, Waits
from gateway.settings.serving import DrainSettings, TlsSettings
from gateway.settings.stores import StoreSettings
from gateway.settings.tier3 import Tier3Settings
from gateway.settings.tokens import TokenSettings
from gateway.settings.tracing import TracingSettings
from gateway.settings.vaults import VaultSettings

CONFIG_BYTES_MAX = 1 << 20
KEY_CHARS_MIN = 16
RENAMED: dict[tuple[str | int, ...], str] = {
    ("tokens", "master_key_file"): "keys.master_key_file",
    ("tokens", "master_key_env"): "keys.master_key_env",
}
"""Settings that had another name."""


class Upstream(Waits):
    """The model provider, where there is only one."""

    base_url: str = Field(description="OpenAI-compatible base URL, ending in /v1", pattern=r"^https?://[^\s?#@]+$")
    kind: str = Field(
        "",
        description="kind of provider, for its own words; by default every endpoint is passed on as it is",
        max_length=64,
    )
    region: str = Field(
        "", pattern="^[a-z]{0,8}$", description="where it stands; a policy's `regions` say which may be used"
    )
    api_key_env: str = Field("", description="environment variable that holds the provider's key")
    api_key_file: str = Field("", description="file that holds the provider's key")


class Limits(Section):
    """Caps; nothing in the gateway is without one."""

    request_bytes: int = Field(20 << 20, ge=1 << 10, le=1 << 30, description="size of a request body")
    response_bytes: int = Field(50 << 20, ge=1 << 10, le=1 << 30, description="size of a whole (not streamed) answer")
    event_bytes: int = Field(1 << 20, ge=1 << 10, le=1 << 26, description="size of one event of a streamed answer")
    events: int = Field(2_000_000, ge=100, description="events of one streamed answer")
    channels: int = Field(256, ge=1, le=65_536, description="texts of one streamed answer that are open at a time")
    buffered_chars: int = Field(
        4 << 20, ge=1 << 10, le=1 << 28, description="text of a streamed answer that a policy's `release: buffer` holds"
    )
    json_depth: int = Field(64, ge=4, le=500, description="nesting of a JSON body or event")
    json_nodes: int = Field(500_000, ge=100, description="values in a JSON body or event")
    header_bytes: int = Field(16_384, ge=1024, le=1 << 20, description="size of one header field")
    header_read_seconds: Seconds = Field(
        75, description="deadline for a request's line and headers, and how long a connection may idle before them"
    )
    body_read_seconds: Seconds = Field(60, description="deadline for a request's body")
    client_stall_seconds: Seconds = Field(60, description="longest wait for a client that does not read")
    stream_cpu_seconds: Seconds = Field(120, description="time spent on inspecting one streamed answer")
    admin_tries_per_minute: int = Field(
        300, ge=1, le=100_000, description="how often an address may call /admin/auth/... in a minute"
    )
    streams: int = Field(10_000, ge=1, description="open streams; more get 503")


class Settings(Section):
    """Everything that can be set."""

    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65_535, description="port to listen on; 0 picks a free one")
    workers: int = Field(
        1,
        ge=1,
        le=256,
        description="processes that listen on the port together; more than one needs `stores.redis_url` and "
        "`stores.database_url`",
    )
    drain: DrainSettings = DrainSettings()
    tls: TlsSettings = TlsSettings()
    key: SecretStr | None = Field(None, description="bearer key that clients send; set by --key or HOLDBACK_KEY")
    key_env: str = Field(
        "HOLDBACK_KEY",
        description="environment variable that holds a bearer key for all clients; empty: there is none, and clients "
        "have capability keys only",
    )
    policy: str = Field("default", description="preset name, or path of a policy file")
    policy_reload_seconds: float = Field(
        2, ge=0, le=3600, description="how often the policy's files are looked at for a change; 0 for never"
    )
    policy_overlays: str = Field(
        "",
        max_length=4096,
        description="folder of overlays: TENANT.yaml and TENANT/AGENT.yaml, by id, with what they say otherwise",
    )
    hash_key: SecretStr | None = Field(None, description="key of the action `hash`; never in the file")
    hash_key_env: str = Field(
        "HOLDBACK_HASH_KEY", description="environment variable that holds the key of a policy's `hash`, when it has any"
    )
    agents: tuple[Name, ...] = Field(("default",), description="agents that a path may name: /v1/ai/{agent}/...")
    upstream: Upstream | None = Field(None, description="the model provider, where there is only one")
    providers: dict[Name, ProviderSettings] = Field(
        {}, description="model providers by name, in the place of `upstream`"
    )
    routes: tuple[RouteSettings, ...] = Field((), description="which models go to which providers; the first that fits")
    routing: RoutingSettings = RoutingSettings()
    upstream_key: SecretStr | None = Field(None, description="set by --upstream-key; never in the file")
    limits: Limits = Limits()
    stores: StoreSettings = StoreSettings()
    egress: EgressSettings = EgressSettings()
    tokens: TokenSettings = TokenSettings()
    vaults: VaultSettings = VaultSettings()
    keys: KeySettings = KeySettings()
    tier3: Tier3Settings = Tier3Settings()
    audit: AuditSettings = AuditSettings()
    access: AccessSettings = AccessSettings()
    alerts: AlertSettings = AlertSettings()
    guardrail: GuardrailSettings = GuardrailSettings()
    tracing: TracingSettings = TracingSettings()
    budgets: BudgetsSettings = BudgetsSettings()
    rates: tuple[RateSettings, ...] = Field((), description="rates of requests", max_length=100)
    stream_limits: tuple[StreamLimitSettings, ...] = Field(
        (), description="how many streams may be open at a time", max_length=100
    )
    log_level: str = Field("info", pattern="^(debug|info|warning|error)$", description="least severe line to log")


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read a configuration file.

    Args:
        path: YAML.
        environment: where named variables are looked up; the process's own when None.

    Raises:
        ConfigurationError: with file, line, column, problem and cure.
    """
    environment = os.environ if environment is None else environment
    try:
        if path.stat().st_size > CONFIG_BYTES_MAX:
            raise ConfigurationError("is too large.", file=str(path), cure=f"Keep it under {CONFIG_BYTES_MAX} bytes.")
        text = path.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}.", file=str(path)) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise ConfigurationError(f"is not YAML: {error.problem}.", file=str(path), line=line, column=column) from None
    except (UnicodeDecodeError, yaml.YAMLError):
        raise ConfigurationError("is not YAML in UTF-8.", file=str(path)) from None
    if not isinstance(values, dict) or node is None:
        raise ConfigurationError("is no mapping.", file=str(path), line=1, cure="Begin with `upstream:`.")
    _refuse_secrets(Settings, values, node, str(path))
    return _with_secrets(_validated(values, node, str(path)), environment, str(path))


def _refuse_secrets(
    model: type[BaseModel], values: object, node: yaml.Node, file: str, at: tuple[str, ...] = ()
) -> None:
    """Stop at a secret that is written in the file: the settings named in its stead say where it is."""
    if not isinstance(values, dict):
        return
    for name, info in model.model_fields.items():
        annotations = (info.annotation, *get_args(info.annotation))
        if name in values and SecretStr in annotations:
            setting = "upstream.api_key" if name == "upstream_key" else ".".join((*at, name))
            cure = f"Secrets do not belong in the file: use {setting}_env."
            problem = f"`{'.'.join((*at, name))}` is not allowed here."
            raise ConfigurationError(problem, file=file, line=_node_at(node, (*at, name)), cure=cure)
        inner = info.annotation
        if name in values and isinstance(inner, type) and issubclass(inner, BaseModel):
            _refuse_secrets(inner, values[name], node, file, (*at, name))


def _validated(values: dict[str, Any], node: yaml.Node, file: str) -> Settings:
    try:
        return Settings.model_validate(values)
    except pydantic.ValidationError as error:
        first = error.errors(include_input=False, include_context=False, include_url=False)[0]
    where = tuple(first["loc"])
    name = ".".join(map(str, where))
    cure = _nearest(where) if first["type"] == "extra_forbidden" else ""
    problem = f"`{name}`: {first['msg'].lower()}."
    raise ConfigurationError(problem, file=file, line=_node_at(node, where), cure=cure or None)


def _nearest(where: tuple[str | int, ...]) -> str:
    if where in RENAMED:
        return f"It is `{RENAMED[where]}` now: there is one master key."
    model: type[BaseModel] = Settings
    for step in where[:-1]:
        inner = model.model_fields[str(step)].annotation if str(step) in model.model_fields else None
        if not isinstance(inner, type) or not issubclass(inner, BaseModel):
            return ""
        model = inner
    known = sorted(model.model_fields)
    close = difflib.get_close_matches(str(where[-1]), known, n=1)
    return f"Did you mean `{close[0]}`?" if close else f"Known here: {', '.join(known)}."


def _node_at(node: yaml.Node, where: tuple[str | int, ...]) -> int:
    """The line of a setting, or of the nearest thing around it that is there."""
    line = node.start_mark.line + 1
    for step in where:
        members = node.value if isinstance(node, yaml.MappingNode) else []
        for key, value in members:
            if key.value == str(step):
                line, node = key.start_mark.line + 1, value
                break
        else:
            break
    return int(line)


def _with_secrets(settings: Settings, environment: Mapping[str, str], file: str) -> Settings:
    one = settings.upstream
    upstream_key = secret("upstream.api_key", one.api_key_env, one.api_key_file, environment, file) if one else None
    providers = {name: each.with_secret(name, environment, file) for name, each in settings.providers.items()}
    key = environment.get(settings.key_env, "") if settings.key_env else ""
    if settings.key_env and len(key) < KEY_CHARS_MIN:
        raise ConfigurationError(
            f"the clients' key in {settings.key_env} is missing or shorter than {KEY_CHARS_MIN} characters.",
            file=file,
            cure=f"Set {settings.key_env}, for example to the output of `openssl rand -hex 24`.",
        )
    hash_key = environment.get(settings.hash_key_env)
    update = {
        "key": SecretStr(key) if key else None,
        "upstream_key": SecretStr(upstream_key) if upstream_key else None,
        "providers": providers,
        "hash_key": SecretStr(hash_key) if hash_key else None,
        "stores": settings.stores.with_secrets(environment, file),
        "keys": settings.keys.with_secrets(environment, file),
        "guardrail": settings.guardrail.with_secrets(environment, file),
        "alerts": settings.alerts.with_secrets(environment, file),
        "tracing": settings.tracing.with_secrets(environment, file),
    }
    return settings.model_copy(update=update)
