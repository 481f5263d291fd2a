"""The chart as data: rendered by Helm's own library, for the tests beside this file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import helm_python
import yaml

from gateway import settings

ROOT = Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy" / "helm" / "holdback"
SETS = sorted(file.name.removesuffix("-values.yaml") for file in (CHART / "ci").glob("*-values.yaml"))
SECRETS = "/etc/holdback/secrets"
SHARED: dict[str, Any] = {
    "config": {"stores": {"database_url": "postgresql://u@db/n", "redis_url": "redis://r:6379/0"}},
    "networkPolicy": {"databaseTo": [{"podSelector": {}}], "redisTo": [{"podSelector": {}}]},
}

Manifest = dict[str, Any]


def values_of(name: str) -> dict[str, Any]:
    """A value set of ci/."""
    loaded: dict[str, Any] = yaml.safe_load((CHART / "ci" / f"{name}-values.yaml").read_text(encoding="utf-8"))
    return loaded


@dataclass(frozen=True, slots=True)
class Release:
    """What would be installed."""

    texts: dict[str, str]
    manifests: list[Manifest]

    def of(self, kind: str, name: str = "") -> list[Manifest]:
        """Manifests of a kind, whose names end in `name`."""
        return [one for one in self.manifests if one["kind"] == kind and one["metadata"]["name"].endswith(name)]

    def pods(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Name and spec of every pod."""
        for one in self.manifests:
            if one["kind"] in {"Deployment", "Job"}:
                yield one["metadata"]["name"], one["spec"]["template"]["spec"]
            elif one["kind"] == "Pod":
                yield one["metadata"]["name"], one["spec"]

    def config(self, name: str = "-config") -> str:
        """The text of the gateway's configuration."""
        (found,) = self.of("ConfigMap", name)
        text: str = found["data"]["holdback.yaml"]
        return text


def rendered(values: dict[str, Any]) -> Release:
    """Render with values."""
    with helm_python.Chart.load(CHART) as chart:
        texts = chart.render(values, name="test", namespace="llm")
    manifests = [
        one
        for name, text in sorted(texts.items())
        if name.endswith(".yaml")
        for one in yaml.safe_load_all(text)
        if one is not None
    ]
    return Release(texts, manifests)


def containers(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """All of a pod's."""
    return [*pod.get("initContainers", []), *pod["containers"]]


def loaded(text: str, tmp_path: Path, values: dict[str, Any]) -> settings.Settings:
    """Load a configuration as the pod would, with every secret file there that the pod mounts."""
    for path in re.findall(rf"{SECRETS}/([\w.-]+)", text):
        (tmp_path / path).write_text("s" * 24, encoding="utf-8")
    file = tmp_path / "holdback.yaml"
    file.write_text(text.replace(SECRETS, str(tmp_path)), encoding="utf-8")
    environment = {"HOLDBACK_KEY": "k" * 24, **({"HOLDBACK_HASH_KEY": "h" * 24} if "policies" in values else {})}
    return settings.load(file, environment)
