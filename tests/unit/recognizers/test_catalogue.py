"""The catalogue finds every definition file, and refuses what is none."""

from __future__ import annotations

import importlib
from pathlib import Path
from uuid import uuid4

import pytest

import recognizers
from recognizers import catalogue as module
from recognizers.catalogue import catalogue
from recognizers.recognizer import RecognizerError

FOLDER = Path(recognizers.__file__).parent
DEFINITION = (
    "from recognizers.recognizer import Pattern, Recognizer\n"
    "RECOGNIZER = Recognizer('{}', 'A thing.', 'nobody', (Pattern('x', 'x{{9}}', 1.0),))\n"
)


def test_every_definition_file_is_found() -> None:
    others = {"__pycache__", "ner"}
    files = [f for f in FOLDER.glob("*/**/*.py") if f.stem != "__init__" and not others & set(f.parts)]
    assert len(catalogue()) == len(files) > 9
    assert {entity.lower() for entity in catalogue()} >= {"credit_card", "email_address", "us_ssn", "secret_jwt"}


def test_the_order_is_stable_and_the_keys_are_the_entities() -> None:
    assert list(catalogue()) == list(module.catalogue.__wrapped__())
    assert all(entity == recognizer.entity for entity, recognizer in catalogue().items())


@pytest.fixture
def planted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of definitions of its own, under a name of its own."""
    package = f"planted_{uuid4().hex}"
    folder = tmp_path / package
    folder.mkdir()
    (folder / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))

    def listed() -> list[str]:
        importlib.invalidate_caches()
        return [f"{package}.{file.stem}" for file in sorted(folder.glob("[!_]*.py"))]

    monkeypatch.setattr(module, "_definition_modules", listed)
    return folder


def test_a_new_file_is_a_new_recognizer(planted: Path) -> None:
    (planted / "a.py").write_text(DEFINITION.format("A_THING"))
    (planted / "b.py").write_text(DEFINITION.format("B_THING"))
    assert list(module.catalogue.__wrapped__()) == ["A_THING", "B_THING"]


@pytest.mark.parametrize("second", ["x = 1\n", "RECOGNIZER = 'mine'\n", DEFINITION.format("A_THING")])
def test_a_file_without_a_recognizer_of_its_own_stops_the_start(planted: Path, second: str) -> None:
    (planted / "a.py").write_text(DEFINITION.format("A_THING"))
    (planted / "b.py").write_text(second)
    with pytest.raises(RecognizerError, match=r"planted_\w+\.b defines"):
        module.catalogue.__wrapped__()
