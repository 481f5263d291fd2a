"""Sub-keys: separate by everything that goes into them, and in no repr."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors.vault import CipherMisuse
from gateway.vault.keys import CipherName, Purpose, Realm, TenantRoot, TokenKeys, encode

ROOT = bytes(range(32))
PARTS = st.lists(st.one_of(st.text(max_size=5), st.binary(max_size=5), st.integers()), max_size=4)


@given(PARTS, PARTS)
def test_two_lists_of_parts_have_two_encodings(one: list[str | bytes | int], other: list[str | bytes | int]) -> None:
    assert (encode(*one) == encode(*other)) == (one == other and list(map(type, one)) == list(map(type, other)))


def test_sub_keys_differ_by_purpose_tenant_version_and_root() -> None:
    keys = {bytes(TenantRoot(ROOT, "acme", 1).sub_key(purpose)) for purpose in Purpose}
    keys |= {bytes(TenantRoot(ROOT, tenant, 1).sub_key(Purpose.LEDGER)) for tenant in ("a", "ac", "Acme")}
    keys |= {bytes(TenantRoot(ROOT, "acme", version).sub_key(Purpose.LEDGER)) for version in (2, 3, 11)}
    keys.add(bytes(TenantRoot(bytes(32), "acme", 1).sub_key(Purpose.LEDGER)))
    assert len(keys) == len(Purpose) + 3 + 3 + 1


def test_a_sub_key_is_hkdf_of_the_root() -> None:
    info = b"s\0\0\0\x08holdback" + b"s\0\0\0\x06ledger" + b"s\0\0\0\x04acme" + b"i\0\0\0\x011"
    expected = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(ROOT)
    assert bytes(TenantRoot(ROOT, "acme", 1).sub_key(Purpose.LEDGER)) == expected


def test_a_root_of_another_length_is_refused() -> None:
    with pytest.raises(CipherMisuse):
        TenantRoot(bytes(31), "acme", 1)


def test_no_repr_shows_a_key() -> None:
    root = TenantRoot(b"SECRETSECRETSECRETSECRETSECRETSE", "acme", 1)
    for shown in (repr(root), str(root), repr(TokenKeys(root)), f"{root.__class__.__name__}{root}"):
        assert "SECRET" not in shown
        assert "acme" in shown


def test_realms_scopes_versions_and_ciphers_share_nothing() -> None:
    root = TenantRoot(ROOT, "acme", 1)
    several = [
        TokenKeys(root),
        TokenKeys(root, realm=Realm.VAULT),
        TokenKeys(root, scope="c1"),
        TokenKeys(root).within("c2"),
        TokenKeys(TenantRoot(ROOT, "acme", 2)),
        TokenKeys(TenantRoot(ROOT, "other", 1)),
    ]
    assert len({keys.below(2**40, "x") for keys in several}) == len(several)
    assert len({keys.long_hash("x") for keys in several}) == len(several)
    assert len({keys.tweak("x") for keys in several}) == len(several)
    assert len(TokenKeys(root, cipher=CipherName.FF1).tweak("x")) == 16


def test_within_is_the_same_as_made_for_the_scope() -> None:
    root = TenantRoot(ROOT, "acme", 1)
    for scope in ("", "c1", "c\u00e9"):
        made, moved = TokenKeys(root, scope=scope), TokenKeys(root, scope="before").within(scope)
        assert (made.below(10**9, "x"), made.tweak("x")) == (moved.below(10**9, "x"), moved.tweak("x"))


def test_a_cut_hash_collides_and_the_long_one_does_not() -> None:
    keys = TokenKeys(TenantRoot(ROOT, "acme", 1), short_bits=8)
    assert len({keys.below(2**40, str(number)) for number in range(5000)}) == 256
    assert len({keys.long_hash(str(number)) for number in range(5000)}) == 5000


def test_wiped_keys_are_zero() -> None:
    keys = TokenKeys(TenantRoot(ROOT, "acme", 1))
    other = keys.within("c1")
    keys.cipher_over()
    keys.wipe()
    for held in (keys, other):
        assert not any(held._cipher_key + held._tweak_key + held._hash_key)
        assert not held._ciphers
