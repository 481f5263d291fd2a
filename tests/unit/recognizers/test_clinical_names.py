"""Clinical text with the model on: each person and place in a usual form is found, what is no name is left alone."""

from __future__ import annotations

import pytest

from gateway.inspection.engine import engine_of, with_model
from gateway.models.local import LocalModel
from gateway.stream.holdback import redact
from recognizers.ner.clinical import WORDS, is_clinical
from tests.clinical import IDENTIFIERS, NAMES_AND_PLACES, sentences

MASKED_MAX = 0.02
FORMS = [(40, 1), pytest.param(500, 1, marks=pytest.mark.slow), pytest.param(500, 2, marks=pytest.mark.slow)]


@pytest.fixture(scope="module")
def response() -> object:
    return with_model(engine_of("hipaa"), LocalModel()).response


@pytest.mark.parametrize(("count", "seed"), FORMS)
def test_names_are_found_and_eponyms_are_left(
    response: object, count: int, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    missed: list[str] = []
    harmless = masked = 0
    for identifiers in (NAMES_AND_PLACES, IDENTIFIERS):
        for one in sentences(count, seed, identifiers):
            covered = redact(response, one.text).replaced  # type: ignore[arg-type]
            inside = {at for start, end, _ in one.planted for at in range(start, end)}
            gone = {at for start, end, _ in covered for at in range(start, end)}
            missed += [one.text for start, end, _ in one.planted if not set(range(start, end)) <= gone]
            harmless += len(one.text) - len(inside)
            masked += len(gone - inside)
    with capsys.disabled():
        print(f"\nclinical names, seed {seed}: {len(missed)} missed, {masked / harmless:.3%} of the rest masked")
    assert missed == []
    assert masked <= MASKED_MAX * harmless


@pytest.mark.parametrize("text", ["Hct", "RR", "Plt 245", "recheck troponin", "CD4", "mcg IM", "CPAP", "Troponin"])
def test_words_of_notes(text: str) -> None:
    assert is_clinical(text)


@pytest.mark.parametrize("text", ["Jane", "Jane Hct", "MD", "NC", "CT", "245", "recheck", "Fr", "Cr Smith", "Ca Mau"])
def test_what_may_be_a_name_is_none_of_them(text: str) -> None:
    assert not is_clinical(text)


def test_no_state_is_one_of_them() -> None:
    states = (
        "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK "
        "OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR"
    )
    assert not WORDS & set(states.split())
