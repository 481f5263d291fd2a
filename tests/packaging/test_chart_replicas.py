"""The chart's number of processes: the gateway is told it, and no rollout exceeds what the stores allow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("helm_python", reason="its wheels are for Linux")

from tests.packaging.charts import SHARED, loaded, rendered


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, 1),
        ({"replicas": 0}, 1),
        ({**SHARED, "replicas": 3}, 3),
        ({**SHARED, "config": {**SHARED["config"], "workers": 4}}, 4),
        ({**SHARED, "replicas": 3, "config": {**SHARED["config"], "workers": 2, "access": {"replicas": 1}}}, 6),
        ({**SHARED, "replicas": 3, "autoscaling": {"enabled": True, "minReplicas": 1, "maxReplicas": 9}}, 9),
    ],
)
def test_the_gateway_knows_how_many_serve(values: dict[str, Any], expected: int, tmp_path: Path) -> None:
    """It refuses what is good once with stores of one process only, and can do so only when it is told."""
    one = rendered(values)
    assert loaded(one.config(), tmp_path, values).access.replicas == expected
    (deployment,) = one.of("Deployment")
    # A rollout by surge is two pods at a time.
    assert deployment["spec"]["strategy"]["type"] == ("RollingUpdate" if "config" in values else "Recreate")


def test_one_replica_without_redis_is_never_two() -> None:
    values = {
        "config": {"stores": {"database_url": "postgresql://u@db/n"}},
        "networkPolicy": {"databaseTo": [{"podSelector": {}}]},
    }
    assert rendered(values).of("Deployment")[0]["spec"]["strategy"] == {"type": "Recreate"}
