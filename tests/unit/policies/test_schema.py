"""The published schema agrees with the loader on what each key may say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from gateway.inspection.fit import facts
from policies.loader import load, preset_text, presets
from policies.policy import PolicyError
from policies.schema import schema
from recognizers.catalogue import catalogue

SCHEMA = schema(catalogue())
GOOD = (
    "extends: default\n",
    "entities: {US_SSN: redact, '*': {request: allow, response: block}}\n",
    "entities: {US_SSN: {request: tokenize, mode: {request: monitor}, threshold: 0.3}}\n",
    "entities: {CREDIT_CARD: {response: mask, mask: {keep_first: 6, keep_last: 4, character: X}}}\n",
    "entities: {US_SSN: {context: {words: [tax], required: on}}}\n",
    "mode: monitor\n",
    "mode: {response: monitor}\n",
    "hidden_spellings: {base64: off}\n",
    "retention_days: 30\nregions: [eu, us]\nholdback_chars: 96\nthreshold: 0\nattachments: allow\n",
    "signed_thinking: pass\n",
    "recognizers:\n- {name: a, supported_entity: STAFF, patterns: [{name: b, regex: 'E-[0-9]{6}', score: 0.9}]}\n",
    "recognizers: [{name: a, supported_entity: STAFF, deny_list: [E-1]}]\nentities: {STAFF: redact}\n",
    "recognizers:\n- {name: a, supported_entity: STAFF, deny_list: [E-1]}\n",
)
BAD = (
    "extend: default\n",
    "entities: {US_SSN: redakt}\n",
    "entities: {US_SSN: tokenize}\n",
    "entities: {US_SSN: {response: tokenize}}\n",
    "entities: {US_SSN: {requests: redact}}\n",
    "entities: {us_ssn: redact}\n",
    "entities: {US_SSN: {threshold: 2}}\n",
    "entities: {CREDIT_CARD: {response: mask, mask: {keep_last: 5}}}\n",
    "mode: off\n",
    "mode: {both: monitor}\n",
    "hidden_spellings: {morse: off}\n",
    "retention_days: 29\n",
    "regions: []\n",
    "regions: [mars]\n",
    "holdback_chars: 95\n",
    "attachments: maybe\n",
    "signed_thinking: strip\n",
    "recognizers:\n- {name: a, supported_entity: STAFF}\n",
    "recognizers:\n- {name: a, supported_entity: staff, deny_list: [E-1]}\n",
    "recognizers:\n- {name: a, supported_entity: STAFF, patterns: [{name: b, regex: x}]}\n",
    "- a\n",
)


def accepts(document: Any) -> bool:
    return not list(jsonschema.Draft202012Validator(SCHEMA).iter_errors(document))


def loads(folder: Path, text: str) -> bool:
    (folder / "p.yaml").write_text(text, encoding="utf-8")
    try:
        load(str(folder / "p.yaml"), facts())
    except PolicyError:
        return False
    return True


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", presets())
def test_presets_are_valid(name: str) -> None:
    assert accepts(yaml.safe_load(preset_text(name)))


@pytest.mark.parametrize("text", GOOD)
def test_what_loads_is_valid(tmp_path: Path, text: str) -> None:
    assert loads(tmp_path, text)
    assert accepts(yaml.safe_load(text))


@pytest.mark.parametrize("text", BAD)
def test_what_is_not_valid_does_not_load(tmp_path: Path, text: str) -> None:
    assert not loads(tmp_path, text)
    assert not accepts(yaml.safe_load(text))


def test_every_key_and_entity_is_offered() -> None:
    entities = SCHEMA["properties"]["entities"]["properties"]
    assert {"*", *catalogue()} == set(entities)
    assert all(one["description"] for one in SCHEMA["properties"].values())
