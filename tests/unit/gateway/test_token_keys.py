"""Where the keys of tokens come from, and which of them makes a conversation's tokens."""

from __future__ import annotations

import base64
import stat
from pathlib import Path

import pytest

from gateway.errors import ConfigurationError
from gateway.settings import load
from gateway.settings.keys import KeySettings
from gateway.stores.master import FILE, master_text
from gateway.token_keys import LocalKeys, Pins, roots
from gateway.vault.keys import CipherName, TenantRoot, TokenKeys

ONE, TWO = (base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


def versions(written: str) -> list[tuple[int, int]]:
    return [(root.version, root.key[0]) for root in roots(written)]


def test_the_last_line_is_the_active_version() -> None:
    assert versions(ONE) == [(1, 1)]
    assert versions(f"{ONE}\n{TWO}\n") == [(2, 2), (1, 1)]
    assert versions(f"3:{ONE}\n 7:{TWO} \n\n") == [(7, 2), (3, 1)]
    assert ONE not in repr(roots(ONE))


@pytest.mark.parametrize("written", ["", "\n", "x", ONE[:-4], f"1:{ONE}\n1:{TWO}", f"x:{ONE}", f"0:{ONE}", f"-1:{ONE}"])
def test_what_is_no_key_is_refused_and_not_shown(written: str) -> None:
    with pytest.raises(ConfigurationError) as error:
        roots(written)
    assert ONE[:8] not in str(error.value)
    assert "openssl" in str(error.value)


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    made = master_text(None, folder)
    file = folder / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert master_text(None, folder) == made == file.read_text()
    assert versions(made) == [(1, base64.b64decode(made)[0])], "one key for tokens and for tenants"
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="others can read"):
        master_text(None, folder)
    assert master_text(ONE, tmp_path / "none") == ONE
    assert not (tmp_path / "none").exists()
    with pytest.raises(ConfigurationError, match="no master key"):
        master_text(None, None)


async def test_live_versions_within_a_scope() -> None:
    keys = LocalKeys([TenantRoot(b"2" * 32, "t", 2), TenantRoot(b"1" * 32, "t", 1)])
    for cipher in CipherName:
        live = await keys.live("t", cipher, "c")
        assert [(one.version, one.scope, one.cipher) for one in live] == [(2, "c", cipher), (1, "c", cipher)]
    assert [one.scope for one in await keys.live("t", CipherName.FF1, "")] == ["", ""]


def _keys(*numbers: int) -> list[TokenKeys]:
    return [TokenKeys(TenantRoot(b"k" * 32, "t", number)) for number in numbers]


def test_a_conversation_keeps_its_version_while_that_is_live() -> None:
    pins = Pins(most=2)
    assert [one.version for one in pins.first("a", _keys(1))] == [1]
    assert [one.version for one in pins.first("a", _keys(2, 1))] == [1, 2]
    assert [one.version for one in pins.first("b", _keys(2, 1))] == [2, 1]
    assert [one.version for one in pins.first("a", _keys(3, 2))] == [3, 2]
    pins.first("c", _keys(3, 2))
    assert [one.version for one in pins.first("b", _keys(3, 2))] == [3, 2]


def test_the_file_comes_before_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(TWO + "\n")
    environment = {"MASTER_KEY_B64": ONE, "MASTER_KEY_FILE": str(tmp_path / "key")}

    def key(settings: KeySettings, environment: dict[str, str]) -> str | None:
        found = settings.with_secrets(environment, "holdback.yaml").master_key
        assert ONE not in repr(found)
        return found.get_secret_value() if found else None

    assert key(KeySettings(), environment) == TWO
    assert key(KeySettings(), {"MASTER_KEY_B64": ONE}) == ONE
    assert key(KeySettings(), {}) is None
    assert key(KeySettings(master_key_env="X"), {"X": ONE}) == ONE
    for missing in (KeySettings(master_key_env="Y"), KeySettings(master_key_file=str(tmp_path / "none"))):
        with pytest.raises(ConfigurationError, match=r"keys\.master_key"):
            key(missing, {})


@pytest.mark.parametrize("name", ["master_key_file", "master_key_env"])
def test_the_earlier_name_says_which_one_it_is_now(tmp_path: Path, name: str) -> None:
    file = tmp_path / "holdback.yaml"
    file.write_text(f"upstream: {{base_url: https://provider.example/v1}}\ntokens:\n  {name}: x\n")
    with pytest.raises(ConfigurationError) as caught:
        load(file, {"HOLDBACK_KEY": "k" * 20})
    assert f"It is `keys.{name}` now" in str(caught.value)
    assert f"{file}:3" in str(caught.value)
