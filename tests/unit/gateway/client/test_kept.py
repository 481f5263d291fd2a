"""Where logins are kept."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import keyring.backends.fail
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from gateway.client import kept
from gateway.client.kept import Keychain, KeyFiles
from gateway.client.key import ProofKey
from gateway.client.login import Login, read_login
from gateway.errors import ConfigurationError

LOGIN = Login("https://gate.example", ProofKey.new(), "kc_live_a_key", local_secret="local")


class Backend(KeyringBackend):
    """A keychain in memory; `broken` raises as the real ones do, with what it was given."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}
        self.broken = False

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.broken:
            raise RuntimeError(f"cannot keep {password}")
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.entries.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture(params=["keychain", "files"])
def keeper(request: pytest.FixtureRequest, tmp_path: Path) -> Keychain | KeyFiles:
    return Keychain(Backend()) if request.param == "keychain" else KeyFiles(tmp_path / "new" / "logins")


def test_kept_read_and_forgotten(keeper: Keychain | KeyFiles) -> None:
    assert keeper.read("work") is None
    keeper.write("work", LOGIN)
    keeper.write("work", LOGIN)
    found = keeper.read("work")
    assert found is not None
    assert (found.gateway, found.token, found.local_secret) == (LOGIN.gateway, LOGIN.token, LOGIN.local_secret)
    assert found.key.thumbprint == LOGIN.key.thumbprint
    keeper.delete("work")
    keeper.delete("work")
    assert keeper.read("work") is None


@pytest.mark.parametrize("name", ["", "..", "a/b", "-x", "x" * 65])
def test_a_name_is_no_path(keeper: Keychain | KeyFiles, name: str) -> None:
    with pytest.raises(ConfigurationError):
        keeper.write(name, LOGIN)


@pytest.mark.skipif(sys.platform == "win32", reason="modes")
def test_modes(tmp_path: Path) -> None:
    files = KeyFiles(tmp_path / "logins")
    files.write("work", LOGIN)
    path = tmp_path / "logins" / "work.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["work.json"], "nothing else was left there"
    for mode in (0o640, 0o604, 0o660):
        path.chmod(mode)
        with pytest.raises(ConfigurationError, match="0600"):
            files.read("work")


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    files, target = KeyFiles(tmp_path), tmp_path / "elsewhere"
    target.write_text("untouched")
    (tmp_path / "work.json").symlink_to(target)
    files.write("work", LOGIN)
    assert target.read_text() == "untouched"


def test_a_broken_keychain_tells_nothing() -> None:
    backend = Backend()
    backend.broken = True
    with pytest.raises(ConfigurationError) as caught:
        Keychain(backend).write("work", LOGIN)
    assert caught.value.__context__ is None
    assert "kc_live" not in str(caught.value)


def test_a_keychain_that_keeps_nothing_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)
    assert kept.keychain() is None
    backend = Backend()
    monkeypatch.setattr(keyring, "get_keyring", lambda: backend)
    monkeypatch.setenv("HOLDBACK_HOME", str(tmp_path))
    found = kept.keychain()
    assert found is not None
    with pytest.raises(ConfigurationError, match="no login 'work'"):
        kept.login("work")
    found.write("work", LOGIN)
    assert kept.login("work").token == LOGIN.token
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert kept.keychain() is None, "keyring is optional"


@pytest.mark.parametrize(
    "change",
    [
        {"key": "text"},
        {"key": {}},
        {"gateway": "http://gate.example"},
        {"gateway": "https://gate.example/"},
        {"gateway": "ftp://gate.example"},
        {"public_origin": "http://gate.example"},
        {"token": "two\nlines"},
        {"token": 5},
        {"unknown": "x"},
    ],
)
def test_what_is_no_login(change: dict[str, Any]) -> None:
    text = json.dumps(json.loads(LOGIN.written()) | change)
    with pytest.raises(ConfigurationError) as caught:
        read_login(text)
    assert LOGIN.key.written()["d"] not in str(caught.value)
    assert caught.value.__context__ is None


def test_plain_http_is_for_this_machine_only() -> None:
    for gateway in (
        "http://127.0.0.1:8080",
        "http://localhost:8080",
        "http://[::1]:8080",
        "https://gate.example/below",
    ):
        assert Login(gateway, LOGIN.key).gateway == gateway
