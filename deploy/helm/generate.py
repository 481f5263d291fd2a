"""Writes the chart's values.schema.json, out of values.yaml and the gateway's settings, and its table of values."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from gateway.settings import Settings

CHART = Path(__file__).resolve().parent / "holdback"
_NAME = {"type": "string", "pattern": r"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?)?$"}
_SECRET = {
    "type": "object",
    "additionalProperties": False,
    "required": ["name", "key"],
    "properties": {
        "name": {**_NAME, "description": "name of a Secret that exists"},
        "key": {"type": "string", "pattern": r"^[-._a-zA-Z0-9]{1,253}$"},
    },
}
_STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
_OBJECTS = {"type": "array", "items": {"type": "object"}}
_PATHS = {"type": "array", "minItems": 1, "items": {"type": "string", "pattern": "^/[A-Za-z0-9/._-]*$"}}
_VARIABLE = "^[A-Za-z_][A-Za-z0-9_]*$"


def _secrets_by(pattern: str) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "patternProperties": {pattern: _SECRET}}


def _special() -> dict[str, dict[str, Any]]:
    """Values whose default does not say what they may be."""
    secret = dict.fromkeys(
        ("clientKey", "masterKey", "upstreamKey", "databasePassword", "redisPassword", "hashKey", "auditSigningKey"),
        _SECRET,
    )
    return {
        **{f"secrets.{name}": schema for name, schema in secret.items()},
        "secrets.providerKeys": _secrets_by("^[A-Za-z0-9._-]{1,64}$"),
        "secrets.environment": _secrets_by(_VARIABLE),
        "environment": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {_VARIABLE: {"type": "string"}},
        },
        "policies": {
            "type": "object",
            "additionalProperties": False,
            "patternProperties": {r"^[a-z0-9][a-z0-9-]{0,60}\.yaml$": {"type": "string", "maxLength": 500_000}},
        },
        "image.pullPolicy": {"enum": ["Always", "IfNotPresent", "Never"]},
        "image.digest": {"type": "string", "pattern": "^(sha256:[0-9a-f]{64})?$"},
        "service.type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]},
        "replicas": {"type": "integer", "minimum": 0, "maximum": 1000},
        "resources": {"type": "object"},
        "tier3Sidecar.resources": {"type": "object"},
        "redis.resources": {"type": "object"},
        "affinity": {"type": "object"},
        "podDisruptionBudget.maxUnavailable": {"type": ["integer", "string"]},
        "prometheusRule.errorRatio": {"type": "number", "exclusiveMinimum": 0, "maximum": 1},
        "prometheusRule.inspectSeconds": {"type": "number", "exclusiveMinimum": 0},
        "prometheusRule.delaySeconds": {"type": "number", "exclusiveMinimum": 0},
        "grafanaDashboards.labels": _STRINGS,
        "ingress.hosts": {"type": "array", "items": {"type": "string"}},
        "ingress.paths": _PATHS,
        "httpRoute.hostnames": {"type": "array", "items": {"type": "string"}},
        "httpRoute.paths": _PATHS,
        "httpRoute.timeout": {"type": "string", "pattern": r"^([0-9]{1,5}(h|m|s|ms)){1,4}$"},
        "workloadIdentity.awsRoleArn": {"type": "string", "pattern": r"^(arn:aws[a-z-]*:iam::[0-9]{12}:role/.+)?$"},
        "workloadIdentity.gcpServiceAccount": {
            "type": "string",
            "pattern": r"^([a-z0-9-]+@[a-z0-9.:-]+\.iam\.gserviceaccount\.com)?$",
        },
    }


def _settings() -> tuple[dict[str, Any], dict[str, Any]]:
    """The schema of `config`, and what it refers to: the settings without the secrets that are never in the file."""
    schema = Settings.model_json_schema()
    definitions = schema.pop("$defs")
    return _plain(schema), {name: _plain(one) for name, one in definitions.items()}


def _plain(node: Any) -> Any:
    if isinstance(node, list):
        return [_plain(one) for one in node if one != {"type": "null"}]
    if not isinstance(node, dict):
        return node
    kept = {name: one for name, one in node.items() if not (name in {"title", "default"} and not isinstance(one, dict))}
    kept.pop("default", None)
    if isinstance(kept.get("properties"), dict):
        kept["properties"] = {
            name: one for name, one in kept["properties"].items() if "writeOnly" not in json.dumps(one)
        }
    return {name: _plain(one) for name, one in kept.items()}


def _of(default: Any, path: str, about: dict[str, str], special: dict[str, dict[str, Any]]) -> dict[str, Any]:
    described = {"description": about[path]} if path in about else {}
    if path == "config":
        return {"$ref": "#/$defs/Settings", **described}
    if path in special:
        return {**special[path], **described}
    if isinstance(default, dict) and default and not path.endswith("annotations"):
        members = {name: _of(one, f"{path}.{name}".lstrip("."), about, special) for name, one in default.items()}
        return {"type": "object", "additionalProperties": False, "properties": members, **described}
    kinds: list[tuple[type, dict[str, Any]]] = [
        (bool, {"type": "boolean"}),
        (int, {"type": "integer", "minimum": 0}),
        (str, {"type": "string"}),
        (list, _OBJECTS),
        (dict, _STRINGS),
    ]
    return {**next(schema for kind, schema in kinds if isinstance(default, kind)), **described}


def comments(text: str) -> Iterator[tuple[str, str]]:
    """Path and description of each value that has a comment above it."""
    above: list[str] = []
    at: list[str] = []
    for line in text.splitlines():
        bare = line.strip()
        if bare.startswith("#"):
            above.append(bare.lstrip("# "))
        elif bare and not bare.startswith("-") and ":" in bare:
            depth = (len(line) - len(line.lstrip())) // 2
            at = [*at[:depth], bare.split(":")[0]]
            if above:
                yield ".".join(at), " ".join(above)
            above = []
        else:
            above = []


def schema() -> str:
    """values.schema.json."""
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    settings, definitions = _settings()
    made = _of(yaml.safe_load(text), "", dict(comments(text)), _special())
    # Charts above this one may hand down `global`.
    made["properties"]["global"] = {"type": "object"}
    made = {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}
    made["$defs"] = {**definitions, "Settings": settings}
    return json.dumps(made, indent=1) + "\n"


def table() -> str:
    """README.md of the chart."""
    text = (CHART / "values.yaml").read_text(encoding="utf-8")
    rows = []
    for path, about in comments(text):
        value: Any = yaml.safe_load(text)
        for step in path.split("."):
            value = value[step]
        default = "" if isinstance(value, dict) and value else f"`{json.dumps(value)}`"
        rows.append(f"| `{path}` | {default} | {about} |")
    head = (
        "<!-- Made by deploy/helm/generate.py: change values.yaml, then run `make docs`. -->\n\n# Values\n\n"
        "How to install: docs/kubernetes.md. Examples for AWS, GCP and Azure: `ci/`.\n\n"
    )
    return head + "| value | default | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"


FILES = {"values.schema.json": schema, "README.md": table}

if __name__ == "__main__":
    for name, make in FILES.items():
        (CHART / name).write_text(make(), encoding="utf-8")
