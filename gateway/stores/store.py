"""What replicas share and may lose: the protocol of `memory.py` (one process) and `redis.py` (many).

Truth never lives here but in the database; whoever listens must be able to read it again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol


class Shared(Protocol):
    """Shared by the replicas of an installation."""

    @property
    def is_shared(self) -> bool:
        """Whether other replicas see it too; when not, there may be one process only."""

    async def claim(self, name: str, seconds: int) -> bool:
        """Take a name for some seconds: true for the first who asks, false for all others.

        Raises:
            StoreUnavailable: it is not known who was first.
        """

    async def claim_within(self, name: str, seconds: int) -> tuple[bool, str]:
        """As `claim`, and the generation of the store in the same round trip.

        Raises:
            StoreUnavailable: it is not known who was first.
        """

    async def generation(self) -> str:
        """A name of this store's memory, `<microseconds since 1970>-<random>`: another one once it lost its data, and
        with them the names that were taken.

        Raises:
            StoreUnavailable: it cannot be told.
        """

    async def publish(self, channel: str, message: str) -> None:
        """Tell all who listen.

        Raises:
            StoreUnavailable: they may not have heard.
        """

    def listen(self, channel: str) -> AsyncIterator[str | None]:
        """Messages as they come; never ends by itself.

        None comes first, and whenever some may have been missed: read the truth again. An outage is waited out.
        """

    async def check(self) -> None:
        """Whether it answers.

        Raises:
            StoreUnavailable: it does not.
        """

    async def close(self) -> None:
        """Let go of all connections."""
