"""`holdback connect`: to standard output what to paste, to standard error where."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli import main
from gateway.client.kept import KeyFiles
from gateway.client.key import ProofKey
from gateway.client.login import Login

Run = Callable[..., Result]
SECRET = "holdback-local-abc"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def invoked(*arguments: str, **environment: str) -> Result:
        env = {"HOLDBACK_HOME": str(tmp_path), **environment}
        result = CliRunner().invoke(main, ["connect", *arguments], env=env)
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return invoked


@pytest.fixture
def logged_in(tmp_path: Path) -> Login:
    login = Login("https://gate.example", ProofKey.new(), "kc_live_a_key", local_secret=SECRET)
    KeyFiles(tmp_path / "logins").write("default", login)
    return login


def test_all_tools(run: Run) -> None:
    lines = [line.split("\t") for line in run().stdout.splitlines()]
    assert len(lines) >= 10
    assert ["cursor", "Cursor", "bearer"] in lines


def test_without_a_login_it_is_a_bearer_key(run: Run) -> None:
    result = run("openai-python")
    assert 'base_url="http://127.0.0.1:8080/v1", api_key="YOUR_HOLDBACK_KEY"' in result.stdout
    assert "HOLDBACK_KEY" in result.stderr
    result = run("openai-python", "--gateway", "https://gate.example/", HOLDBACK_KEY="kc_test_a_1")
    assert 'base_url="https://gate.example/v1", api_key="kc_test_a_1"' in result.stdout
    assert "kc_test_a_1" not in result.stderr


def test_with_a_login_it_is_the_best_that_there_is(run: Run, logged_in: Login) -> None:
    assert 'base_url="https://gate.example/v1"' in run("openai-python").stdout
    said = run("continue", "--port", "9999").stdout
    assert "apiBase: http://127.0.0.1:9999/v1" in said
    assert f"apiKey: {SECRET}" in said
    assert json.loads(run("claude-code").stdout)["env"] == {"ANTHROPIC_BASE_URL": "http://127.0.0.1:8788"}
    everything = "".join(run(tool, "--via", "agent").output for tool in ("cline", "openai-node", "openai-compatible"))
    assert logged_in.token not in everything
    assert logged_in.key.written()["d"] not in everything


def test_an_agent_by_its_path(run: Run) -> None:
    assert "/v1/ai/support\n" in run("cursor", "--gateway", "https://gate.example", "--agent", "support").stdout
    assert run("claude-code", "--agent", "support").exit_code == 78


def test_the_file_beside_it(run: Run) -> None:
    file = run("openai-node", "--via", "proof", "--file", "holdback-fetch.mjs").stdout
    assert "export function proving" in file
    assert run("openai-node", "--via", "proof", "--file", "../catalogue.py").exit_code == 78


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("emacs",), "Known: anthropic-compatible"),
        (("cursor", "--via", "agent"), "It can: bearer"),
        (("cursor", "--gateway", 'https://x"'), "--base-url"),
        (("openai-python", "--model", "a b"), "--model"),
        (("openai-python", "--via", "proof", "--gateway", "https://other.example"), "is for https://gate.example"),
    ],
)
def test_mistakes(run: Run, logged_in: Login, arguments: tuple[str, ...], said: str) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (78, "")
    assert said in result.stderr
