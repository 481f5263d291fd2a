"""Policies from presets and files: what is merged, and what is refused with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.inspection.fit import facts
from policies.loader import EXTENDS_MAX, POLICY_BYTES_MAX, load, preset_text, presets
from policies.policy import PolicyError, Rule

ENTITIES = ("US_SSN", "CREDIT_CARD", "EMAIL_ADDRESS", "ORGANIZATION", "NRP")


def write(folder: Path, text: str, name: str = "mine.yaml") -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


@pytest.mark.parametrize("name", presets())
def test_every_preset_loads(name: str) -> None:
    policy = load(name, facts())
    assert policy.name == name
    assert policy.description.endswith(".")
    assert 0 < policy.threshold <= 1
    assert policy.decide("CREDIT_CARD", "request", 1.0) == "tokenize"
    assert policy.decide("US_SSN", "response", 1.0) == "redact"
    assert preset_text(name).startswith("#")


def test_a_stricter_preset_lets_less_pass() -> None:
    assert load("strict", ENTITIES).threshold < load("default", ENTITIES).threshold


def test_a_file_extends_a_preset(tmp_path: Path) -> None:
    source = write(tmp_path, "extends: default\nthreshold: 0.7\nentities:\n  US_SSN: {response: allow}\n")
    policy = load(source, ENTITIES)
    assert (policy.name, policy.threshold) == ("mine", 0.7)
    assert policy.description == load("default", ENTITIES).description
    assert policy.rule("US_SSN") == Rule("tokenize", "allow")
    assert policy.rule("EMAIL_ADDRESS") == Rule("tokenize", "redact")


def test_a_file_extends_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    write(tmp_path / "sub", "entities:\n  '*': {request: allow, response: redact}\n", "base.yaml")
    source = write(tmp_path, "extends: sub/base.yaml\nentities:\n  US_SSN: {request: redact}\n")
    policy = load(source, ENTITIES)
    assert policy.rule("US_SSN") == Rule("redact", "redact")
    assert policy.rule("CREDIT_CARD") == Rule("allow", "redact")


def test_a_policy_that_says_little_redacts_everything(tmp_path: Path) -> None:
    policy = load(write(tmp_path, "description: Nothing more.\n"), ENTITIES)
    assert policy.decide("US_SSN", "response", 1.0) == "redact"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", "1:1", "is empty"),
        ("# only a comment\n", "1:1", "is empty"),
        ("- a\n", "1:1", "mapping"),
        ("just a word\n", "1:1", "mapping"),
        ("extend: default\n", "1:1", "did you mean 'extends'"),
        ("extends: defualt\n", "1:10", "did you mean 'default'"),
        ("extends: [default]\n", "1:10", "word or a number"),
        ("threshold: high\n", "1:12", "from 0 to 1"),
        ("threshold: 1.1\n", "1:12", "from 0 to 1"),
        ("threshold: -0.1\n", "1:12", "from 0 to 1"),
        ("threshold: .nan\n", "1:12", "from 0 to 1"),
        ("threshold: nan\n", "1:12", "from 0 to 1"),
        ("threshold: inf\n", "1:12", "from 0 to 1"),
        ("holdback_chars: 95\n", "1:17", "from 96"),
        ("holdback_chars: 1e9\n", "1:17", "from 96"),
        ("threshold: 0.5\nthreshold: 0.6\n", "2:1", "twice"),
        ("entities:\n  US_SNS: {request: allow}\n", "2:3", "did you mean 'US_SSN'"),
        ("entities:\n  US_SSN: {request: redakt}\n", "2:21", "did you mean 'redact'"),
        ("entities:\n  US_SSN: {requests: redact}\n", "2:12", "did you mean 'request'"),
        ("entities:\n  US_SSN: {request: [redact]}\n", "2:21", "word or a number"),
        ("entities:\n  ? [US_SSN]\n  : {request: redact}\n", "2:5", "word or a number"),
        ("a: &a 1\nb: *a\n", "2:4", "aliases"),
        ("a: [b\n", "2:1", ""),
        ("a: b: c\n", "1:5", ""),
        ("threshold: 0.5\n---\nthreshold: 0.6\n", "2:1", ""),
        ("threshold: 0.5\n\tdescription: x\n", "2:1", ""),
    ],
)
def test_a_mistake_is_refused_with_its_place(tmp_path: Path, text: str, place: str, words: str) -> None:
    source = write(tmp_path, text)
    with pytest.raises(PolicyError) as caught:
        load(source, ENTITIES)
    message = str(caught.value)
    assert message.startswith(f"{source}:{place}: ")
    assert words in message


def test_a_mistake_in_what_is_extended_names_both_places(tmp_path: Path) -> None:
    write(tmp_path, "description: x\nthreshold: 2\n", "base.yaml")
    source = write(tmp_path, "description: y\nextends: base.yaml\n")
    with pytest.raises(PolicyError, match=r"mine\.yaml:2:10: base\.yaml:2:12: "):
        load(source, ENTITIES)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["extends: p0.yaml\n"], "extends itself"),
        (["extends: p1.yaml\n", "extends: p0.yaml\n"], "extends itself"),
        ([f"extends: p{n + 1}.yaml\n" for n in range(EXTENDS_MAX)] + ["threshold: 0.5\n"], "extend one another"),
    ],
)
def test_circles_and_long_chains_are_refused(tmp_path: Path, texts: list[str], words: str) -> None:
    for number, text in enumerate(texts):
        write(tmp_path, text, f"p{number}.yaml")
    with pytest.raises(PolicyError, match=words):
        load(str(tmp_path / "p0.yaml"), ENTITIES)


@pytest.mark.parametrize("source", ["no-such", "", "../default", "no/such.yaml", "no-such.yml", "a\0b.yaml", "/"])
def test_what_is_not_there_is_refused(source: str) -> None:
    with pytest.raises(PolicyError):
        load(source, ENTITIES)


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"description: caf\xe9\n")
    (tmp_path / "large.yaml").write_bytes(b"#" * (POLICY_BYTES_MAX + 1))
    write(tmp_path, "[" * 5000 + "]" * 5000, "deep.yaml")
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "folder.yaml").mkdir()
    for name, words in (
        ("latin", "UTF-8"),
        ("large", "larger"),
        ("deep", "deep"),
        ("loop", "loop"),
        ("folder", "directory"),
    ):
        with pytest.raises(PolicyError, match=words):
            load(str(tmp_path / f"{name}.yaml"), ENTITIES)


def test_an_unknown_preset_is_told_the_others() -> None:
    with pytest.raises(PolicyError, match=r"did you mean 'default'.*default, .*strict"):
        load("defaul", ENTITIES)
