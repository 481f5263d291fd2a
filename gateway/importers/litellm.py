"""LiteLLM's proxy configuration: routes, aliases, keys by reference, the entities of its Presidio guardrails.

What it cannot carry is listed, never dropped in silence. Source: LiteLLM docs, 'All settings' of the proxy
configuration, 'Guardrails: Presidio'.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
_PREFIXES = {
    "openai": "openai",
    "text-completion-openai": "openai",
    "azure": "azure-openai",
    "anthropic": "anthropic",
    "gemini": "gemini",
    "ollama": "ollama",
    "ollama_chat": "ollama",
    "hosted_vllm": "vllm",
    "vllm": "vllm",
}
_REFERENCE = "os.environ/"
_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_PARAMS = frozenset({"model", "api_base", "api_key", "api_version", "base_url"})
_ACTIONS = {"MASK": "redact", "BLOCK": "block"}
_READ = frozenset({"model_list", "guardrails", "router_settings", "litellm_settings"})


@dataclass(slots=True)
class Imported:
    """Our configuration and policy, as values for YAML, and what could not be carried, line by line."""

    config: Json = field(default_factory=dict)
    policy: Json = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


class _Routes:
    """Providers and routes as they are gathered."""

    def __init__(self, left: list[str]) -> None:
        self.left = left
        self.providers: dict[str, Json] = {}
        self.routes: dict[str, Json] = {}

    def deployment(self, at: int, entry: Json) -> None:
        """One entry of `model_list`."""
        alias, params = str(entry.get("model_name") or ""), entry.get("litellm_params") or {}
        prefix, _, model = str(params.get("model") or "").rpartition("/") if params.get("model") else ("", "", "")
        base_url = params.get("api_base") or params.get("base_url") or ""
        kind = _kind(prefix, model, base_url)
        if not alias or kind is None:
            self.left.append(f"model_list[{at}]: a provider that has no kind here ({prefix or 'none named'})")
            return
        provider = self._provider(at, kind, base_url, params)
        known = self.routes.setdefault(
            alias, {"models": [alias], "providers": [], "model": "" if alias == model else model}
        )
        sent = "" if alias == model else model
        if known["model"] != sent:
            self.left.append(f"model_list[{at}]: {alias} stands for another model than before; a route sends one name")
        elif provider not in known["providers"]:
            known["providers"].append(provider)
        for name in sorted(set(params) - _PARAMS):
            self.left.append(f"model_list[{at}].litellm_params.{name}")

    def _provider(self, at: int, kind: str, base_url: str, params: Json) -> str:
        made: Json = {"kind": kind}
        if base_url:
            made["base_url"] = _url(kind, base_url)
        key = str(params.get("api_key") or "")
        if key.startswith(_REFERENCE):
            made["api_key_env"] = key.removeprefix(_REFERENCE)
        elif key:
            self.left.append(f"model_list[{at}].litellm_params.api_key: a key in the file; name a variable instead")
        elif kind in ("openai", "anthropic", "gemini"):
            made["api_key_env"] = {
                "openai": "OPENAI_API_KEY",
                "anthropic": "ANTHROPIC_API_KEY",
                "gemini": "GEMINI_API_KEY",
            }[kind]
        if kind in ("openai-compatible", "azure-openai") and base_url.startswith("http://"):
            made["private_network"] = True
        for name, known in self.providers.items():
            if known == made:
                return name
        name = (
            kind
            if kind not in self.providers
            else f"{kind}-{sum(one['kind'] == kind for one in self.providers.values()) + 1}"
        )
        self.providers[name] = made
        return name

    def fallback(self, where: str, model: str, others: list[str]) -> None:
        """`model` falls back to `others`."""
        route = self.routes.get(model)
        for other in others:
            target = self.routes.get(other)
            sent = {one["model"] or one["models"][0] for one in (route, target) if one}
            if route is None or target is None or len(sent) > 1:
                self.left.append(f"{where}: {model} to {other} (a fallback here keeps the model's name)")
                continue
            route["providers"] += [name for name in target["providers"] if name not in route["providers"]]

    def alias(self, name: str, model: str) -> None:
        """`name` is another name of `model`."""
        route = self.routes.get(model)
        if route is None:
            self.left.append(f"router_settings.model_group_alias.{name}")
            return
        self.routes[name] = {**route, "models": [name], "model": route["model"] or model}


def import_litellm(values: object, entities: Collection[str]) -> Imported:
    """Read a LiteLLM configuration.

    Args:
        values: what its YAML says.
        entities: that are known here.
    """
    made = Imported()
    if not isinstance(values, dict):
        made.left.append("the file is no mapping")
        return made
    routes = _Routes(made.left)
    for at, entry in enumerate(values.get("model_list") or ()):
        routes.deployment(at, entry)
    _routers(values, routes, made)
    made.config = {
        "providers": routes.providers,
        "routes": [{name: value for name, value in route.items() if value} for route in routes.routes.values()],
        **made.config,
    }
    for at, guardrail in enumerate(values.get("guardrails") or ()):
        _guardrail(at, guardrail, entities, made)
    made.left += [name for name in values if name not in _READ]
    return made


def _kind(prefix: str, model: str, base_url: str) -> str | None:
    if not model:
        return None
    if not prefix:
        prefix = "anthropic" if model.startswith("claude") else "openai"
    kind = _PREFIXES.get(prefix)
    return "openai-compatible" if kind == "openai" and base_url and "api.openai.com" not in base_url else kind


def _url(kind: str, base_url: str) -> str:
    url = base_url.rstrip("/")
    if kind == "azure-openai":
        return url if url.endswith("/openai/v1") else f"{url}/openai/v1"
    return url if kind == "gemini" or url.endswith("/v1") else f"{url}/v1"


def _routers(values: Json, routes: _Routes, made: Imported) -> None:
    routing: Json = {}
    for section in ("router_settings", "litellm_settings"):
        for name, value in (values.get(section) or {}).items():
            own = _routing(name, value)
            routing |= own
            if not own and not _reaches_routes(f"{section}.{name}", name, value, routes):
                made.left.append(f"{section}.{name}")
    if routing:
        made.config["routing"] = routing


def _routing(name: str, value: Any) -> Json:
    """The setting of `routing` that says the same; nothing when there is none."""
    if name == "num_retries" and isinstance(value, int):
        return {"rounds": min(max(value + 1, 1), 10)}
    if name == "allowed_fails" and isinstance(value, int):
        return {"breaker_failures": max(value, 1)}
    return {"breaker_seconds": value} if name == "cooldown_time" and value else {}


def _reaches_routes(where: str, name: str, value: Any, routes: _Routes) -> bool:
    """Whether a setting is one of routes or providers; it is carried, or listed in its parts."""
    if name in ("timeout", "request_timeout") and value:
        for provider in routes.providers.values():
            provider["silence_seconds"] = value
    elif name == "model_group_alias":
        for alias, model in value.items():
            routes.alias(alias, model if isinstance(model, str) else str(model.get("model")))
    elif name == "fallbacks":
        for model, others in (pair for one in value for pair in one.items()):
            routes.fallback(where, model, others)
    else:
        return False
    return True


def _guardrail(at: int, guardrail: Json, entities: Collection[str], made: Imported) -> None:
    params = guardrail.get("litellm_params") or {}
    if params.get("guardrail") != "presidio":
        made.left.append(f"guardrails[{at}]: {_NAME.sub('-', str(params.get('guardrail')))}")
        return
    modes = params.get("mode") or []
    modes = {modes} if isinstance(modes, str) else set(modes)
    chosen = made.policy.setdefault("entities", {})
    made.policy.setdefault("extends", "default")
    restores = bool(params.get("output_parse_pii"))
    for name, action in (params.get("pii_entities_config") or {}).items():
        ours = _ACTIONS.get(str(action))
        if name not in entities or ours is None:
            made.left.append(f"guardrails[{at}].pii_entities_config.{name}")
            continue
        request = "tokenize" if restores and ours == "redact" else ours
        way = chosen.setdefault(name, {})
        if modes & {"pre_call", "during_call"} or not modes:
            way["request"] = request
        if modes & {"post_call"} or restores:
            way["response"] = ours
    read = {"guardrail", "mode", "pii_entities_config", "output_parse_pii", "default_on", "presidio_analyzer_api_base"}
    read |= {"presidio_anonymizer_api_base", "presidio_language"}
    made.left += [f"guardrails[{at}].{name}" for name in sorted(set(params) - read)]
