"""Where checkpoints are kept out of reach of who keeps the database: a file, a web address, an object store."""

from __future__ import annotations

import asyncio
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from gateway.audit.checkpoint import Checkpoint, to_line
from gateway.audit.export import read_anchor
from gateway.egress import Egress
from gateway.errors import ConfigurationError
from gateway.errors.audit import AnchorFailed

S3 = "s3://"


class Anchor(Protocol):
    """Keeps checkpoints; each is kept once, in order, though it may be put again."""

    async def put(self, checkpoint: Checkpoint) -> None:
        """Keep one.

        Raises:
            GatewayError: it is not kept.
        """

    async def last(self) -> Checkpoint | None:
        """The newest that is kept; None when none is, or when that cannot be asked.

        Raises:
            GatewayError: it cannot be read.
        """


class FileAnchor:
    """Lines in a file that is only appended to; best on a medium that allows nothing else."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def put(self, checkpoint: Checkpoint) -> None:
        """Append a line, and have it on the disk."""
        try:
            await asyncio.to_thread(self._append, to_line(checkpoint))
            return
        except OSError:
            pass
        raise AnchorFailed

    def _append(self, line: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode() + b"\n")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    async def last(self) -> Checkpoint | None:
        """The one with the highest number."""
        kept: list[Checkpoint] | None = []
        try:
            kept = await asyncio.to_thread(self.read) if self._path.exists() else []
        except (OSError, ValueError):
            kept = None
        if kept is None:
            raise AnchorFailed
        return kept[-1] if kept else None

    def read(self) -> list[Checkpoint]:
        """What is kept.

        Raises:
            OSError, ValueError: it cannot be read.
        """
        return read_anchor(self._path.read_text(encoding="utf-8").splitlines())


class WebAnchor:
    """Each checkpoint is sent to an address; whoever listens there keeps it. It is signed, so it needs no other proof
    of where it comes from."""

    def __init__(self, url: str, egress: Egress) -> None:
        self._url, self._egress = url, egress

    async def put(self, checkpoint: Checkpoint) -> None:
        """POST it as JSON; any status of 2xx says that it is kept."""
        headers = {"Content-Type": "application/json"}
        reply = await self._egress.fetch("POST", self._url, headers=headers, body=to_line(checkpoint).encode())
        if not 200 <= reply.status < 300:
            raise AnchorFailed

    async def last(self) -> Checkpoint | None:
        """Nobody says."""
        return None


class ObjectAnchor:
    """An object for each checkpoint in an S3 bucket, never written twice: give the gateway the right to put, and the
    bucket an object lock. Credentials come from where boto3 looks for them."""

    def __init__(self, url: str, client: Callable[[], Any] | None = None) -> None:
        bucket, _, prefix = url.removeprefix(S3).partition("/")
        self._bucket, self._prefix = bucket, prefix.strip("/")
        self._client = client or _s3
        self._made: Any = None

    async def put(self, checkpoint: Checkpoint) -> None:
        """Put an object that was not there; the same one again is fine."""
        if not await asyncio.to_thread(self._put, checkpoint):
            raise AnchorFailed

    def _put(self, checkpoint: Checkpoint) -> bool:
        """Whether it is kept. Foreign exceptions end here: theirs hold requests and responses."""
        try:
            self._made = self._made or self._client()
            name = f"{checkpoint.number:012d}.json"
            key = f"{self._prefix}/{name}" if self._prefix else name
            body = to_line(checkpoint).encode()
            try:
                self._made.put_object(Bucket=self._bucket, Key=key, Body=body, IfNoneMatch="*")
            except Exception:  # noqa: BLE001 - it may be there already
                return bool(self._made.get_object(Bucket=self._bucket, Key=key)["Body"].read() == body)
        except Exception:  # noqa: BLE001
            return False
        return True

    async def last(self) -> Checkpoint | None:
        """Nobody says: a right to list is not needed."""
        return None


def _s3() -> Any:
    import boto3
    from botocore.config import Config

    limits = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 2})
    return boto3.client("s3", config=limits)


def open_anchors(file: str, url: str, egress: Egress) -> list[Anchor]:
    """The anchors that the settings name.

    Raises:
        ConfigurationError: the address is none that may be called.
    """
    anchors: list[Anchor] = [FileAnchor(Path(file))] if file else []
    if url.startswith(S3):
        if importlib.util.find_spec("boto3") is None:
            raise ConfigurationError("`audit.anchor_url` needs boto3.", cure="Install `holdback[aws]`.")
        anchors.append(ObjectAnchor(url))
    elif url:
        egress.checked(url)
        anchors.append(WebAnchor(url, egress))
    return anchors
