"""What is shipped is known: each package's licence, and the bill of materials."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path

import pytest
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from deploy.supply import licences, sbom
from deploy.supply.lock import EVERYTHING, IMAGE, pinned, read, shipped
from tests.architecture.test_locks import pins
from tests.packaging.charts import ROOT

TELLS = {
    "BSD-3-Clause": "Redistribution and use in source and binary forms",
    "BSD-2-Clause": "Redistribution and use in source and binary forms",
    "LGPL-2.1-or-later": "GNU LESSER GENERAL PUBLIC LICENSE",
}
"""Words of a licence's own text."""


@pytest.mark.parametrize("file", [EVERYTHING, IMAGE], ids=lambda file: file.name)
def test_a_lock_is_read_whole(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    packages = pinned(file)
    assert {one.name: one.version for one in packages} == pins(file)
    assert len(packages) == len(re.findall(r"^\S+==", text, re.MULTILINE))
    assert sum(len(one.hashes) for one in packages) == text.count("--hash=sha256:")


def test_what_is_shipped_is_the_image_and_the_clients_extra() -> None:
    names = shipped().keys()
    assert read(IMAGE).keys() < names
    assert {"keyring", "httpx", "boto3", "azure-identity", "google-cloud-kms", "opentelemetry-sdk"} <= names
    assert not {"pytest", "mypy", "moto", "hypothesis"} & names


@pytest.mark.parametrize("name", sorted(shipped()))
def test_each_package_may_be_shipped(name: str) -> None:
    assert licences.is_allowed(licences.licence(name)), licences.licence(name)


@pytest.mark.parametrize(
    ("expression", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-or-later OR MIT", True),
        ("GPL-3.0-or-later AND MIT", False),
        ("AGPL-3.0-only", False),
        ("Apache-2.0 AND (GPL-2.0-only OR BSD-3-Clause)", True),
        ("SSPL-1.0", False),
    ],
)
def test_what_may_be_shipped(expression: str, allowed: bool) -> None:
    assert licences.is_allowed(expression) is allowed


@pytest.mark.parametrize("name", sorted(licences.STATED))
def test_what_is_stated_is_what_the_package_brings(name: str) -> None:
    assert licences.told_by_metadata(name) is None, "no longer needed"
    files = [one for one in distribution(name).files or () if one.name.upper().startswith(("LICEN", "COPYING"))]
    texts = " ".join(one.read_text() for one in files)
    expected = [words for spdx, words in TELLS.items() if spdx in licences.STATED[name]]
    assert expected
    assert all(words in texts for words in expected)


@pytest.mark.parametrize("name", sorted(licences.ELSEWHERE))
def test_what_is_of_other_systems_agrees_where_it_is_here(name: str) -> None:
    assert name in shipped()
    try:
        distribution(name)
    except PackageNotFoundError:
        assert shipped()[name].marker, "it belongs here, and is not installed"
        return
    assert licences.told_by_metadata(name) == licences.ELSEWHERE[name]


def test_nobody_knows() -> None:
    with pytest.raises(licences.UnknownLicence):
        licences.licence("no-such-package")


def test_every_source_of_data_has_a_licence() -> None:
    head, _, *rows = licences.data_rows()
    assert head.split("|")[2].strip() == "licence"
    assert len(rows) >= 5
    assert all(row.split("|")[2].strip() for row in rows)


def test_the_bill_is_cyclonedx() -> None:
    made = sbom.bill()
    for one in made["components"][8:]:
        one.pop("externalReferences", None)  # a hundred of one form, whose URLs take seconds to look at
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(made)) is None
    first = made["components"][0]
    small = {**made, "components": [first]}
    small["dependencies"] = [{"ref": made["dependencies"][0]["ref"], "dependsOn": [first["purl"]]}]
    assert Bom.from_json(small).validate()  # type: ignore[attr-defined]
    wrong = json.dumps(small).replace('"alg": "SHA-256"', '"alg": "SHA-257"', 1)
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(wrong) is not None


def test_the_bill_has_the_image_with_hashes_licences_and_who_needs_what() -> None:
    made = sbom.bill()
    libraries = {one["name"]: one for one in made["components"] if one["type"] == "library"}
    assert {name: one["version"] for name, one in libraries.items()} == pins(IMAGE)
    for one in libraries.values():
        assert one["licenses"][0]["expression"]
        assert one["externalReferences"][0]["hashes"]
    needed = set(chain.from_iterable(one["dependsOn"] for one in made["dependencies"]))
    assert needed == {one["purl"] for one in libraries.values()}
    data = [one for one in made["components"] if one["type"] == "data"]
    assert {one["name"] for one in data} == set(sbom.MODELS)


def test_the_bill_is_the_same_each_time() -> None:
    command = [sys.executable, "-m", "deploy.supply.sbom"]
    first = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, timeout=60).stdout
    assert first.decode() == json.dumps(sbom.bill(), indent=1) + "\n"
    assert b"timestamp" not in first
