"""FF1 and FF3-1 against NIST's vectors, against three other implementations, and at their limits."""

from __future__ import annotations

import random
from pathlib import Path

import fastfpe.ff1
import fastfpe.ff3_1
import ffx
import pytest
from ff3 import FF3Cipher

from gateway.errors.vault import CipherMisuse, DomainTooSmall
from gateway.vault.ff1 import FF1
from gateway.vault.ff3_1 import FF31

VECTORS = Path(__file__).parents[2] / "vectors"
KEY = bytes(range(32))
LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def vectors(prefix: str) -> list[tuple[str, str, str, str, str]]:
    found = []
    for file in sorted(VECTORS.glob(f"{prefix}_*.txt")):
        lines = [line.split() for line in file.read_text().splitlines() if not line.startswith("#")]
        found += [(alphabet, key, tweak.strip("-"), plain, cipher) for alphabet, key, tweak, plain, cipher in lines]
    return found


def test_there_are_vectors_of_every_key_length_and_radix() -> None:
    for prefix in ("ff1", "ff3_1"):
        seen = {(len(alphabet), len(key) * 4) for alphabet, key, *_ in vectors(prefix)}
        assert {bits for _, bits in seen} == {128, 192, 256}
        assert len({radix for radix, _ in seen}) >= 2


@pytest.mark.parametrize(("prefix", "cipher"), [("ff1", FF1), ("ff3_1", FF31)])
def test_official_vectors(prefix: str, cipher: type[FF1 | FF31]) -> None:
    for alphabet, key, tweak, plain, encrypted in vectors(prefix):
        box = cipher(bytes.fromhex(key), alphabet)
        assert box.encrypt(plain, bytes.fromhex(tweak)) == encrypted
        assert box.decrypt(encrypted, bytes.fromhex(tweak)) == plain


def test_ff3_1_is_what_two_others_compute() -> None:
    chance = random.Random(20)
    for _ in range(300):
        radix = chance.choice((10, 16, 26, 36))
        alphabet, key, tweak = LETTERS[:radix], chance.randbytes(chance.choice((16, 24, 32))), chance.randbytes(7)
        box = FF31(key, alphabet)
        text = "".join(chance.choices(alphabet, k=chance.randint(7, box.longest)))
        encrypted = box.encrypt(text, tweak)
        assert encrypted == FF3Cipher(key.hex(), tweak.hex(), radix).encrypt(text)
        if radix in {10, 36}:
            assert encrypted == fastfpe.ff3_1.encrypt(key.hex(), tweak.hex(), alphabet, text)
        assert box.decrypt(encrypted, tweak) == text


def test_ff1_is_what_two_others_compute() -> None:
    chance = random.Random(21)
    for _ in range(300):
        radix = chance.choice((10, 16, 26, 36))
        alphabet, key = LETTERS[:radix], chance.randbytes(chance.choice((16, 24, 32)))
        tweak = chance.randbytes(chance.choice((0, 1, 7, 15, 16, 17, 40)))
        box = FF1(key, alphabet)
        # 100 numerals of radix 36 need numbers of 33 bytes: more than two blocks of S.
        text = "".join(chance.choices(alphabet, k=chance.choice((7, 8, 16, 33, 60, 100))))
        encrypted = box.encrypt(text, tweak)
        assert encrypted == ffx.FF1(key, radix=radix).encrypt(text, tweak=tweak)
        if radix in {10, 36}:
            assert encrypted == fastfpe.ff1.encrypt(key.hex(), tweak.hex(), alphabet, text)
        assert box.decrypt(encrypted, tweak) == text


@pytest.mark.parametrize("cipher", [FF1, FF31])
def test_fewer_than_a_million_values_are_refused(cipher: type[FF1 | FF31]) -> None:
    tweak = bytes(7)
    assert len(cipher(KEY).encrypt("123456", tweak)) == 6
    for alphabet, text in (("0123456789", "12345"), (LETTERS, "abc"), ("01", "0" * 19)):
        box = cipher(KEY, alphabet)
        with pytest.raises(DomainTooSmall):
            box.encrypt(text, tweak)
        with pytest.raises(DomainTooSmall):
            box.decrypt(text, tweak)


@pytest.mark.parametrize("cipher", [FF1, FF31])
def test_misuse_is_refused(cipher: type[FF1 | FF31]) -> None:
    box = cipher(KEY)
    for text in ("12345x7", "1" * 300, "１２３４５６７"):
        with pytest.raises(CipherMisuse):
            box.encrypt(text, bytes(7))
    for alphabet in ("0", "0120", ""):
        with pytest.raises(CipherMisuse):
            cipher(KEY, alphabet)
    with pytest.raises(CipherMisuse):
        cipher(bytes(20))


@pytest.mark.parametrize("length", [0, 6, 8])
def test_the_tweak_of_the_broken_ff3_is_refused(length: int) -> None:
    with pytest.raises(CipherMisuse):
        FF31(KEY).encrypt("1234567", bytes(length))


@pytest.mark.parametrize("cipher", [FF1, FF31])
def test_a_cipher_keeps_few_tweaks_and_no_key_in_its_repr(cipher: type[FF1 | FF31]) -> None:
    box = cipher(KEY)
    first = box.encrypt("1234567", (0).to_bytes(7, "big"))
    for number in range(5000):
        box.encrypt("1234567", number.to_bytes(7, "big"))
    assert len(next(value for value in vars(box).values() if isinstance(value, dict) and value)) <= 4096
    assert box.encrypt("1234567", (0).to_bytes(7, "big")) == first
    assert repr(box).count("(radix=10)") == 1


@pytest.mark.parametrize("cipher", [FF1, FF31])
def test_the_callers_key_may_be_wiped(cipher: type[FF1 | FF31]) -> None:
    key = bytearray(KEY)
    box = cipher(key)
    key[:] = bytes(32)
    assert box.encrypt("1234567", bytes(7)) == cipher(KEY).encrypt("1234567", bytes(7))


@pytest.mark.parametrize("cipher", [FF1, FF31])
def test_another_key_or_tweak_gives_another_number(cipher: type[FF1 | FF31]) -> None:
    text, tweak = "4111111111111111", bytes(7)
    changed = {cipher(bytes([n]) * 32).encrypt(text, tweak) for n in range(50)}
    changed |= {cipher(KEY).encrypt(text, bytes([n]) * 7) for n in range(50)}
    assert len(changed) == 100
