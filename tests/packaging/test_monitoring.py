"""What the chart watches the gateway with: rules, their runbook, dashboards, the scaling by open streams."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

pytest.importorskip("helm_python", reason="its wheels are for Linux")

from gateway.errors import all_errors
from gateway.observe.catalogue import exposed
from gateway.observe.metrics import Metrics
from tests.packaging.charts import CHART, ROOT, Release, rendered, values_of
from tests.packaging.promql import asked, problems


@cache
def monitored() -> Release:
    return rendered(values_of("monitored"))


def rules() -> list[dict[str, Any]]:
    (found,) = monitored().of("PrometheusRule")
    return [rule for group in found["spec"]["groups"] for rule in group["rules"]]


def test_every_metric_of_an_alert_and_of_the_scaling_exists() -> None:
    series = {name: labels for one in exposed(Metrics().registry) for name, labels in one.series().items()}
    assert len(rules()) >= 15
    assert [(rule["alert"], one) for rule in rules() for one in problems(rule["expr"], series)] == []
    codes = {error.code for error in all_errors()}
    for rule in rules():
        for one in asked(rule["expr"]):
            assert {*one.labels.get("code", "store_unavailable").split("|")} <= codes, rule["alert"]
    (scaler,) = monitored().of("HorizontalPodAutoscaler")
    scaled = [metric["pods"]["metric"]["name"] for metric in scaler["spec"]["metrics"] if "pods" in metric]
    assert scaled == ["holdback_open_streams"]
    assert {*scaled} <= {*series}
    assert any("0.8 * 20000" in rule["expr"] for rule in rules())


def test_every_alert_has_a_section_in_the_runbook() -> None:
    text = (ROOT / "docs" / "operations" / "runbook.md").read_text(encoding="utf-8")
    heads = re.findall("^#+ (.+)$", text, re.M)
    anchors = {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in heads}
    for rule in rules():
        page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
        assert page == "docs/operations/runbook.md"
        assert anchor in anchors, rule["alert"]
    assert "holdbackelsewhere" not in anchors


def test_dashboards_are_shipped_only_where_they_are_asked_for() -> None:
    shipped = [one for one in monitored().of("ConfigMap") if "-dashboard-" in one["metadata"]["name"]]
    assert len(shipped) == len([*(CHART / "dashboards").glob("*.json")]) >= 2
    for one in shipped:
        ((name, text),) = one["data"].items()
        assert json.loads(text) == json.loads((CHART / "dashboards" / name).read_text(encoding="utf-8"))
        assert one["metadata"]["labels"]["grafana_dashboard"] == "1"
        assert one["metadata"]["annotations"] == {"grafana_folder": "Holdback"}
    assert not [one for one in rendered({}).of("ConfigMap") if "-dashboard-" in one["metadata"]["name"]]
