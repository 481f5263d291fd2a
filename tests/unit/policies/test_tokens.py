"""What a policy says of tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.inspection.fit import facts
from gateway.vault.formats.catalogue import token_formats
from policies.keys.tokens import KEY
from policies.loader import load
from policies.policy import PolicyError
from policies.token_rules import FORMATS, TokenRules, ToolRules

ALL = """
tokens:
  response: redact
  scope: tenant
  cipher: ff1
  formats: {CREDIT_CARD: pan_marked}
  hint: on
  restore_hosts: [example.com, "*.corp.example"]
  restore_tools: {allow: [note], deny: [search]}
"""


def rules(folder: Path, text: str) -> TokenRules:
    (folder / "mine.yaml").write_text(f"extends: default\n{text}", encoding="utf-8")
    found = KEY.of(load(str(folder / "mine.yaml"), facts()))
    assert isinstance(found, TokenRules)
    return found


def test_every_word_is_read(tmp_path: Path) -> None:
    assert rules(tmp_path, ALL) == TokenRules(
        "redact",
        "tenant",
        "ff1",
        {"CREDIT_CARD": "pan_marked"},
        True,
        ("example.com", "*.corp.example"),
        ToolRules(frozenset({"note"}), frozenset({"search"})),
    )
    assert rules(tmp_path, "tokens: {hint: on}") == TokenRules(hint=True)
    assert rules(tmp_path, "") == TokenRules()


@pytest.mark.parametrize(
    "text",
    [
        "response: keep",
        "scope: world",
        "cipher: ff3",
        "formats: {CREDIT_CARD: email}",
        "formats: {US_SSN: pan}",
        "hint: maybe",
        "restore_hosts: ['https://x.example']",
        "restore_hosts: ['*']",
        "restore_hosts: ['x.example/']",
        "restore_tools: {only: [x]}",
        "hosts: [x.example]",
    ],
)
def test_what_is_not_understood_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyError, match=r"mine.yaml:3:\d+: "):
        rules(tmp_path, f"tokens:\n  {text}")


def test_tools() -> None:
    assert ToolRules().restores("x")
    assert not ToolRules(deny=frozenset({"x"})).restores("x")
    assert not ToolRules(allow=frozenset({"y"})).restores("x")
    assert not ToolRules(allow=frozenset({"x"}), deny=frozenset({"*"})).restores("x")


def test_the_formats_are_those_of_the_vault() -> None:
    for entity, names in FORMATS.items():
        assert set(names) == {name for name, one in token_formats().items() if entity in one.entities}
    chosen = {entity for one in token_formats().values() if one.chosen for entity in one.entities}
    assert chosen <= set(FORMATS)
