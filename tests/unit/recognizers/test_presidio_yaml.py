"""Presidio's own recognizer YAML loads unchanged; what cannot be decided in a stream is refused with its place."""

from __future__ import annotations

from pathlib import Path

import presidio_analyzer
import pytest

from gateway.errors import ConfigurationError
from gateway.services import build_engine
from gateway.stream.holdback import redact

SHIPPED = Path(presidio_analyzer.__file__).parent / "conf" / "example_recognizers.yaml"
FORMS = r"""
recognizers:
  - name: employee
    supported_languages:
      - language: en
        context: [employee]
      - language: de
        context: [mitarbeiter]
    supported_entity: EMPLOYEE_NUMBER
    type: custom
    enabled: true
    patterns:
      - {name: acme, regex: '\bE-\d{6}\b', score: 0.9}
  - name: projects
    supported_languages: [en, de]
    supported_entity: PROJECT_NAME
    deny_list: [Blue Heron, Größe]
    deny_list_score: 0.7
"""
REFUSED = {
    "look-ahead": r"(?=a)b",
    "look-behind": r"(?<=a)b",
    "back-reference": r"(a)\1",
    "unbounded": r"\d+",
    "unbounded from": r"\d{3,}",
    "super-linear": r"(a+)+",
    "catch-all": r".{1,50}",
    "catch-all class": r"[\s\S]{1,30}",
    "too long": r"a{200}",
}


def redacted(policy: Path, text: str) -> str:
    return redact(build_engine(str(policy)).request, text).text


def test_the_file_that_presidio_ships(tmp_path: Path) -> None:
    file = tmp_path / "example.yaml"
    file.write_bytes(SHIPPED.read_bytes())
    assert redacted(file, "Mr. and Dr. came") == "[TITLE] and [TITLE] came"


def test_the_forms_that_presidio_documents(tmp_path: Path) -> None:
    file = tmp_path / "forms.yaml"
    file.write_text(FORMS, encoding="utf-8")
    assert redacted(file, "E-482913 of blue heron and GRÖSSE") == "[EMPLOYEE_NUMBER] of [PROJECT_NAME] and GRÖSSE"


@pytest.mark.parametrize("regex", REFUSED.values(), ids=REFUSED)
def test_a_pattern_that_cannot_be_decided_is_refused_with_its_place(regex: str, tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    pattern = f"      - {{name: p, regex: '{regex}', score: 0.9}}\n"
    file.write_text("recognizers:\n  - name: x\n    supported_entity: X_Y\n    patterns:\n" + pattern)
    with pytest.raises(ConfigurationError, match=r"own\.yaml:5:\d+|own\.yaml:2:\d+|X_Y/") as refused:
        build_engine(str(file))
    assert "own.yaml:5" in str(refused.value) or regex == REFUSED["too long"]
