"""The public judge in its short form: one seed, every cut into two parts."""

from __future__ import annotations

from tests.external.run import free_port, gateway, judge


def test_the_public_judge_finds_no_leak_and_every_own_value() -> None:
    gateway_port, upstream_port = free_port(), free_port()
    process = gateway(gateway_port, upstream_port)
    try:
        row = judge("01", "exhaustive-2-part", gateway_port, upstream_port, partial=False)
    finally:
        process.terminate()
        process.wait(10)
    assert row["cases_applicable"] == 32
    assert row["inconclusive"] == 0
    assert row["echo_observable"] == 32
    assert row["fidelity_rate"] == 1.0
    assert row["leak_single_chunk"] == 0.0
    assert row["leak_adversarial"] == 0.0
    assert row["request_path_leak"] == []
