"""The model that the settings ask for, opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import yaml

from gateway.errors import ConfigurationError
from gateway.models.pool import WorkerPool
from gateway.models.queueing import OnBatch, unheard
from gateway.models.sidecar import Sidecar
from gateway.settings.tier3 import Tier3Settings


@asynccontextmanager
async def open_model(
    settings: Tier3Settings, on_batch: OnBatch = unheard
) -> AsyncIterator[WorkerPool | Sidecar | None]:
    """Open it; None when it is off. Workers load while the gateway starts: the first segments wait for them. `on_batch`
    is told of every batch.

    Raises:
        ConfigurationError: the settings cannot be used.
    """
    if settings.engine == "off":
        yield None
    elif settings.engine == "sidecar":
        if not settings.sidecar_url:
            raise ConfigurationError("`tier3.sidecar_url` is missing.", cure="Give one, or `engine: embedded`.")
        async with Sidecar(
            settings.sidecar_url,
            connections=settings.sidecar_connections,
            deadline_seconds=settings.deadline_seconds,
            queue_texts=settings.queue_texts,
            on_batch=on_batch,
        ) as sidecar:
            yield sidecar
    else:
        async with worker_pool(settings, on_batch) as pool:
            yield pool


def worker_pool(settings: Tier3Settings, on_batch: OnBatch = unheard) -> WorkerPool:
    """The pool of the embedded engine, not opened yet."""
    return WorkerPool(
        workers=settings.workers,
        configuration=nlp_configuration(settings.nlp_configuration),
        batch_texts=settings.batch_texts,
        wait_seconds=settings.wait_milliseconds / 1000,
        deadline_seconds=settings.deadline_seconds,
        queue_texts=settings.queue_texts,
        on_batch=on_batch,
    )


def nlp_configuration(file: str) -> dict[str, Any] | None:
    """The NLP configuration of a file in Presidio's form; None without one.

    Raises:
        ConfigurationError: it cannot be read, or names no engine and no models.
    """
    if not file:
        return None
    values = None
    with suppress(OSError, UnicodeDecodeError, yaml.YAMLError):
        values = yaml.safe_load(Path(file).read_text(encoding="utf-8"))
    if not isinstance(values, dict) or not {"nlp_engine_name", "models"} <= set(values):
        raise ConfigurationError(
            "is no NLP configuration.",
            file=file,
            cure="It needs `nlp_engine_name` and `models`, as Presidio's.",
        )
    return values
