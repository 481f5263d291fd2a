"""Signatures of webhooks, read as a receiver reads them."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from gateway.alerts.signature import REPLAY_SECONDS, VALUES_MAX, problem, sign

SECRET, OTHER, BODY, AT = "whsec_0123456789abcdef", "whsec_fedcba9876543210", b'{"id":"alt_1"}', 1_700_000_000


def test_it_is_what_receivers_compute() -> None:
    """By other means than ours: HMAC-SHA256 over `t.body`, written out from RFC 2104."""
    key = SECRET.encode().ljust(64, b"\0")
    inner = hashlib.sha256(bytes(b ^ 0x36 for b in key) + b"1700000000." + BODY).digest()
    mac = hashlib.sha256(bytes(b ^ 0x5C for b in key) + inner).hexdigest()
    assert sign(BODY, [SECRET], AT) == f"t=1700000000,v1={mac}"


def test_a_signature_holds_inside_its_window() -> None:
    header = sign(BODY, [SECRET], AT)
    for now in (AT - REPLAY_SECONDS, AT, AT + REPLAY_SECONDS):
        assert problem(BODY, header, [SECRET], now) == ""
    for now in (AT - REPLAY_SECONDS - 1, AT + REPLAY_SECONDS + 1, 0):
        assert problem(BODY, header, [SECRET], now) == "replay_window_exceeded"


def test_what_is_changed_does_not_match() -> None:
    header = sign(BODY, [SECRET], AT)
    assert problem(BODY + b" ", header, [SECRET], AT) == "no_match"
    assert problem(BODY, header, [OTHER], AT) == "no_match"
    assert problem(BODY, header.replace("t=17", "t=16"), [SECRET], AT) == "no_match", "the time is signed"
    assert problem(BODY, header[:-1] + ("0" if header[-1] != "0" else "1"), [SECRET], AT) == "no_match"


def test_one_of_several_secrets_is_enough() -> None:
    both = sign(BODY, [OTHER, SECRET], AT)
    assert both.count("v1=") == 2
    assert problem(BODY, both, [SECRET], AT) == problem(BODY, sign(BODY, [OTHER], AT), [SECRET, OTHER], AT) == ""


@pytest.mark.parametrize(
    "header", ["", "t=1", "v1=00", "t=x,v1=00", "t=1,t=1,v1=00", "t=-1,v1=0", "t=" + "1" * 16 + ",v1=0", "t=²,v1=0"]
)
def test_what_is_no_signature(header: str) -> None:
    assert problem(BODY, header, [SECRET], AT) == "malformed"


def test_values_are_bounded() -> None:
    good = hmac.digest(SECRET.encode(), b"%d." % AT + BODY, "sha256").hex()
    header = f"t={AT}" + ",v1=00" * VALUES_MAX + f",v1={good}"
    assert problem(BODY, header, [SECRET], AT) == "malformed"
