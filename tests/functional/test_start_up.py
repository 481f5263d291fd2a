"""What keeps the gateway from starting is one line with its cure: every row of the page's last table."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import settings
from gateway.errors import ConfigurationError
from gateway.server import run
from tests.functional.test_troubles import rows

UPSTREAM = "upstream: {base_url: 'http://127.0.0.1:9/v1'}\n"
CONFIGS = {
    "port-taken": UPSTREAM,
    "unknown-preset": UPSTREAM + "policy: hipa\n",
    "no-provider": "",
    "authorities-missing": UPSTREAM,
    "empty-database": UPSTREAM,
}
ROWS = rows("It does not start")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize(("trouble", "words"), ROWS, ids=lambda value: str(value)[:20])
def test_it_does_not_start(
    trouble: str, words: str, taken: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOLDBACK_KEY", "kc_test_a_functional")
    if trouble == "authorities-missing":
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    store = (
        f"database_url: 'sqlite:///{tmp_path}/own.sqlite3'" if trouble == "empty-database" else f"data_dir: {tmp_path}"
    )
    config = tmp_path / "holdback.yaml"
    config.write_text(
        f"{CONFIGS[trouble]}port: {taken}\nstores: {{{store}}}\ntier3: {{engine: 'off'}}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigurationError) as caught:
        run.run(settings.load(config), pytest.fail)
    line = str(caught.value)
    assert words.strip("`") in line
    assert "\n" not in line
    assert caught.value.exit_code == 78


def test_each_row_has_its_case() -> None:
    assert {row[0] for row in ROWS} == set(CONFIGS)
