"""New databases on a server."""

from __future__ import annotations

import itertools
import os

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

_numbers = itertools.count()


async def new_postgres(url: str) -> str:
    """The URL of a new, empty database of that server."""
    name = f"holdback_{os.getpid()}_{next(_numbers)}"
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    return url.replace("/postgres?", f"/{name}?")
