"""`holdback agent` as people start it, with keys kept in files."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner, Result

from gateway.auth.capability import Letter, mint
from gateway.cli import main
from gateway.client.key import ProofKey

Run = Callable[..., Result]
TOKEN = mint(bytes(range(48)), live=True).text


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoked(*arguments: str, text: str = "") -> Result:
        result = CliRunner().invoke(main, ["agent", *arguments], input=text, env={"HOLDBACK_HOME": str(tmp_path)})
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoked


def made(run: Run, gateway: str = "https://gate.example") -> None:
    assert run("new-key", "--gateway", gateway, "--keep", "file").exit_code == 0
    assert run("login", "--no-check", text=TOKEN + "\n").exit_code == 0


def test_a_key_is_made_kept_and_forgotten(run: Run, tmp_path: Path) -> None:
    result = run("new-key", "--gateway", "https://gate.example/", "--keep", "file")
    thumbprint = result.stdout.strip()
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", thumbprint), "alone on standard output, for a script"
    file = tmp_path / "logins" / "default.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = json.loads(file.read_text())
    assert ProofKey.read(json.dumps(kept["key"])).thumbprint == thumbprint
    assert kept["gateway"] == "https://gate.example"
    again = run("new-key", "--gateway", "https://gate.example", "--keep", "file")
    assert (again.exit_code, again.stdout) == (78, "")
    assert run("new-key", "--gateway", "https://gate.example", "--keep", "file", "--force").stdout.strip() != thumbprint
    assert run("logout").exit_code == 0
    assert not file.exists()


def test_a_login_shows_no_secret(run: Run, tmp_path: Path) -> None:
    made(run)
    secret = run("secret").stdout.strip()
    assert secret.startswith("holdback-local-")
    said = run("show").output
    kept = json.loads((tmp_path / "logins" / "default.json").read_text())
    assert kept["token"] == TOKEN
    for value in (TOKEN, secret, kept["key"]["d"]):
        assert value not in said
    other = run("secret", "--new").stdout.strip()
    assert other != secret
    assert run("secret").stdout.strip() == other


@pytest.mark.parametrize(
    ("arguments", "text", "said"),
    [
        (("new-key", "--gateway", "http://gate.example"), "", "not https"),
        (("new-key", "--gateway", "https://gate.example", "--keep", "keychain"), "", "no keychain"),
        (("login",), TOKEN, "no login 'default'"),
        (("secret", "--name", "../x"), "", "no name"),
        ((), "", "no login 'default'"),
    ],
)
def test_mistakes_are_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], text: str, said: str
) -> None:
    monkeypatch.setattr("gateway.client.kept.keychain", lambda: None)
    result = run(*arguments, text=text)
    assert (result.exit_code, result.stdout) == (78, "")
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_login_that_the_gateway_cannot_confirm_is_not_kept(run: Run, tmp_path: Path) -> None:
    assert run("new-key", "--gateway", "http://127.0.0.1:9", "--keep", "file").exit_code == 0
    result = run("login", text=TOKEN)
    assert result.exit_code == 78
    assert "cannot be reached" in result.stderr
    assert TOKEN not in result.output
    assert TOKEN not in (tmp_path / "logins" / "default.json").read_text()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no capability key"),
        (TOKEN[:-1], "Is it whole?"),
        (TOKEN[:-1] + ("0" if TOKEN[-1] != "0" else "1"), "no capability key"),
        (mint(bytes(48), live=True, letter=Letter.SESSION).text, "no capability key"),
        (f"kc_live_r_{'a' * 16}_0_{'b' * 43}", "refresh credential"),
    ],
)
def test_what_is_no_capability_key_is_told_before_anybody_is_asked(run: Run, text: str, said: str) -> None:
    assert run("new-key", "--gateway", "http://127.0.0.1:9", "--keep", "file").exit_code == 0
    result = run("login", text=text)
    assert result.exit_code == 78
    assert said in result.stderr
    assert not text or text not in result.output


async def test_it_serves_until_it_is_told_to_stop(run: Run, tmp_path: Path) -> None:
    made(run, "http://127.0.0.1:9")
    secret = run("secret").stdout.strip()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "gateway", "agent", "--port", "0", "--log-level", "debug"),
        env={**os.environ, "HOLDBACK_HOME": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    lines = [(await asyncio.wait_for(process.stderr.readline(), 30)).decode() for _ in range(4)]
    url = re.findall(r"listens on (\S+) ", lines[0])[0]
    assert url.startswith("http://127.0.0.1:")
    async with aiohttp.ClientSession() as http:
        for headers, status in (({}, 401), ({"x-api-key": secret}, 502), ({"Origin": url}, 403)):
            async with http.get(f"{url}/v1/models", headers=headers) as answer:
                assert answer.status == status
    process.send_signal(signal.SIGTERM)
    out, rest = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0
    said = "".join(lines) + (out + rest).decode()
    assert not [value for value in (secret, TOKEN, "eyJ") if value in said]
