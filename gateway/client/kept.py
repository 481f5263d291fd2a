"""Where logins are kept: the keychain of the system, or a file of mode 0600 where there is none."""

from __future__ import annotations

import os
import re
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from gateway.client.login import Login, read_login
from gateway.errors import ConfigurationError

SERVICE = "holdback"
DEFAULT = "default"
FILE_BYTES_MAX = 1 << 16
USABLE_PRIORITY = 1
"""Of a keyring backend: what `keyring` itself recommends; below are those that keep nothing, or keep it in the open."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Keeper(Protocol):
    """Keeps logins by name."""

    place: str
    """For people: where it is."""

    def read(self, name: str) -> Login | None:
        """A login; None when there is none of that name."""

    def write(self, name: str, login: Login) -> None:
        """Keep one, in the place of an older one of that name."""

    def delete(self, name: str) -> None:
        """Forget one."""


class Keychain:
    """The keychain of the system, through `keyring`. It keeps texts: whoever may read the entry has the key."""

    def __init__(self, backend: Any) -> None:
        self._backend = backend
        self.place = f"the keychain ({backend.name})"

    def read(self, name: str) -> Login | None:
        """See `Keeper`.

        Raises:
            ConfigurationError: the keychain is locked or broken.
        """
        text = self._asked("get_password", SERVICE, _checked(name))
        return read_login(text) if text is not None else None

    def write(self, name: str, login: Login) -> None:
        """See `Keeper`.

        Raises:
            ConfigurationError: the keychain is locked or broken.
        """
        self._asked("set_password", SERVICE, _checked(name), login.written())

    def delete(self, name: str) -> None:
        """See `Keeper`.

        Raises:
            ConfigurationError: the keychain is locked or broken.
        """
        if self.read(name) is not None:
            self._asked("delete_password", SERVICE, name)

    def _asked(self, method: str, *arguments: str) -> Any:
        with suppress(Exception):  # each backend has errors of its own, and some hold what was to be kept
            return getattr(self._backend, method)(*arguments)
        raise ConfigurationError("the keychain does not answer, or is locked.", cure="Unlock it, or use --keep file.")


class KeyFiles:
    """One file a login, of mode 0600, in a folder of mode 0700."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.place = str(folder)

    def read(self, name: str) -> Login | None:
        """See `Keeper`.

        Raises:
            ConfigurationError: others can read the file, or it is no login.
        """
        path = self._path(name)
        return read_file(path) if path.exists() else None

    def write(self, name: str, login: Login) -> None:
        """See `Keeper`.

        Raises:
            ConfigurationError: it cannot be written.
        """
        path = self._path(name)
        failure = ""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor, made = tempfile.mkstemp(dir=self._folder, prefix=".login-")  # of mode 0600
            try:
                with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                    file.write(login.written())
                    file.flush()
                    os.fsync(file.fileno())
                Path(made).replace(path)
            except BaseException:
                Path(made).unlink(missing_ok=True)
                raise
        except OSError as error:
            failure = error.strerror or "unknown error"
        if failure:
            raise ConfigurationError(f"cannot be written: {failure}.", file=str(path))

    def delete(self, name: str) -> None:
        """See `Keeper`.

        Raises:
            ConfigurationError: it cannot be taken away.
        """
        path, failure = self._path(name), ""
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            failure = error.strerror or "unknown error"
        if failure:
            raise ConfigurationError(f"cannot be deleted: {failure}.", file=str(path))

    def _path(self, name: str) -> Path:
        return self._folder / f"{_checked(name)}.json"


def read_file(path: Path) -> Login:
    """A login from a file, such as one that an orchestrator mounts.

    Raises:
        ConfigurationError: it is not there, is no login, or others than its owner can read it.
    """
    problem, text = "", ""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if sys.platform != "win32" and (
                status.st_uid not in (os.geteuid(), 0) or stat.S_IMODE(status.st_mode) & 0o077
            ):
                problem = "others can read it."
            else:
                text = file.read(FILE_BYTES_MAX).decode()
    except OSError as error:
        problem = f"cannot be read: {error.strerror}."
    except UnicodeDecodeError:
        problem = "is no login."
    if problem:
        raise ConfigurationError(problem, file=str(path), cure="It must be yours, and of mode 0600.")
    failure: ConfigurationError
    try:
        return read_login(text)
    except ConfigurationError as error:
        failure = ConfigurationError(error.problem, file=str(path), cure=error.cure)
    raise failure


def keychain() -> Keychain | None:
    """The keychain of this system; None where there is none that keeps secrets, or `keyring` is not installed."""
    try:
        import keyring
    except ImportError:
        return None
    backend = keyring.get_keyring()
    with suppress(RuntimeError):  # how backends say that they cannot be used here
        if backend.priority >= USABLE_PRIORITY:
            return Keychain(backend)
    return None


def files() -> KeyFiles:
    """The folder of login files: `$HOLDBACK_HOME/logins`, else below the user's configuration folder."""
    home = os.environ.get("HOLDBACK_HOME")
    base = os.environ.get("XDG_CONFIG_HOME")
    root = Path(home) if home else (Path(base) if base else Path.home() / ".config") / "holdback"
    return KeyFiles(root / "logins")


def find(name: str) -> tuple[Keeper, Login] | None:
    """A login, and who keeps it; None when there is none of that name."""
    for keeper in (files(), keychain()):
        found = keeper.read(name) if keeper is not None else None
        if keeper is not None and found is not None:
            return keeper, found
    return None


def login(name: str = DEFAULT) -> Login:
    """The login that `holdback agent login` kept, from keychain or file.

    Raises:
        ConfigurationError: there is none of that name.
    """
    found = find(name)
    if found is None:
        raise ConfigurationError(f"there is no login {name!r}.", cure="Make one with `holdback agent new-key`.")
    return found[1]


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ConfigurationError("that is no name of a login.", cure="Use letters, digits, dots, hyphens, underscores.")
    return name
