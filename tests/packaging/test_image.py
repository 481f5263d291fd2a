"""The image: the Dockerfile's own steps, carried out in roots made of this machine, and run as a container would be.

The short form takes the packages from this environment where the Dockerfile's pip would fetch them; the long one lets
it. `make image-check` has a real builder and a Debian of its own. What none of them sees: docs/operations/image.md.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from socket import create_server

import pytest
import yaml

import gateway
from tests.architecture.test_locks import pins
from tests.packaging import rootfs
from tests.packaging.charts import ROOT
from tests.packaging.dockerfile import Stage, context, stages

pytestmark = pytest.mark.skipif(not rootfs.is_possible(), reason="chroot needs Linux and root: run it as CI does")

ARGUMENTS = {"REVISION": "0" * 40, "CREATED": "2026-01-01T00:00:00Z", "SOURCE": "https://git.example/holdback"}
WRITABLE = ("/tmp", "/var/lib/holdback")
SECONDS = 180
"""For a machine that has other things to do; each is waited for, none is slept through."""
LIBRARY = f"opt/holdback/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages"
PIP = '#!/bin/sh\nexec /opt/build/bin/python -m pip "$@"\n'


@dataclass(frozen=True, slots=True)
class Image:
    root: Path
    stage: Stage
    parts: tuple[str, ...]
    """Parts of a RUN that were done in another way."""
    form: str


def built(folder: Path, form: str) -> Image:
    arguments = ARGUMENTS | ({"REQUIREMENTS": "requirements.lock"} if form == "short" else {})
    first, last = stages((ROOT / "Dockerfile").read_text(encoding="utf-8"), arguments)
    parts: list[str] = []

    def replace(root: Path, part: str) -> bool:
        if form == "short" and part == "python -m venv /opt/build":  # unpacking and compiling pip takes seconds
            rootfs.run(root, "python -m venv --without-pip /opt/build", {**first.environment, "WORKDIR": "/"})
            rootfs.install(["pip"], root / LIBRARY.replace("holdback", "build"))
            (root / "opt/build/bin/pip").write_text(PIP, encoding="utf-8")
            (root / "opt/build/bin/pip").chmod(0o755)
            return True
        if form != "short" or " install --require-hashes " not in part:
            return False
        parts.append(part)
        environment = "build" if "requirements-build.lock" in part else "holdback"
        lock = "requirements-build.lock" if environment == "build" else "requirements.lock"
        site = root / LIBRARY.replace("holdback", environment)
        rootfs.install(pins(root / "src" / lock), site)
        return True

    roots = {"build": folder / "build", "": folder / "image"}
    rootfs.base(roots["build"])
    subprocess.run(["cp", "-al", roots["build"], roots[""]], check=True)
    for stage in (first, last):
        rootfs.build(stage, roots[stage.name], ROOT, {"build": roots["build"]}, replace)
    return Image(roots[""], last, tuple(parts), form)


@pytest.fixture(scope="module", params=["short", pytest.param("full", marks=pytest.mark.slow)])
def image(request: pytest.FixtureRequest) -> Iterator[Image]:
    with rootfs.scratch() as folder:
        yield built(folder, request.param)


def test_what_it_says_of_itself(image: Image) -> None:
    stage = image.stage
    assert (stage.user, stage.ports) == ("10001:10001", ("8080",))
    assert stage.entrypoint == ("holdback",)
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in stage.labels.items()}
    assert labels["version"] == gateway.__version__
    assert labels["licenses"] == "Apache-2.0"
    assert (labels["revision"], labels["created"], labels["source"]) == tuple(ARGUMENTS.values())
    assert labels["base.name"] == stage.base
    assert all(labels.values())


def test_packages_come_by_hash_and_as_wheels(image: Image) -> None:
    for part in image.parts:
        assert {"--require-hashes", "--only-binary=:all:"} <= set(part.split())
    assert len(image.parts) == (2 if image.form == "short" else 0)


def test_no_tool_that_builds_or_installs(image: Image) -> None:
    files = {file.name for file in (image.root / LIBRARY).iterdir()}
    assert {"gateway", "recognizers", "policies", "aiohttp"} <= files
    assert not {"pip", "hatchling", "wheel", "pytest", "tests"} & files
    for python in ("python", "/opt/holdback/bin/python"):
        for module in ("pip", "ensurepip"):
            probe = f"{python} -c 'import importlib.util as u, sys; sys.exit(u.find_spec(\"{module}\") is not None)'"
            rootfs.run(image.root, probe, {**image.stage.environment, "WORKDIR": "/"})
    assert not (image.root / "src").exists()
    assert not (image.root / "wheels").exists()


def test_nothing_is_setuid_and_nothing_is_the_users(image: Image) -> None:
    uid = int(image.stage.user.split(":")[0])
    wrong = []
    for folder, folders, names in os.walk(image.root):
        for name in (*folders, *names):
            at = Path(folder, name)
            mode = at.lstat()
            if stat.S_ISLNK(mode.st_mode):
                continue
            inside = "/" + at.relative_to(image.root).as_posix()
            is_open = mode.st_mode & 0o002 and not mode.st_mode & stat.S_ISVTX
            if mode.st_mode & 0o6000 or is_open or (mode.st_uid == uid and inside != "/var/lib/holdback"):
                wrong.append(inside)
    assert wrong == []
    assert (rootfs_base_su := image.root / "usr/bin/su").exists()
    assert not rootfs_base_su.stat().st_mode & 0o6000


def test_the_machine_has_what_the_steps_take_away() -> None:
    assert Path("/bin/su").stat().st_mode & stat.S_ISUID, "else the check above cannot fail"


def test_only_what_is_shipped_is_seen_by_the_build() -> None:
    names = {file.relative_to(ROOT).as_posix() for file in context(ROOT)}
    assert {"pyproject.toml", "requirements-image.lock", "gateway/cli.py", "recognizers/ner/MODEL_CARD.md"} <= names
    assert not {name for name in names if name.startswith((".", "tests/", "docs/", "deploy/")) or name.endswith(".pyc")}


@pytest.fixture
def running(image: Image, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], list[str], dict[str, str], Path]]:
    """It serves, as an engine would start it; with the start of commands in the same confinement."""
    with closing(create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    config = tmp_path / "config"
    config.mkdir()
    settings = {
        "port": port,
        "upstream": {"base_url": "http://127.0.0.1:1/v1"},
        "stores": {"data_dir": "/var/lib/holdback"},
        "drain": {"seconds": 0.1},
        "tier3": {"engine": "embedded" if image.form == "full" else "off"},
    }
    (config / "holdback.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    for at in (tmp_path, *tmp_path.parents[:3], config):
        at.chmod(0o755)
    start = rootfs.confined(image.root, image.stage, config, writable=WRITABLE)
    environment = {**image.stage.environment, "HOLDBACK_KEY": "k" * 24}
    log = tmp_path / "log"
    with rootfs.started([*start, *image.stage.entrypoint, *image.stage.command], environment, log) as process:
        yield process, start, environment, log


def test_it_serves_as_nobody_on_a_file_system_that_nobody_writes(
    image: Image, running: tuple[subprocess.Popen[bytes], list[str], dict[str, str], Path]
) -> None:
    process, start, environment, log = running
    before = compiled(image.root)
    deadline = time.monotonic() + SECONDS
    while b'"listening"' not in log.read_bytes():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)
    probe = probed(start, image, environment)
    while probe.returncode != 0 and time.monotonic() < deadline:
        probe = probed(start, image, environment)
    assert (probe.returncode, probe.stdout) == (0, b"/healthz: 200\n"), probe.stderr
    (first,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    status = dict(
        line.split(":\t", 1) for line in Path(f"/proc/{first}/status").read_text().splitlines() if ":\t" in line
    )
    assert set(status["Uid"].split()) == {"10001"}
    assert (status["NoNewPrivs"], int(status["CapEff"], 16)) == ("1", 0)
    limits = Path(f"/proc/{first}/limits").read_text(encoding="ascii")
    assert re.search(r"Max core file size +0 +0 ", limits), "keys are in its memory"
    assert Path(f"/proc/{first}/environ").stat().st_uid == 0, "not dumpable, so not even its own user reads it"
    assert rootfs.stop(process) == 0, log.read_text()
    records = [json.loads(line) for line in log.read_text().splitlines()]
    assert [one for one in records if one.get("level") == "error"] == []
    assert compiled(image.root) == before


def probed(start: list[str], image: Image, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """The image's own check, in the same walls."""
    command = [*start, *image.stage.healthcheck]
    return subprocess.run(command, env=environment, capture_output=True, timeout=SECONDS, check=False)


def test_what_the_user_may_write(image: Image, tmp_path: Path) -> None:
    start = rootfs.confined(image.root, image.stage, tmp_path, writable=WRITABLE)
    script = "touch /tmp/a /var/lib/holdback/a && ! touch /a /opt/holdback/a /usr/local/a 2>&1"
    done = subprocess.run(
        [*start, "sh", "-c", script], env=image.stage.environment, capture_output=True, timeout=SECONDS, check=False
    )
    assert done.returncode == 0
    assert done.stdout.count(b"Read-only file system") == 3


def compiled(root: Path) -> int:
    """How many compiled modules there are: none is added by running."""
    return sum(1 for _ in root.rglob("*.pyc"))
