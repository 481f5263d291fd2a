"""`holdback redact`: standard input, files and folders, both forms, a bar on a terminal, nothing left half said."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from gateway.cli import main

TEXT = "Write to jane@example.com, card 4111 1111 1111 1111.\n"
REDACTED = "Write to [EMAIL_ADDRESS], card [CREDIT_CARD].\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two texts, one of them further down, a binary and a hidden file."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "in" / "deep" / "b.md").write_text(TEXT.replace("jane", "joe"), encoding="utf-8")
    (tmp_path / "in" / "c.bin").write_bytes(b"\xff\xfe jane@example.com")
    (tmp_path / "in" / ".hidden").write_text(TEXT, encoding="utf-8")
    return tmp_path / "in"


def redact(*arguments: str | Path, stdin: str = "") -> tuple[int, str, str]:
    done = CliRunner().invoke(main, ["redact", *map(str, arguments)], input=stdin)
    return done.exit_code, done.stdout, done.stderr


def test_standard_input() -> None:
    assert redact(stdin=TEXT) == (0, REDACTED, "")


def test_a_folder_to_standard_output(folder: Path) -> None:
    code, out, err = redact(folder)
    assert (code, out) == (0, REDACTED * 2)
    assert "c.bin is not UTF-8" in err
    assert "jane" not in out + err


def test_a_folder_to_a_folder(folder: Path, tmp_path: Path) -> None:
    code, out, _ = redact("--output", tmp_path / "out", folder)
    assert (code, out) == (0, "")
    written = {str(path.relative_to(tmp_path / "out")): path.read_text() for path in (tmp_path / "out").rglob("*.*")}
    assert written == {"a.txt": REDACTED, str(Path("deep") / "b.md"): REDACTED}


def test_an_input_is_never_written_over(folder: Path) -> None:
    code, _, err = redact("--output", folder, folder / "a.txt")
    assert code == 78
    assert "is taken" in err
    assert (folder / "a.txt").read_text() == TEXT


def test_two_inputs_for_one_place_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT)
    assert redact("--output", tmp_path / "out", folder / "a.txt", tmp_path / "a.txt")[0] == 78


def test_a_named_file_that_is_no_text_fails(folder: Path) -> None:
    code, out, err = redact(folder / "c.bin")
    assert code == 78
    assert "is not UTF-8" in err
    assert "jane" not in out + err


def test_spans_count_code_points_of_the_input(tmp_path: Path) -> None:
    rows = [{"id": "1", "text": "😀 é jane@example.com"}, {"id": 2, "text": "nothing"}, {"id": None, "text": TEXT}]
    file = tmp_path / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)) + "\n\n", encoding="utf-8")
    code, out, _ = redact("--format", "jsonl", file)
    assert code == 0
    made = [json.loads(line) for line in out.splitlines()]
    assert [row["id"] for row in made] == ["1", 2, None]
    [span] = made[0]["spans"]
    assert rows[0]["text"][span["start"] : span["end"]] == "jane@example.com"  # type: ignore[index]
    assert (span["start"], span["entity"]) == (4, "EMAIL_ADDRESS")
    assert 0 < span["score"] <= 1
    assert made[0]["redacted"] == "😀 é [EMAIL_ADDRESS]"
    assert made[1] == {"id": 2, "redacted": "nothing", "spans": []}


@pytest.mark.parametrize("line", ["no json", "[]", '{"id": 1}', '{"text": 5}'])
def test_a_line_that_is_no_row_is_named(line: str, tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"text": "fine"}\n' + line + "\n")
    code, _, err = redact("--format", "jsonl", file)
    assert code == 78
    assert "rows.jsonl:2" in err


def read_all(descriptor: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(descriptor, 4096)
        except OSError:  # the other side is closed
            return
        if not piece:
            return
        yield piece


def test_a_terminal_sees_a_bar_and_a_pipe_does_not(folder: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gateway", "redact", str(folder / "a.txt")]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, text=True, env={**os.environ, "TERM": "xterm"}
    ) as run:
        os.close(theirs)
        shown = b"".join(read_all(ours)).decode()
        assert run.stdout is not None
        assert run.stdout.read() == REDACTED
    os.close(ours)
    assert "Redacting" in shown
    assert "\x1b[" in shown
