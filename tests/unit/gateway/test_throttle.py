"""How often an address may try to get in."""

from __future__ import annotations

import pytest

from gateway.errors.access import RateLimited
from gateway.server.admin import throttle as throttle_module
from gateway.server.admin.throttle import ALL_TIMES, Throttle


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def tries(throttle: Throttle, address: str, count: int = 1000) -> int:
    """How many go through."""
    done = 0
    for _ in range(count):
        try:
            throttle.take(address)
        except RateLimited:
            break
        done += 1
    return done


def test_a_minutes_worth_at_once_and_then_as_time_goes_by() -> None:
    clock = Clock()
    throttle = Throttle(30, clock)
    assert tries(throttle, "192.0.2.1") == 30
    with pytest.raises(RateLimited) as caught:
        throttle.take("192.0.2.1")
    assert caught.value.retry_after_seconds == 2
    assert (caught.value.status, caught.value.code) == (429, "rate_limited")
    clock.now += 10
    assert tries(throttle, "192.0.2.1") == 5
    clock.now += 3600
    assert tries(throttle, "192.0.2.1") == 30


def test_addresses_are_apart_and_those_of_one_subscriber_are_one() -> None:
    throttle = Throttle(5, Clock())
    assert tries(throttle, "192.0.2.1") == 5
    assert tries(throttle, "192.0.2.2") == 5
    assert tries(throttle, "::ffff:192.0.2.2") == 5
    assert tries(throttle, "2001:db8::1") == 5
    assert tries(throttle, "2001:db8::2") == 0
    assert tries(throttle, "2001:db8:0:1::2") == 5
    assert tries(throttle, "") == 5
    assert tries(throttle, "no address") == 0


def test_all_together_are_bounded_and_so_is_what_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle_module, "ADDRESSES_MAX", 50)
    throttle = Throttle(2, Clock())
    assert sum(tries(throttle, f"192.0.2.{n}", 1) for n in range(200)) == 2 * ALL_TIMES
    assert len(throttle._spent) <= 50
