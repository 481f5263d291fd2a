"""What the control plane stands on: the installation's master key, the event hook, the clock, the keys of tenants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gateway.observe.events import ControlEvents
from gateway.settings import Settings
from gateway.stores.master import MasterKey, master_key


@dataclass(frozen=True, slots=True)
class Control:
    """One a process. `clock`: the time now, in UTC."""

    master: MasterKey
    events: ControlEvents
    clock: Callable[[], datetime]


def open_control(settings: Settings) -> Control:
    """Make it.

    Raises:
        ConfigurationError: there is no master key, or it is none.
    """
    return Control(master_key_of(settings), ControlEvents(), _clock)


def master_key_of(settings: Settings) -> MasterKey:
    """The installation's master key; made beside an embedded database that has none.

    Raises:
        ConfigurationError: there is none, or it is no key.
    """
    given = settings.keys.master_key
    folder = None if settings.stores.database_url else Path(settings.stores.data_dir)
    return master_key(given.get_secret_value() if given else None, folder)


def _clock() -> datetime:
    return datetime.now(UTC)
