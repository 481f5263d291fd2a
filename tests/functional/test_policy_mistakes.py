"""Misconfiguration never widens silently: each mistake is one line with its place on standard error, and exit code 78.

By `holdback policy check`, `holdback redact` and `holdback serve` alike; what matters of a process, in a process.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.services import build_engine
from gateway.stream.holdback import redact

ROOT = Path(__file__).resolve().parents[2]
EX_CONFIG = 78
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
MISTAKES = {
    "a typo in an entity": ("extends: default\nentities:\n  US_SNS: redact\n", ":3:3: ", "did you mean 'US_SSN'"),
    "an action that does not fit": ("entities: {SECRET_JWT: mask}\n", ":1:24: ", "does not fit SECRET_JWT"),
    "a code that would be kept": ("entities: {CARD_CVV: {request: hash}}\n", ":1:32: ", "PCI DSS 3.3.1"),
    "a preset that extends itself": ("extends: mine.yaml\n", ":1:10: ", "extends itself"),
    "a hold-back below the longest match": ("extends: default\nholdback_chars: 40\n", ":2:17: ", "from 96"),
    "a match longer than the hold-back": (
        "recognizers:\n- name: l\n  supported_entity: LONG\n  patterns:\n  - {name: a, regex: '[a-f]{99}', score: 1}\n",
        ":5:22: ",
        "exceed the hold-back of 96",
    ),
    "an unknown operator": ("entities: {US_SSN: {request: encrypt}}\n", ":1:30: ", "unknown word 'encrypt'"),
    "an unknown key": ("extends: default\ntresholds: 0.5\n", ":2:1: ", "did you mean 'threshold'"),
    "a bomb of anchors": (BOMB, ":2:", "aliases are not allowed"),
    "a tab": ("extends: default\n\tentities: {}\n", ":2:1: ", "cannot start any token"),
    "no mapping": ("- default\n", ":1:1: ", "a mapping is expected"),
    "nothing": ("", ":1:1: ", "is empty"),
    "a pattern that matches anything": (
        "recognizers:\n- name: all\n  supported_entity: ALL\n  patterns:\n  - {name: a, regex: '.{1,9}', score: 1}\n",
        ":5:22: ",
        "matches almost anything",
    ),
    "a pattern without an end": (
        "recognizers:\n- name: all\n  supported_entity: ALL\n  patterns:\n  - {name: a, regex: 'E[0-9]+', score: 1}\n",
        ":5:22: ",
        "",
    ),
}


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOLDBACK_")}
    command = [sys.executable, "-m", "gateway", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, check=False, cwd=ROOT, env=environment, timeout=120
    )


def called(*arguments: str) -> subprocess.CompletedProcess[str]:
    """`run` in this process, which is faster by seconds."""
    done = CliRunner().invoke(main, arguments)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def refused(done: subprocess.CompletedProcess[str]) -> str:
    """The one line."""
    assert done.returncode == EX_CONFIG, done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("holdback: ")
    return line


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_with_its_place(tmp_path: Path, mistake: str) -> None:
    text, place, words = MISTAKES[mistake]
    file = tmp_path / "mine.yaml"
    file.write_text(text, encoding="utf-8")
    line = refused(called("policy", "check", str(file)))
    assert (f"{file}{place}" if place.startswith(":") else place) in line
    assert words in line


def test_a_file_of_50_megabytes(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"#" * (50 << 20))
    started = time.monotonic()
    line = refused(run("policy", "check", str(file)))
    assert f"{file}: larger than 1048576 bytes" in line
    assert time.monotonic() - started < 60


def test_redact_and_serve_refuse_it_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("entities: {US_SNS: redact}\n", encoding="utf-8")
    assert f"{file}:1:12: " in refused(run("redact", "--policy", str(file), stdin="536-22-8726"))
    config = tmp_path / "gateway.yaml"
    config.write_text(
        f"policy: {file}\nkey_env: PATH\nupstream: {{base_url: 'http://127.0.0.1:9/v1'}}\n", encoding="utf-8"
    )
    assert f"{file}:1:12: " in refused(run("serve", "--config", str(config)))


def test_an_overlay_with_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "overlays").mkdir()
    file = tmp_path / "overlays" / "acme.yaml"
    file.write_text("entities:\n  US_SNS: allow\n", encoding="utf-8")
    config = tmp_path / "gateway.yaml"
    config.write_text(
        f"policy_overlays: {file.parent}\nkey_env: PATH\nupstream: {{base_url: 'http://127.0.0.1:9/v1'}}\n"
        f"tier3: {{engine: 'off'}}\nstores: {{data_dir: {tmp_path}}}\n",
        encoding="utf-8",
    )
    assert f"{file}:2:3: unknown entity 'US_SNS' (did you mean 'US_SSN'?)" in refused(
        run("serve", "--config", str(config))
    )


def test_the_five_lines_of_the_docs(tmp_path: Path) -> None:
    """As a new user would: the file from the page, and what the page says of it."""
    page = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    [text, commands] = re.findall(r"```(?:yaml|sh)\n(.*?)```", page, re.DOTALL)[:2]
    assert len(text.splitlines()) == 5
    file = tmp_path / "acme.yaml"
    file.write_text(text, encoding="utf-8")
    [(said, shown)] = re.findall(r'echo "(.*?)" \| holdback redact --policy acme.yaml +# (.*)', commands)
    assert redact(build_engine(str(file)).response, said).text == shown


def test_a_hash_without_a_key(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("entities: {US_SSN: hash}\n", encoding="utf-8")
    assert "HOLDBACK_HASH_KEY" in refused(run("redact", "--policy", str(file), stdin="536-22-8726"))
    done = run("redact", "--policy", str(file), "--hash-key", "k" * 16, stdin="it is 536-22-8726")
    assert done.stdout.startswith("it is [US_SSN:")


def test_a_region_that_the_policy_does_not_allow(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("regions: [eu]\n", encoding="utf-8")
    config = tmp_path / "gateway.yaml"
    config.write_text(
        f"policy: {tmp_path}/mine.yaml\nkey_env: PATH\nupstream: {{base_url: 'http://127.0.0.1:9/v1', region: us}}\n"
        f"stores: {{data_dir: {tmp_path}}}\n",
        encoding="utf-8",
    )
    assert "region is us" in refused(run("serve", "--config", str(config)))
