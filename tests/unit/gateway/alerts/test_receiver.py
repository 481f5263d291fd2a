"""Receivers: what is accepted, and that what is not names its field."""

from __future__ import annotations

import pytest

from gateway.alerts.receiver import checked_name, checked_rules, receiver_of, unsealed
from gateway.errors.alerts import InvalidReceiver

SECRET = "a secret token".replace(" ", "-") + "-0123"
GOOD = [
    ("webhook", {"url": "https://example.com/hook", "secret": SECRET}),
    ("slack", {"url": "https://hooks.slack.com/services/T/B/x"}),
    ("email", {"to": "ops@example.com, second@example.org"}),
    ("sms", {"url": "https://sms.example.com", "secret": SECRET, "to": "+15550100", "sender": "Holdback"}),
    (
        "sms",
        {
            "url": "https://t.example.com",
            "secret": SECRET,
            "to": "+15550100",
            "sender": "+15550101",
            "user": "AC1",
            "style": "twilio",
        },
    ),
]


@pytest.mark.parametrize(("kind", "given"), GOOD)
def test_it_comes_back_as_it_was_sealed(kind: str, given: dict[str, str]) -> None:
    receiver = receiver_of(kind, given)
    assert unsealed(receiver.sealed_form()) == receiver
    assert SECRET not in repr(receiver)
    assert "slack.com" not in repr(receiver)


@pytest.mark.parametrize(
    ("kind", "change", "param"),
    [
        ("pager", {}, "kind"),
        ("webhook", {"url": ""}, "url"),
        ("webhook", {"url": "https://e.example/ x"}, "url"),
        ("webhook", {"to": "a@example.com"}, "to"),
        ("webhook", {"secret": "short"}, "secret"),
        ("slack", {"secret": SECRET}, "secret"),
        ("email", {"to": "ops@example.com\r\nBcc: x@example.com"}, "to"),
        ("email", {"to": ",".join(f"a{n}@example.com" for n in range(11))}, "to"),
        ("email", {"to": ""}, "to"),
        ("email", {"url": "https://e.example"}, "url"),
        ("sms", {"sender": "a\nb"}, "sender"),
        ("sms", {"style": "pigeon"}, "style"),
        ("sms", {"style": "twilio"}, "user"),
    ],
)
def test_what_is_refused_names_its_field(kind: str, change: dict[str, str], param: str) -> None:
    given = next((fields for name, fields in GOOD if name == kind), {})
    with pytest.raises(InvalidReceiver) as caught:
        receiver_of(kind, {**given, **change})
    assert caught.value.param == param
    assert SECRET not in str(caught.value)


def test_names_and_rules() -> None:
    assert checked_name("ops-1") == "ops-1"
    assert checked_rules(["canary", "seal"]) == {"canary", "seal"}
    for wrong in ("", "-x", "a b", "x" * 65):
        with pytest.raises(InvalidReceiver):
            checked_name(wrong)
    with pytest.raises(InvalidReceiver):
        checked_rules(["canary", "cannary"])
