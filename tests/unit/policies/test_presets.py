"""What presets promise: each rule cites its clause, nothing is only monitored, and nobody is forgotten."""

from __future__ import annotations

import re

import pytest

from gateway.inspection.fit import facts
from policies.evidence import clauses, evidence, limits, settings
from policies.loader import load, preset_text, presets
from policies.policy import EVERY_ENTITY, Policy
from recognizers.catalogue import catalogue
from recognizers.ner.entities import MODEL_ENTITIES

COMPLIANCE = ("developer", "gdpr", "hipaa", "pci", "soc2")
EUROPE = frozenset(re.findall("..", "ATBEBGHRCYCZDKEEFIFRDEGRHUIEITLVLTLUMTNLPLPTROSKSIESSEISLINOCHUK"))
NAMES = set(MODEL_ENTITIES) - set(catalogue())
SECRETS = {entity for entity in catalogue() if entity.startswith("SECRET_")}


def policy_of(name: str) -> Policy:
    return load(name, facts())


def test_the_presets_are_these() -> None:
    assert set(presets()) == {"default", "strict", *COMPLIANCE}


@pytest.mark.parametrize("name", presets())
def test_no_preset_monitors_or_makes_exceptions(name: str) -> None:
    policy = policy_of(name)
    assert policy.monitored() == ()
    assert policy.allow_terms == ()
    assert 30 <= policy.retention_days <= 365


@pytest.mark.parametrize("name", COMPLIANCE)
def test_every_rule_cites_its_clause(name: str) -> None:
    text = preset_text(name)
    inherited = set(policy_of("default").rules)
    assert set(clauses(text)) >= set(policy_of(name).rules) - inherited
    assert all(re.search(r"\d", clause) for entity, clause in clauses(text).items() if entity != EVERY_ENTITY)
    assert len(limits(text)) >= 3
    assert all(limit.endswith(".") for limit in limits(text))


@pytest.mark.parametrize("name", COMPLIANCE)
def test_every_rule_was_measured_on_enough_and_found_all(name: str) -> None:
    rows = evidence().presets[name]
    assert set(rows) == set(clauses(preset_text(name))) - {EVERY_ENTITY, *NAMES}
    for entity, one in rows.items():
        assert one.positives >= 20, entity
        assert one.near_misses >= 20, entity
        assert one.recall == 1.0, entity
        assert one.false_rate <= 0.02, entity


def test_hipaa_has_every_identifier_that_has_a_form() -> None:
    """45 CFR 164.514(b)(2)(i); (E) fax numbers are telephone numbers."""
    cited = " ".join(clauses(preset_text("hipaa")).values())
    assert set(re.findall(r"\(i\)\(([A-R])\)", cited)) == set("ABCDFGHIJKLMNOPQR")
    assert "(E) fax" in cited
    assert "(A) names" in limits(preset_text("hipaa"))[0]
    assert policy_of("hipaa").retention_days == 365


def test_gdpr_has_every_state() -> None:
    rules = policy_of("gdpr").rules
    for country in EUROPE:
        own = {entity for entity in catalogue() if entity.startswith(f"{country}_")}
        assert own, country
        assert own <= set(rules), country


@pytest.mark.parametrize("name", ["developer", "pci", "soc2"])
def test_every_secret_is_named(name: str) -> None:
    assert set(policy_of(name).rules) >= SECRETS


def test_pci_keeps_authentication_data_in_no_form() -> None:
    policy = policy_of("pci")
    for entity in ("CARD_TRACK_DATA", "CARD_CVV", "CARD_PIN"):
        assert policy.decide(entity, "request", 1.0) == policy.decide(entity, "response", 1.0) == "redact"
    for entity in ("CREDIT_CARD", "ABA_ROUTING_NUMBER"):
        assert policy.decide(entity, "request", 1.0) == "tokenize"
    assert policy.retention_days == 365
    assert ("retention_days", "365", "PCI DSS 10.5.1: audit logs of at least twelve months") in settings(
        preset_text("pci")
    )


def test_developer_lets_pass_what_code_is_full_of() -> None:
    policy = policy_of("developer")
    for entity in ("PHONE_NUMBER", "DATE_TIME", "IP_ADDRESS", "DE_TAX_ID"):
        assert policy.decide(entity, "request", 1.0) == "allow"
    assert policy.decide("SECRET_OPENAI_KEY", "response", 1.0) == "redact"
