"""Root file systems without a container engine: a base made of this machine, steps run in it, a container's walls.

Needs Linux and root, for `chroot` and mounts in a namespace of their own. What is made goes with its folder; what is
mounted goes with the process that mounted it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from tests.packaging.dockerfile import Stage, Step, context

COMMANDS = ("sh", "env", "find", "chmod", "chown", "install", "rm", "mkdir", "touch", "useradd", "su")
"""What a slim Debian has and the steps need; `su` is setuid, as it is there."""
FOLDERS = ("tmp", "var/tmp", "var/lib", "proc", "dev", "etc", "opt", "root", "run", "usr/local/bin", "usr/local/lib")
NOT_NEEDED = (
    "test",
    "tests",
    "idlelib",
    "tkinter",
    "turtledemo",
    "lib2to3",
    "site-packages",
    "__pycache__",
    "config-*",
)
LIBRARIES = (
    "libgcc_s.so.1",
    "libstdc++.so.6",
    "libm.so.6",
    "libpthread.so.0",
    "libdl.so.2",
    "librt.so.1",
    "libutil.so.1",
)
"""What compiled wheels may count on (manylinux, PEP 600)."""
STEP_SECONDS = 900
ROOM_BYTES = 4 << 30

Replace = Callable[[Path, str], bool]
"""Does a part of a RUN in another way, given the root; false: it is to be run as it stands."""


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for roots, in memory where there is some: forty thousand small files are slow to take off a disk."""
    memory = Path("/dev/shm")
    is_large = memory.is_dir() and shutil.disk_usage(memory).free > ROOM_BYTES
    with tempfile.TemporaryDirectory(prefix="image-", dir=memory if is_large else None) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def is_possible() -> bool:
    """Whether this process may make such roots."""
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    command = ["unshare", "--mount", "--pid", "--fork", "true"]  # a container's root may not
    return subprocess.run(command, capture_output=True, timeout=60, check=False).returncode == 0


def base(root: Path) -> None:
    """A small Linux with this Python in /usr/local and a pip, as the official image has them."""
    for folder in FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    for folder in ("tmp", "var/tmp"):
        (root / folder).chmod(0o1777)
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n", encoding="utf-8")
    (root / "etc/group").write_text("root:x:0:\n", encoding="utf-8")
    for top in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / top).mkdir(exist_ok=True)
        (root / top).symlink_to(f"usr/{top}")
    binaries = [Path(found) for name in COMMANDS if (found := shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin"))]
    for binary in binaries:
        shutil.copy2(binary.resolve(), root / "usr/bin" / binary.name)
    shutil.copystat(shutil.which("su") or "/bin/su", root / "usr/bin/su")
    stdlib = Path(sysconfig.get_path("stdlib"))
    python = Path(sys.executable).resolve()
    shutil.copytree(
        stdlib, root / "usr/local/lib" / stdlib.name, ignore=shutil.ignore_patterns(*NOT_NEEDED), symlinks=True
    )
    for name in ("python", "python3", python.name):
        shutil.copy2(python, root / "usr/local/bin" / name)
    site = root / "usr/local/lib" / stdlib.name / "site-packages"
    install(["pip"], site)
    _libraries([*binaries, python, *(stdlib / "lib-dynload").glob("*.so")], root)
    for file in ("/etc/resolv.conf", "/etc/hosts", "/etc/ssl/certs/ca-certificates.crt"):
        if Path(file).exists():
            (root / file[1:]).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, root / file[1:])


def install(names: Iterable[str], site: Path) -> None:
    """Copy distributions of this environment, their compiled modules too; what is for another platform is not here."""
    tops: set[Path] = set()
    for name in names:
        with suppress(PackageNotFoundError):
            one = distribution(name)
            inside = [file for file in one.files or () if ".." not in file.parts]
            tops |= {Path(str(one.locate_file(file.parts[0]))) for file in inside}
    site.mkdir(parents=True, exist_ok=True)
    subprocess.run(["cp", "-a", "--reflink=auto", *sorted(tops), site], check=True)


def _libraries(binaries: Iterable[Path], root: Path) -> None:
    listed = subprocess.run(["ldd", *binaries], capture_output=True, text=True, check=False).stdout
    wanted = {word for line in listed.splitlines() for word in line.split() if word.startswith("/") and word[-1] != ":"}
    (standard,) = {str(Path(name).parent) for name in wanted if name.rsplit("/", 1)[-1] == "libc.so.6"}
    for name in (*wanted, *(f"{standard}/{library}" for library in LIBRARIES)):
        target = root / name.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copy2(Path(name).resolve(), target)


def build(stage: Stage, root: Path, project: Path, others: Mapping[str, Path], replace: Replace) -> None:
    """Carry out a stage's steps in its root, in their order."""
    for step in stage.steps:
        workdir = root / step.environment["WORKDIR"].lstrip("/")
        workdir.mkdir(parents=True, exist_ok=True)
        if step.word == "COPY":
            _copy(step, root, workdir, project, others)
        else:
            for part in step.rest.split("&&"):
                if not replace(root, part.strip()):
                    run(root, part.strip(), step.environment)


def _copy(step: Step, root: Path, workdir: Path, project: Path, others: Mapping[str, Path]) -> None:
    words = shlex.split(step.rest)
    if words[0].startswith("--from="):
        source = others[words[0].removeprefix("--from=")]
        target = root / words[-1].lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        # By link: what is not changed in place later needs no room of its own.
        subprocess.run(["cp", "-al", source / words[1].lstrip("/"), target], check=True)
        return
    for file in context(project):
        name = file.relative_to(project)
        if any(word == "." or name.match(word) for word in words[:-1]):
            (workdir / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, workdir / name)


def run(root: Path, command: str, environment: Mapping[str, str]) -> str:
    """One command of a RUN; what it said.

    Raises:
        AssertionError: it failed; with the end of what it said.
    """
    inside = f"cd {shlex.quote(environment['WORKDIR'])} && {command}"
    mounts = 'mount --bind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" /bin/sh -c "$1"'
    pip = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_CERT"))}
    done = subprocess.run(
        ["unshare", "--mount", "--fork", "--pid", "--kill-child", "sh", "-c", mounts, root, inside],
        env={"HOME": "/root", **pip, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=STEP_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}"
    return done.stdout


def confined(root: Path, stage: Stage, config: Path, *, writable: tuple[str, ...]) -> list[str]:
    """The start of a command that runs as a container would: the image's user, nothing writable but memory.

    Args:
        root: the image's file system.
        stage: whose user and environment hold.
        config: mounted at /etc/holdback.
        writable: folders that are memory.
    """
    uid, gid = stage.user.split(":")
    lines = [
        "set -e",
        'mkdir -p "$0/etc/holdback"',
        'mount --bind "$0" "$0"',
        'mount -o remount,bind,ro "$0"',
        f'mount --bind {shlex.quote(str(config))} "$0/etc/holdback"',
        *(f'mount -t tmpfs -o uid={uid},gid={gid},mode=0700 tmpfs "$0{folder}"' for folder in writable),
        'mount -t proc proc "$0/proc"',
        'mount --bind /dev "$0/dev"',
        'cd "$0"',
        f'exec setpriv --no-new-privs chroot --userspec={uid}:{gid} --groups={gid} "$0" env -C {stage.workdir} "$@"',
    ]
    return ["unshare", "--mount", "--fork", "--pid", "--kill-child", "sh", "-c", "\n".join(lines), str(root)]


@contextmanager
def started(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run in the background; at the end nothing of it is left."""
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=dict(environment), stdout=file, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()  # `--kill-child`: and all that is in its namespace
            process.wait()


def stop(process: subprocess.Popen[bytes], seconds: float = 30) -> int:
    """SIGTERM to process 1 of the namespace, as an engine sends it; its exit code."""
    (first,) = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    os.kill(int(first), signal.SIGTERM)
    return process.wait(seconds)
