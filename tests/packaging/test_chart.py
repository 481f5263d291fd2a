"""The chart: it lints, every value set gives valid and closed manifests, and the gateway can read what it renders."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("helm_python", reason="its wheels are for Linux")

import helm_python
import kubernetes_validate  # type: ignore[import-untyped]
import kubernetes_validate.utils as validator  # type: ignore[import-untyped]

from gateway.server.draining import LAST_WORD_SECONDS
from gateway.services import build_engine
from gateway.settings.serving import DrainSettings
from tests.packaging.charts import CHART, ROOT, SECRETS, SETS, SHARED, Release, containers, loaded, rendered, values_of

CUSTOM = {"HTTPRoute", "ServiceMonitor", "PrometheusRule"}  # of custom resources, which no Kubernetes schema describes
KUBERNETES = "1.33.0"
CLOSED: dict[str, Any] = {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "runAsNonRoot": True}


@pytest.fixture(scope="module", autouse=True)
def _schemas_read_once() -> Iterator[None]:
    """The validator reads 2 MB of definitions anew for every manifest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(validator, "schema_contents", cache(validator.schema_contents))
        yield


@cache
def release(name: str) -> Release:
    return rendered(values_of(name))


def test_there_are_ten_value_sets_and_the_three_clouds() -> None:
    assert len(SETS) >= 10
    assert {"aws", "gcp", "azure"} <= set(SETS)


@pytest.mark.parametrize("name", SETS)
def test_it_lints_strictly(name: str) -> None:
    report = helm_python.lint(CHART, values_of(name), strict=True, kube_version=f"v{KUBERNETES}")
    assert report["errors"] == []
    assert [one for one in report["messages"] if one["severity"] > 1] == []


@pytest.mark.parametrize("name", SETS)
def test_manifests_are_what_kubernetes_takes(name: str) -> None:
    checked = 0
    for one in release(name).manifests:
        if one["kind"] not in CUSTOM:
            kubernetes_validate.validate(one, KUBERNETES, strict=True)
            checked += 1
    assert checked >= 3


def test_the_validator_finds_a_wrong_manifest() -> None:
    (deployment,) = release("default").of("Deployment")
    wrong = {**deployment, "spec": {**deployment["spec"], "replica": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", SETS)
def test_every_pod_is_closed(name: str) -> None:
    for pod_name, pod in release(name).pods():
        assert pod["automountServiceAccountToken"] is False, pod_name
        assert pod["securityContext"]["runAsNonRoot"] is True, pod_name
        assert pod["securityContext"]["runAsUser"] > 0, pod_name
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, pod_name
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
        for container in containers(pod):
            context = container["securityContext"]
            assert {key: context[key] for key in CLOSED} == CLOSED, pod_name
            assert context["capabilities"] == {"drop": ["ALL"]}, pod_name
            assert "memory" in container["resources"]["limits"], pod_name


@pytest.mark.parametrize("name", SETS)
def test_probes_and_the_way_out(name: str) -> None:
    (deployment,) = [one for one in release(name).of("Deployment") if not one["metadata"]["name"].endswith("-redis")]
    pod = deployment["spec"]["template"]["spec"]
    gateway = pod["containers"][0]
    assert gateway["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert gateway["readinessProbe"]["httpGet"]["path"] == "/readyz"
    (seconds,) = re.findall(r"sleep\((\d+)\)", " ".join(gateway["lifecycle"]["preStop"]["exec"]["command"]))
    assert pod["terminationGracePeriodSeconds"] >= int(seconds) + DrainSettings().seconds + LAST_WORD_SECONDS + 1
    assert {"checksum/config", "checksum/policies"} <= set(deployment["spec"]["template"]["metadata"]["annotations"])
    assert len(pod["topologySpreadConstraints"]) >= 1


@pytest.mark.parametrize("name", SETS)
def test_secrets_are_only_referred_to(name: str) -> None:
    assert release(name).of("Secret") == []
    for pod_name, pod in release(name).pods():
        for variable in (one for container in containers(pod) for one in container.get("env", [])):
            if re.search("KEY|PASSWORD|TOKEN|SECRET", variable["name"]) and variable["name"] != "MASTER_KEY_FILE":
                assert set(variable) == {"name", "valueFrom"}, pod_name
                assert set(variable["valueFrom"]) == {"secretKeyRef"}, pod_name


@pytest.mark.parametrize("name", [one for one in SETS if one != "placed"])
def test_the_ways_out_are_dns_https_and_the_stores(name: str) -> None:
    values = values_of(name)
    (policy,) = [one for one in release(name).of("NetworkPolicy") if not one["metadata"]["name"].endswith("-redis")]
    assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    ports = {port["port"] for rule in policy["spec"]["egress"] for port in rule["ports"]}
    stores = values.get("config", {}).get("stores", {})
    expected = {53, 443} | ({5432} if "database_url" in stores else set())
    if "redis_url" in stores or "redis" in values:
        expected.add(values.get("networkPolicy", {}).get("redisPort", 6379))
    if "gcpServiceAccount" in values.get("workloadIdentity", {}):
        expected |= {80, 988}  # the metadata server, at its own two addresses only
    assert ports == expected
    (https,) = [rule for rule in policy["spec"]["egress"] if rule["ports"] == [{"port": 443, "protocol": "TCP"}]]
    assert "169.254.0.0/16" in https["to"][0]["ipBlock"]["except"]
    assert all(rule.get("to") for rule in policy["spec"]["egress"] if rule["ports"][0]["port"] != 53)


@pytest.mark.parametrize("name", SETS)
def test_the_gateway_reads_what_is_rendered(name: str, tmp_path: Path) -> None:
    values, one = values_of(name), release(name)
    read = loaded(one.config(), tmp_path, values)
    assert (read.host, read.port) == ("0.0.0.0", 8080)
    for section, given in values.get("config", {}).get("limits", {}).items():
        assert getattr(read.limits, section) == given
    (deployment,) = [d for d in one.of("Deployment") if not d["metadata"]["name"].endswith("-redis")]
    pod = deployment["spec"]["template"]["spec"]
    sources = [s for v in pod["volumes"] if v["name"] == "secrets" for s in v["projected"]["sources"]]
    mounted = {item["path"] for source in sources for item in source["secret"]["items"]}
    assert set(re.findall(rf"{SECRETS}/([\w.-]+)", one.config())) <= mounted


def test_a_policy_of_ones_own_is_mounted_where_the_configuration_says(tmp_path: Path) -> None:
    one = release("policy")
    assert loaded(one.config(), tmp_path, {"policies": {}}).policy == "/etc/holdback/policies/acme.yaml"
    file = tmp_path / "acme.yaml"
    file.write_text(one.of("ConfigMap", "-policies")[0]["data"]["acme.yaml"], encoding="utf-8")
    assert build_engine(str(file), hash_key=b"h" * 24).policy.rule("EMAIL_ADDRESS").request == "hash"


@pytest.mark.parametrize("name", [one for one in SETS if one != "placed"])
def test_verify_has_a_gateway_of_its_own(name: str, tmp_path: Path) -> None:
    read = loaded(release(name).config("-test-verify"), tmp_path, values_of(name))
    assert read.upstream is not None
    assert read.upstream.base_url == "http://127.0.0.1:9876/v1"
    assert read.stores.database_url == read.stores.redis_url == ""
    assert read.policy == loaded(release(name).config(), tmp_path, values_of(name)).policy


def test_a_change_of_configuration_or_policy_rolls_the_pods() -> None:
    def sums(values: dict[str, Any]) -> tuple[str, str]:
        (deployment,) = rendered(values).of("Deployment")
        annotations = deployment["spec"]["template"]["metadata"]["annotations"]
        return annotations["checksum/config"], annotations["checksum/policies"]

    before = sums({})
    assert sums({"config": {"log_level": "debug"}})[0] != before[0]
    assert sums({"policies": {"a.yaml": "extends: default\n"}})[1] != before[1]
    assert sums({"podLabels": {"a": "b"}}) == before


def test_migrations_run_first_and_bring_their_configuration() -> None:
    one = release("aws")
    (job,) = one.of("Job", "-migrate")
    (config,) = one.of("ConfigMap", "-migrate")
    assert job["spec"]["template"]["spec"]["containers"][0]["args"][0] == "migrate"
    for manifest in (job, config):
        assert manifest["metadata"]["annotations"]["helm.sh/hook"] == "pre-install,pre-upgrade"
    weights = [int(manifest["metadata"]["annotations"]["helm.sh/hook-weight"]) for manifest in (config, job)]
    assert weights[0] < weights[1]
    assert config["data"]["holdback.yaml"] == one.config()
    assert release("default").of("Job") == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("aws", "eks.amazonaws.com/role-arn"),
        ("gcp", "iam.gke.io/gcp-service-account"),
        ("azure", "azure.workload.identity/client-id"),
    ],
)
def test_each_cloud_knows_the_pods(name: str, key: str) -> None:
    (account,) = release(name).of("ServiceAccount")
    assert account["metadata"]["annotations"][key]
    (deployment,) = release(name).of("Deployment")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert ("azure.workload.identity/use" in labels) == (name == "azure")


def test_metrics_and_control_plane_are_not_on_the_ingress() -> None:
    (ingress,) = release("aws").of("Ingress")
    (route,) = release("gcp").of("HTTPRoute")
    paths = [path["path"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]]
    paths += [match["path"]["value"] for rule in route["spec"]["rules"] for match in rule["matches"]]
    assert set(paths) == {"/v1"}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"replicas": 2}, "shared database"),
        ({"replicas": 2, "config": {"stores": {"database_url": "postgresql://u@h/n"}}}, "Redis"),
        ({"config": {"workers": 2}}, "shared database"),
        ({**SHARED, "autoscaling": {"enabled": True, "minReplicas": 5, "maxReplicas": 4}}, "less than"),
        ({**SHARED, "secrets": {"masterKey": {"name": "", "key": "k"}}}, "master key"),
        ({**SHARED, "networkPolicy": {"redisTo": [{"podSelector": {}}]}}, "cut off the database"),
        ({"terminationGracePeriodSeconds": 30}, "terminationGracePeriodSeconds"),
        ({"secrets": {"upstreamKey": "sk-live"}}, "upstreamKey"),
        ({"config": {"upstream_key": "sk-live"}}, "upstream_key"),
        ({"config": {"limits": {"streams": 0}}}, "streams"),
        ({"replica": 2}, "replica"),
        ({"ingress": {"enabled": True}}, "ingress.hosts"),
    ],
)
def test_what_cannot_work_is_refused(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(helm_python.HelmError, match=problem):
        rendered(values)


def test_the_schema_and_the_table_are_what_the_code_gives() -> None:
    spec = importlib.util.spec_from_file_location("chart_generate", ROOT / "deploy" / "helm" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, make in module.FILES.items():
        assert (CHART / name).read_text(encoding="utf-8") == make(), "run `make docs`"


def test_every_value_is_described() -> None:
    table = (CHART / "README.md").read_text(encoding="utf-8")
    with helm_python.Chart.load(CHART) as chart:
        defaults = chart.values
    for name, value in defaults.items():
        inner = (
            [f"{name}.{one}" for one in value] if isinstance(value, dict) and f"| `{name}` |" not in table else [name]
        )
        assert all(f"`{path}" in table for path in inner), name
