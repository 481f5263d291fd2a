"""The compose file: read by Docker Compose itself, closed as it says, and in words that the gateway knows."""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import redis
import yaml
from click.testing import CliRunner

from gateway import settings
from gateway.cli import main
from tests import servers
from tests.packaging.charts import ROOT

COMPOSE = Path(sys.executable).parent / "docker-compose"
FOLDER = ROOT / "deploy" / "compose"
RUN = "/run/secrets"
NAMES = {"gateway", "migrate", "tier3", "postgres", "redis", "prometheus", "grafana"}
OURS = ("gateway", "migrate", "tier3")
STORES = ("postgres", "redis")

pytestmark = pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"), reason="the package with Docker Compose is for Linux"
)
Service = dict[str, Any]


def asked(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "DOCKER_HOST": "unix:///nonexistent"}
    command = [str(COMPOSE), "--file", str(folder / "compose.yaml"), *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as a user has it, after keys.sh."""
    at = tmp_path_factory.mktemp("checkout") / "deploy" / "compose"
    shutil.copytree(FOLDER, at, ignore=shutil.ignore_patterns("secrets", ".env"))
    made = subprocess.run(
        [str(at / "keys.sh")], env={"PATH": os.environ["PATH"], "OPENAI_API_KEY": "sk-made-up"}, timeout=60, check=True,
        capture_output=True, text=True,
    )  # fmt: skip
    assert "sk-made-up" not in made.stdout
    return at


@pytest.fixture(scope="module")
def project(folder: Path) -> dict[str, Any]:
    """What Docker Compose makes of it: merged, interpolated, validated."""
    done = asked(folder, "config", "--format", "json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    read: dict[str, Any] = json.loads(done.stdout)
    return read


@pytest.fixture(params=sorted(NAMES))
def service(request: pytest.FixtureRequest, project: dict[str, Any]) -> Service:
    return {"name": request.param, **project["services"][request.param]}


def test_all_are_there(project: dict[str, Any]) -> None:
    assert project["services"].keys() == NAMES


def test_each_is_closed(service: Service) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "cap_add" not in service
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"].split(":")[0] not in {"", "0", "root"}
    assert "privileged" not in service
    assert int(service["mem_limit"]) > 0
    for published in service.get("ports", []):
        assert published["host_ip"] == "127.0.0.1"
    for mount in service.get("volumes", []):
        assert mount["type"] == "volume" or mount["read_only"] is True
    tag = service["image"].rsplit(":", 1)[1]
    assert tag != "latest"


def test_each_tells_its_health(service: Service) -> None:
    if service["name"] == "migrate":
        assert service["restart"] == "no"
        return
    if service["name"] == "gateway":
        assert "healthcheck" not in service, "the image's own"
        return
    assert service["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout"} <= service["healthcheck"].keys()


def test_the_stores_have_no_way_out_and_are_not_reached_from_outside(project: dict[str, Any]) -> None:
    internal = {name for name, network in project["networks"].items() if network.get("internal")}
    for name in (*STORES, "tier3", "prometheus", "migrate"):
        one = project["services"][name]
        assert set(one["networks"]) <= internal, name
        assert "ports" not in one, name
    # Nobody but the gateway and its migration sees the stores.
    for name in STORES:
        (network,) = project["services"][name]["networks"]
        assert {other for other in NAMES if network in project["services"][other]["networks"]} == {
            *STORES,
            "gateway",
            "migrate",
        }


def test_what_starts_after_what(project: dict[str, Any]) -> None:
    after = {name: one["condition"] for name, one in project["services"]["gateway"]["depends_on"].items()}
    assert after == {
        "migrate": "service_completed_successfully",
        **dict.fromkeys(("postgres", "redis", "tier3"), "service_healthy"),
    }


def test_secrets_are_files_and_none_is_committed(project: dict[str, Any], folder: Path) -> None:
    for name, one in project["secrets"].items():
        file = Path(one["file"])
        assert file.is_relative_to(folder / "secrets"), name
        assert stat.S_IMODE(file.stat().st_mode) == 0o444
        assert len(file.read_text(encoding="ascii")) >= 10
    assert stat.S_IMODE((folder / "secrets").stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / ".env").stat().st_mode) == 0o600
    for name, one in project["services"].items():
        for variable, value in (one.get("environment") or {}).items():
            is_secret = any(word in variable for word in ("KEY", "PASSWORD", "TOKEN"))
            assert not is_secret or value.startswith(f"{RUN}/") or variable == "HOLDBACK_KEY", (name, variable)
    if (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "deploy/compose"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        assert "deploy/compose/.env.example" in listed
        assert "secrets/" not in listed
        assert "deploy/compose/.env\n" not in listed


def test_keys_are_made_once(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in (*(folder / "secrets").iterdir(), folder / ".env")}
    subprocess.run([str(folder / "keys.sh")], env={"PATH": os.environ["PATH"]}, timeout=60, check=True)
    assert {file.name: file.read_bytes() for file in (*(folder / "secrets").iterdir(), folder / ".env")} == before


def test_the_gateway_reads_its_configuration_and_every_secret_of_it_is_mounted(
    project: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    text = (folder / "holdback.yaml").read_text(encoding="utf-8")
    named = {word for word in text.split() if word.startswith(RUN)} | {f"{RUN}/master_key"}
    file = tmp_path / "holdback.yaml"
    file.write_text(text.replace(RUN, str(folder / "secrets")), encoding="utf-8")
    gateway, migrate = project["services"]["gateway"], project["services"]["migrate"]
    for one in (gateway, migrate):
        assert {secret["target"] for secret in one["secrets"]} == named
        assert one["environment"]["MASTER_KEY_FILE"] == f"{RUN}/master_key"
    assert gateway["environment"] == migrate["environment"]
    secrets = str(folder / "secrets")
    read = settings.load(file, {key: text.replace(RUN, secrets) for key, text in gateway["environment"].items()})
    tier3 = project["services"]["tier3"]
    assert gateway["ports"][0]["target"] == read.port
    assert read.tier3.sidecar_url == f"http://tier3:{tier3['command'][tier3['command'].index('--port') + 1]}"
    assert set(gateway["networks"]) & set(tier3["networks"])
    assert read.drain.seconds < 45
    assert (
        read.stores.database_url.split("@")[1]
        == f"postgres/{project['services']['postgres']['environment']['POSTGRES_DB']}"
    )


@pytest.mark.parametrize("name", OURS)
def test_our_commands_are_commands(project: dict[str, Any], name: str) -> None:
    one = project["services"][name]
    for command in (one.get("command"), one.get("healthcheck", {}).get("test", [])[2:]):
        if command:
            # Options are looked at before help is given.
            result = CliRunner().invoke(main, [*command, "--help"])
            assert result.exit_code == 0, result.output


def test_grafana_and_prometheus_find_what_they_show(project: dict[str, Any], folder: Path) -> None:
    scraped = yaml.safe_load((folder / "prometheus.yml").read_text(encoding="utf-8"))["scrape_configs"]
    assert [one["static_configs"] for one in scraped] == [[{"targets": ["gateway:8080"]}]]
    (source,) = yaml.safe_load((folder / "grafana/datasources.yaml").read_text(encoding="utf-8"))["datasources"]
    assert source["url"] == "http://prometheus:9090"
    (provider,) = yaml.safe_load((folder / "grafana/dashboards.yaml").read_text(encoding="utf-8"))["providers"]
    mounts = {one["target"]: one["source"] for one in project["services"]["grafana"]["volumes"]}
    assert Path(mounts[provider["options"]["path"]]) == folder.parent / "grafana"
    for name in ("gateway", "grafana"):
        assert "watch" in project["services"][name]["networks"]


def test_redis_asks_for_the_password_and_shows_it_to_nobody(
    project: dict[str, Any], folder: Path, tmp_path: Path
) -> None:
    real, at = servers.redis_server(), tmp_path / "redis.sock"
    program = tmp_path / "redis-server"
    program.write_text(f'#!/bin/sh\nexec "{real}" "$@" --port 0 --unixsocket "{at}"\n', encoding="utf-8")
    program.chmod(0o755)
    command = [
        word.replace(RUN, str(folder / "secrets")).replace("/data", str(tmp_path)).replace("$$", "$")
        for word in project["services"]["redis"]["command"]
    ]
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not at.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.01)
        password = (folder / "secrets" / "redis_password").read_text(encoding="ascii")
        with redis.Redis(unix_socket_path=str(at)) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        with redis.Redis(unix_socket_path=str(at), password=password) as client:
            assert client.ping()
            assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert password.encode() not in Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert stat.S_IMODE((tmp_path / "redis.conf").stat().st_mode) == 0o600
    finally:
        process.kill()
        process.wait()


def test_the_dashboards_fit_the_source_that_is_there() -> None:
    found = sorted((ROOT / "deploy" / "grafana").glob("*.json"))
    assert found
    for file in found:
        variables = json.loads(file.read_text(encoding="utf-8"))["templating"]["list"]
        assert ("datasource", "prometheus") in [(one["type"], one["query"]) for one in variables], file.name


def test_a_mistake_is_found(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "compose")
    file = tmp_path / "compose" / "compose.yaml"
    file.write_text(file.read_text(encoding="utf-8").replace("start_period", "start_perod", 1), encoding="utf-8")
    assert "start_perod" in asked(tmp_path / "compose", "config", "--quiet").stderr


def test_without_keys_nothing_starts(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "compose")
    (tmp_path / "compose" / ".env").unlink()
    done = asked(tmp_path / "compose", "config", "--quiet")
    assert done.returncode != 0
    assert "keys.sh" in done.stderr
