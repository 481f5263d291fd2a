"""Structured logs: one line an event, fields by name.

Laws kept here: no line carries text of a request or response, a key or a token; exceptions are logged as their type
and our own frames, never as their text (parsers and SDKs keep the document in it); third-party loggers stay at WARNING
whatever our level.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TextIO

import structlog

QUIET_LOGGERS = (
    "aiohttp",
    "asyncio",
    "urllib3",
    "presidio-analyzer",
    "botocore",
    "azure",
    "grpc",
    "google",
    "sqlalchemy",
)
_ROOT = str(Path(__file__).resolve().parent.parent.parent)


def configure(level: str, *, human: bool, stream: TextIO | None = None) -> None:
    """Set up logging for the process.

    Args:
        level: debug, info, warning or error.
        human: coloured lines for a terminal instead of JSON.
        stream: where to; standard error when None.
    """
    out = stream or sys.stderr
    renderer: Any = structlog.dev.ConsoleRenderer(colors=out.isatty()) if human else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(out),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=out, format="%(levelname)s %(name)s", force=True)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    # What becomes of traces is counted, and said once (`otlp.py`); these say it of every batch.
    logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
    # It logs exceptions with their text, which holds what the client sent.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def logger() -> Any:
    """The process's logger; call `.info("event", field=value)`."""
    return structlog.get_logger()


def bound(**fields: str) -> AbstractContextManager[None]:
    """Inside the block, every line of this task has these fields, unless it says them itself; empty ones are left
    out."""
    return structlog.contextvars.bound_contextvars(**{name: value for name, value in fields.items() if value})


def describe(error: BaseException) -> dict[str, Any]:
    """An exception as log fields: its type and the frames of our own code, without its text."""
    frames = [
        f"{Path(frame.filename).relative_to(_ROOT)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.startswith(_ROOT) and "site-packages" not in frame.filename
    ]
    return {"error": type(error).__name__, "frames": frames[-8:]}
