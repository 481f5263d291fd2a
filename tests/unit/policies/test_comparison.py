"""What differs between policies, and what of it lets more pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from policies.comparison import changes
from policies.policy import AllowTerm, Context, CustomRecognizer, Mask, Policy, Rule

ENTITIES = ("US_SSN", "CREDIT_CARD")
BELOW = Policy(
    "a", rules={"*": Rule("redact", "redact"), "CREDIT_CARD": Rule("mask", "redact")}, regions=frozenset({"eu"})
)
TERM = AllowTerm("St. Mary", "a hospital", date(2027, 1, 1))
OWN = CustomRecognizer("staff", "STAFF", "x:1:1", deny_list=("E-1",))


def found(after: Policy, before: Policy = BELOW) -> list[tuple[str, str, str, bool]]:
    return [(one.what, one.before, one.after, one.widens) for one in changes(before, after, ENTITIES)]


def test_no_difference() -> None:
    assert found(replace(BELOW, name="b", description="other words")) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"threshold": 0.6}, ("threshold", "0.5", "0.6", True)),
        ({"threshold": 0.4}, ("threshold", "0.5", "0.4", False)),
        ({"attachments": "allow"}, ("attachments", "block", "allow", True)),
        ({"signed_thinking": "pass"}, ("signed_thinking", "block", "pass", True)),
        ({"retention_days": 30}, ("retention_days", "90", "30", False)),
        ({"unread_spellings": frozenset({"base64"})}, ("hidden_spellings.base64", "on", "off", True)),
        ({"regions": frozenset({"eu", "us"})}, ("regions", "eu", "eu, us", True)),
        ({"regions": frozenset()}, ("regions", "eu", "any", True)),
        ({"allow_terms": (TERM,)}, ("allow_terms 'St. Mary'", "", "until 2027-01-01", True)),
        ({"recognizers": (OWN,)}, ("recognizer staff", "", "new", False)),
        ({"more": {"tier3": "request"}}, ("tier3", "None", "request", False)),
        ({"rules": {**BELOW.rules, "US_SSN": Rule("warn", "redact")}}, ("US_SSN request", "redact", "warn", True)),
        ({"rules": {**BELOW.rules, "US_SSN": Rule("redact", "block")}}, ("US_SSN response", "redact", "block", False)),
        (
            {"rules": {**BELOW.rules, "US_SSN": Rule("redact", "redact", mode={"request": "monitor"})}},
            ("US_SSN request", "redact", "redact (monitor)", True),
        ),
        (
            {"rules": {**BELOW.rules, "US_SSN": Rule("redact", "redact", threshold=0.9)}},
            ("US_SSN threshold", "0.5", "0.9", True),
        ),
        (
            {"rules": {**BELOW.rules, "CREDIT_CARD": Rule("mask", "redact", mask=Mask(6, 4))}},
            ("CREDIT_CARD mask", "first 0, last 4", "first 6, last 4", True),
        ),
        (
            {"rules": {**BELOW.rules, "US_SSN": Rule("redact", "redact", context=Context((), required=True))}},
            ("US_SSN context", "off", "on (required)", True),
        ),
    ],
)
def test_one_difference(changed: dict[str, object], expected: tuple[str, str, str, bool]) -> None:
    assert found(replace(BELOW, **changed)) == [expected]  # type: ignore[arg-type]


def test_what_is_said_of_all_is_said_once() -> None:
    after = replace(BELOW, rules={**BELOW.rules, "*": Rule("allow", "redact")})
    assert found(after) == [("* request", "redact", "allow", True)]


def test_a_recognizer_that_goes_or_changes_may_let_more_pass() -> None:
    below = replace(BELOW, recognizers=(OWN,))
    assert found(BELOW, below)[0] == ("recognizer staff", "there", "gone", True)
    other = replace(below, recognizers=(replace(OWN, deny_list=()),))
    assert found(other, below) == [("recognizer staff", "", "other patterns", True)]
    assert found(replace(below, recognizers=(replace(OWN, place="y:9:9"),)), below) == []
