"""Dashboards and pages: what they ask for exists in the code, by the very name and labels."""

from __future__ import annotations

import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.observe.catalogue import exposed
from gateway.observe.metrics import Metrics
from tests.packaging.promql import SCRAPED, asked, problems

ROOT = Path(__file__).resolve().parents[2]
GRAFANA = ROOT / "deploy" / "grafana"
BOARDS = sorted(GRAFANA.glob("*.json"))
METRICS = [*exposed(Metrics().registry)]
SERIES = {name: labels for one in METRICS for name, labels in one.series().items()}
PAGES = sorted(
    [
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "deploy").rglob("*.md"),
        *(ROOT / "deploy").rglob("*.yaml"),
        ROOT / "README.md",
    ]
)
OTHERS = {"holdback_tokenize", "holdback_chars"}
"""Words of the docs that look like metrics: an operator of presidio-anonymizer, a key of policies."""


def board(file: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return loaded


def panels(file: Path) -> Iterator[dict[str, Any]]:
    for panel in board(file)["panels"]:
        yield panel
        yield from panel.get("panels", [])


def queries(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """Title and target of each query."""
    for panel in panels(file):
        for target in panel.get("targets", []):
            yield panel["title"], target


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
def test_every_metric_of_a_dashboard_exists_with_its_labels(file: Path) -> None:
    found = [*queries(file)]
    assert len(found) >= 10
    assert [(title, one) for title, target in found for one in problems(target["expr"], SERIES)] == []
    for title, target in found:
        shown = set(re.findall(r"{{\s*(\w+)\s*}}", target["legendFormat"]))
        kept = frozenset().union(*(one.grouped for one in asked(target["expr"])))
        assert shown <= kept, title
    for variable in board(file)["templating"]["list"]:
        if variable["type"] == "query":
            metric, label = re.findall(r"label_values\((\w+), (\w+)\)", variable["definition"])[0]
            assert metric in SERIES
            assert label in SCRAPED


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("sum(rate(holdback_stream_total[5m]))", "there is no holdback_stream_total"),
        ("sum(rate(holdback_requests[5m]))", "there is no holdback_requests"),
        ('sum(rate(holdback_requests_total{code="a"}[5m]))', "has no label code"),
        ("sum by (tenant) (rate(holdback_requests_total[5m]))", "has no label tenant"),
        ("sum(rate(holdback_open_streams[5m]))", "the rate of a gauge"),
        ("holdback_requests_total", "a counter as it stands"),
        ("histogram_quantile(0.9, sum(rate(holdback_added_delay_seconds_bucket[5m])))", "by le"),
        ('max(holdback_open_streams{job=~"$job"}) / sum(rate(holdback_nothing_total[5m]))', "there is no"),
    ],
)
def test_a_wrong_name_or_label_is_found(expression: str, problem: str) -> None:
    assert any(problem in one for one in problems(expression, SERIES))


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
def test_grafana_can_read_it(file: Path) -> None:
    """What its schema asks of a dashboard that is provisioned from a file."""
    one, seen = board(file), set[tuple[int, int]]()
    assert one["schemaVersion"] >= 36
    assert re.fullmatch(r"[a-z0-9-]{1,40}", one["uid"])
    sources = [variable["name"] for variable in one["templating"]["list"] if variable["type"] == "datasource"]
    assert sources == ["datasource"]
    assert "__inputs" not in one
    for panel in panels(file):
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        columns, lines = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
        cells = {(x, y) for x in columns for y in lines}
        assert not cells & seen, panel["title"]
        seen |= cells
        if panel["type"] != "row":
            assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
            references = [target["refId"] for target in panel["targets"]]
            assert len(set(references)) == len(references) >= 1
    numbers = [panel["id"] for panel in panels(file)]
    assert len(set(numbers)) == len(numbers)
    assert len({board(other)["uid"] for other in BOARDS}) == len(BOARDS) >= 2


def test_the_dashboards_and_their_copies_in_the_chart_are_what_the_code_gives() -> None:
    spec = importlib.util.spec_from_file_location("grafana_generate", GRAFANA / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for file, text in module.written().items():
        assert file.read_text(encoding="utf-8") == text, f"{file.name}: run `make docs`"
    assert {file for file in module.written() if file.parent == GRAFANA} == set(BOARDS)


def test_every_metric_in_the_docs_exists() -> None:
    known = {*SERIES, *(one.name for one in METRICS), *OTHERS}
    named = {
        (page.relative_to(ROOT).as_posix(), name)
        for page in PAGES
        for name in re.findall(r"(?<![\w/.])holdback_[a-z0-9_]+(?![\w.(-])", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 40
    assert sorted((page, name) for page, name in named if name not in known) == []


def test_every_metric_is_in_a_dashboard_or_said_to_be_elsewhere() -> None:
    """A metric that nobody looks at is a cost without a use."""
    shown = {one.name for file in BOARDS for _, target in queries(file) for one in asked(target["expr"])}
    unseen = {one.name for one in METRICS if not {*one.series()} & shown}
    assert unseen == {"holdback_cache_entries", "holdback_stream_seconds", "holdback_stream_characters_total"}
