"""Where a request comes from: what proxies write is believed only as far as they are trusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.auth.addresses import AddressRules, Networks, client_ip

TRUSTED = Networks(["10.0.0.0/8", "2001:db8::/32"])


@pytest.mark.parametrize(
    ("remote", "forwarded", "client"),
    [
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # whoever is not trusted speaks for nobody
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
        ("10.0.0.1", ["1.2.3.4, 198.51.100.1"], "198.51.100.1"),  # what the client wrote itself stands to the left
        ("10.0.0.1", ["1.2.3.4", "198.51.100.1, 10.0.0.7"], "198.51.100.1"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", ["1.2.3.4, nonsense, 10.0.0.2"], "10.0.0.2"),
        ("2001:db8::1", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("::ffff:10.0.0.1", ["198.51.100.1"], "198.51.100.1"),
    ],
)
def test_the_client_behind_proxies(remote: str, forwarded: list[str], client: str) -> None:
    assert client_ip(remote, forwarded, TRUSTED) == client


@given(st.text(max_size=60), st.lists(st.text(max_size=80), max_size=4))
def test_without_trusted_proxies_the_connection_says_it(remote: str, forwarded: list[str]) -> None:
    assert client_ip(remote, forwarded, Networks()) == remote


def test_deny_wins_and_an_empty_allow_list_allows_all() -> None:
    assert AddressRules().permits("203.0.113.9")
    assert AddressRules().permits("no address")
    assert not AddressRules(Networks(["203.0.113.0/24"])).permits("no address")
    both = AddressRules(Networks(["203.0.113.0/24"]), Networks(["203.0.113.9/32"]))
    assert [both.permits(ip) for ip in ("203.0.113.8", "203.0.113.9", "192.0.2.1")] == [True, False, False]


@pytest.mark.parametrize("written", ["10.0.0.1/8", "10.0.0.0/33", "x", ""])
def test_what_is_no_network(written: str) -> None:
    with pytest.raises(ValueError, match=r"bits|appear to be|Address"):
        Networks([written])
