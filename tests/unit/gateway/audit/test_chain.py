"""Whatever is done to a record is found and located."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.audit.chain import Head, Row, faults, hash_of
from gateway.audit.checkpoint import public_bytes, rotate, sign_checkpoint, trusted_keys
from gateway.audit.event import AuditEvent, Kind, sides
from gateway.audit.export import checkpoint_lines, key_lines, read_anchor, read_export, row_line, verify
from tests.unit.gateway.audit.records import KEY, MAC, chain, event, export, heads, pruning, signed

COUNT = 1_000
EVERY = pytest.mark.parametrize("step", [47, pytest.param(1, marks=pytest.mark.slow)])
ROWS = chain([event(number) for number in range(COUNT)])
OTHER = chain([event(number, tenant="ten_b") for number in range(3)])


def found(rows: list[Row], *, mac_key: bytes | None = None) -> list[int]:
    return [fault.seq for fault in faults(rows, start=Head("ten_a"), mac_key=mac_key)[0]]


def test_a_whole_record_is_fine() -> None:
    assert found(ROWS, mac_key=MAC) == []
    assert verify(export(ROWS, OTHER, checkpoints=[signed(ROWS, OTHER)]), mac_key=MAC) == []


@EVERY
def test_an_edit_at_every_place_is_found_there(step: int) -> None:
    for place in range(0, COUNT, step):
        row = ROWS[place]
        edited = replace(row, body=row.body.replace("redact", "allow"))
        assert found([*ROWS[:place], edited, *ROWS[place + 1 :]])[0] == row.seq


@EVERY
def test_a_deletion_at_every_place_but_the_last_is_found_behind_it(step: int) -> None:
    for place in range(0, COUNT - 1, step):
        assert found(ROWS[:place] + ROWS[place + 1 :])[0] == ROWS[place + 1].seq


@EVERY
def test_an_insertion_at_every_place_is_found(step: int) -> None:
    for place in range(0, COUNT, step):
        copied = ROWS[(place * 7 + 3) % COUNT]
        assert found([*ROWS[:place], copied, *ROWS[place:]])


@EVERY
def test_a_swap_at_every_place_is_found(step: int) -> None:
    for place in range(0, COUNT - 1, step):
        swapped = [*ROWS[:place], ROWS[place + 1], ROWS[place], *ROWS[place + 2 :]]
        assert found(swapped)[0] == ROWS[place + 1].seq


def test_who_rewrites_a_whole_chain_is_betrayed_by_the_mac() -> None:
    """The hashes of a forged chain fit; its MACs cannot."""
    forged, before = [], Head("ten_a")
    for row in ROWS:
        body = row.body.replace("US_SSN", "URL")
        values = (row.chain, row.seq, row.at_us, row.kind, row.request_id, body, row.commitments)
        digest = hash_of(*values, previous=before.hash)
        forged.append(Row(*values, before.hash, digest, hmac.digest(b"guess" * 7, digest, hashlib.sha256)))
        before = Head("ten_a", row.seq, digest)
    assert found(forged) == []
    assert found(forged, mac_key=MAC) == [row.seq for row in ROWS]
    assert verify(export(forged, checkpoints=[signed(ROWS)]))  # and by the checkpoint, without the key


@EVERY
def test_a_cut_off_end_is_found_back_to_the_last_checkpoint(step: int) -> None:
    checkpoint = signed(ROWS[:900])
    for left in range(1, 900, step):
        fault = verify(export(ROWS[:left], checkpoints=[checkpoint]))
        assert [(one.chain, one.seq) for one in fault] == [("ten_a", left)]
    assert verify(export(ROWS[:950], checkpoints=[checkpoint])) == []  # behind it only the anchor helps


def test_with_the_anchor_a_cut_is_found_though_checkpoints_were_cut_too() -> None:
    first = signed(ROWS[:500])
    last = signed(ROWS, before=first)
    cut = export(ROWS[:600], checkpoints=[first])
    assert verify(cut) == []
    assert [fault.seq for fault in verify(cut, anchor=[first, last])] == [600]


def test_a_dropped_tenant_is_found() -> None:
    checkpoint = signed(ROWS, OTHER)
    fault = verify(export(ROWS, checkpoints=[checkpoint]))
    assert [one.chain for one in fault] == ["ten_b"]
    assert "whole chain is missing" in fault[0].what


def test_a_forged_checkpoint_is_found() -> None:
    forged = sign_checkpoint(Ed25519PrivateKey.generate(), None, heads(ROWS[:10]), 0)
    assert any("nobody introduced" in fault.what for fault in verify(export(ROWS[:10], checkpoints=[forged])))
    good = signed(ROWS)
    edited = replace(good, body=good.body.replace('"number":1', '"number":1 '))
    assert any("signature" in fault.what for fault in verify(export(ROWS, checkpoints=[edited])))


def test_a_missing_checkpoint_is_found() -> None:
    first = signed(ROWS[:10])
    second = signed(ROWS[:20], before=first)
    third = signed(ROWS[:30], before=second)
    assert any("does not follow" in one.what for one in verify(export(ROWS, checkpoints=[first, third])))


def test_another_first_key_than_the_operators_is_found() -> None:
    own = public_bytes(Ed25519PrivateKey.generate())
    assert any("another signing key" in one.what for one in verify(export(ROWS), first_key=own))


def test_keys_are_trusted_as_far_as_each_was_introduced_by_the_one_before() -> None:
    second, third, stranger = (Ed25519PrivateKey.generate() for _ in range(3))
    introduced = [rotate(KEY, public_bytes(second)), rotate(second, public_bytes(third))]
    assert len(trusted_keys(public_bytes(KEY), introduced)) == 3
    assert len(trusted_keys(public_bytes(KEY), [rotate(stranger, public_bytes(stranger))])) == 1


def test_what_was_pruned_is_known_by_its_signed_record() -> None:
    start = Head("ten_a", 400, ROWS[399].hash)
    critical = chain([pruning(start)])
    before = signed(ROWS[:300])
    assert verify(export(ROWS[400:], critical, checkpoints=[before])) == []
    assert verify(export(ROWS[400:], checkpoints=[before]))  # without the record it is a deletion
    assert verify(export(ROWS[401:], critical))


def test_who_writes_a_record_of_a_pruning_that_never_was_is_betrayed_by_the_signature() -> None:
    """The hashes of the critical chain fit: it can be added to by whoever can write to the database."""
    start = Head("ten_a", 400, ROWS[399].hash)
    forged = chain([pruning(start, Ed25519PrivateKey.generate())])
    found = verify(export(ROWS[400:], forged))
    assert {(one.chain, one.seq) for one in found} == {("ten_a", 401), ("ten_a!critical", 1)}
    unsigned = chain([event(1, kind=Kind.PRUNE, chain="ten_a", up_to=400, hash=start.hash.hex())])
    assert any("not signed" in one.what for one in verify(export(ROWS[400:], unsigned)))
    moved = chain([replace(pruning(start), fields={**pruning(start).fields, "up_to": 500})])
    assert any("not signed" in one.what for one in verify(export(ROWS[500:], moved)))


def test_an_anchor_may_have_gaps_and_copies_but_nothing_forged() -> None:
    first = signed(ROWS[:100])
    second = signed(ROWS[:200], before=first)
    third = signed(ROWS[:300], before=second)
    kept = read_anchor(checkpoint_lines([third, first, first]))
    assert [one.number for one in kept] == [1, 3]
    whole = export(ROWS, checkpoints=[first, second, third])
    assert verify(whole, anchor=kept) == []
    other = sign_checkpoint(KEY, first, heads(ROWS[:150]), 1)
    assert any("does not follow" in one.what for one in verify(whole, anchor=[first, other, second]))


def test_an_export_of_one_tenant_is_checked_for_that_tenant_only() -> None:
    one = export(OTHER, checkpoints=[signed(ROWS, OTHER)])
    assert [fault.chain for fault in verify(one)] == ["ten_a"]
    assert verify(one, only=("ten_b", "ten_b!critical")) == []
    assert [fault.seq for fault in verify(export(OTHER[:2], checkpoints=[signed(OTHER)]), only=("ten_b",))] == [2]


def test_lines_come_back_and_verify_offline() -> None:
    lines = [*key_lines(public_bytes(KEY), []), *checkpoint_lines([signed(ROWS)]), *map(row_line, ROWS)]
    read = read_export(lines)
    assert read.rows["ten_a"] == ROWS
    assert verify(read) == []
    hostile = ["{", '{"type": "other"}', '{"type": "event"}', "[]", "1", '{"type": "checkpoint", "body": "{}"}']
    hostile += [lines[-1].replace('"seq": 1000', '"seq": "1000"'), '{"type": "checkpoint", "body": "[]"}', "[" * 9999]
    broken = read_export([*lines, *hostile])
    assert [fault.seq for fault in verify(broken)] == list(range(len(lines) + 1, len(lines) + 1 + len(hostile)))


def test_personal_fields_are_committed_to_and_erasable() -> None:
    made = sides(replace(event(1), user="jane@example.com", ip="10.0.0.1"), bytes(range(64)))
    assert [side.name for side in made] == ["user", "ip"]
    assert all("jane" not in side.commitment and len(side.commitment) == 64 for side in made)
    assert "jane" not in repr(made)
    again = sides(replace(event(1), user="jane@example.com"), bytes(range(1, 65)))
    assert again[0].commitment != made[0].commitment


def test_unknown_fields_are_refused() -> None:
    with pytest.raises(ValueError, match="no audit event has a field"):
        AuditEvent(Kind.REDACTION, "ten_a", 0, fields={"value": "219-09-9999"})


def test_a_chain_that_does_not_look_back_would_miss_a_deletion(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests above can fail: a planted defect."""
    monkeypatch.setattr("gateway.audit.chain._fault", lambda *_: "")
    assert found(ROWS[:5] + ROWS[6:]) == []
