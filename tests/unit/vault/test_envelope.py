"""The envelope opens for its owner and for nobody else, and commits to its key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors.vault import CipherMisuse, SealedDataUnreadable
from gateway.vault.envelope import OVERHEAD_BYTES, Binding, seal, unseal
from gateway.vault.keys import Purpose

KEY, MESSAGE_ID = bytes(range(32)), bytes(range(100, 132))
BINDING = Binding(tenant="acme", purpose=Purpose.VAULT_ROW, row="row-1", version=3, wrapping_key="kek-1")


@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32))
def test_what_was_sealed_opens(plaintext: bytes, message_id: bytes) -> None:
    sealed = seal(KEY, plaintext, BINDING, message_id=message_id)
    assert len(sealed) == len(plaintext) + OVERHEAD_BYTES
    assert unseal(bytearray(KEY), sealed, BINDING) == plaintext


@pytest.mark.parametrize(
    "other",
    [
        replace(BINDING, tenant="acm"),
        replace(BINDING, purpose=Purpose.LEDGER),
        replace(BINDING, row="row-2"),
        replace(BINDING, row=b"row-1"),
        replace(BINDING, version=4),
        replace(BINDING, wrapping_key=""),
    ],
)
def test_for_another_owner_it_does_not_open(other: Binding) -> None:
    with pytest.raises(SealedDataUnreadable):
        unseal(KEY, seal(KEY, b"value", BINDING, message_id=MESSAGE_ID), other)


def test_no_changed_byte_and_no_cut_opens() -> None:
    sealed = seal(KEY, b"value", BINDING, message_id=MESSAGE_ID)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        for broken in (changed, sealed[:at]):
            with pytest.raises(SealedDataUnreadable):
                unseal(KEY, broken, BINDING)


def test_another_key_does_not_open() -> None:
    sealed = seal(KEY, b"value", BINDING, message_id=MESSAGE_ID)
    for key in (bytes(32), KEY[::-1], KEY[:31]):
        with pytest.raises(SealedDataUnreadable):
            unseal(key, sealed, BINDING)


def test_the_bytes_are_as_written_down() -> None:
    """Computed here a second time from the layout in the docstring, so that the layout cannot move unseen."""
    sealed = seal(KEY, b"value", BINDING, message_id=MESSAGE_ID)
    parts = (b"i", b"1"), (b"s", b"acme"), (b"s", b"vault-row"), (b"s", b"row-1"), (b"s", b"kek-1"), (b"i", b"3")
    bound = b"".join(kind + len(data).to_bytes(4, "big") + data for kind, data in parts)
    derived = HKDF(algorithm=SHA256(), length=64, salt=MESSAGE_ID, info=bound).derive(KEY)
    header = b"\x01" + MESSAGE_ID + derived[32:]
    assert sealed == header + AESGCM(derived[:32]).encrypt(bytes(12), b"value", header + bound)


def test_a_record_that_opens_under_two_keys_is_refused_by_the_commitment() -> None:
    """With the commitment of the first key, a body that is valid under a second key does not open with it."""
    other = bytes(32)
    first = seal(KEY, b"value", BINDING, message_id=MESSAGE_ID)
    second = seal(other, b"value", BINDING, message_id=MESSAGE_ID)
    spliced = first[:65] + second[65:]
    for key in (KEY, other):
        with pytest.raises(SealedDataUnreadable):
            unseal(key, spliced, BINDING)


def test_one_plaintext_has_many_envelopes() -> None:
    sealed = {seal(KEY, b"value", BINDING, message_id=bytes([n]) * 32) for n in range(50)}
    assert len(sealed) == 50
    assert all(b"value" not in one for one in sealed)


def test_keys_and_message_ids_of_another_length_are_refused() -> None:
    for key, message_id in ((KEY[:16], MESSAGE_ID), (KEY, b"short")):
        with pytest.raises(CipherMisuse):
            seal(key, b"value", BINDING, message_id=message_id)
