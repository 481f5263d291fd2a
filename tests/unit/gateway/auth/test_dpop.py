"""Proofs of possession: what RFC 9449 asks for holds, and everything else is refused with its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.auth.dpop import ALGORITHMS, MAX_AGE_SECONDS, SKEW_SECONDS, Nonces, ProofRequest, Verifier, challenge
from gateway.auth.jwk import thumbprint_of
from gateway.auth.uri import normalized
from gateway.errors import AuthenticationError
from gateway.errors.access import InvalidProof, InvalidToken, UseNonce
from tests.unit.gateway.auth.signing import NOW, TOKEN, Key, claims, proof, raw

EC, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
OKP, RSA = OKPKey.generate_key("Ed25519"), RSAKey.generate_key(2048)
EC_521 = ECKey.generate_key("P-521")
ORIGINS = ["https://gate.example", "https://eu.gate.example:8443"]


def asked(*proofs: str, key: Key = EC, **changes: Any) -> ProofRequest:
    request = ProofRequest("POST", "/v1/chat/completions", TOKEN, key.thumbprint(), proofs, NOW)
    return replace(request, **changes)


@pytest.mark.parametrize("key", [EC, OKP, RSA], ids=["ES256", "Ed25519", "RS256"])
def test_a_proof_that_holds(key: Key) -> None:
    held = Verifier(ORIGINS, rsa=True).verify(asked(proof(key, claims()), key=key))
    assert held.thumbprint == key.thumbprint() == thumbprint_of(key.as_dict(private=False))
    assert len(held.replay_key) == 32


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_the_old_name_of_ed25519_is_taken() -> None:
    text = proof(OKP, claims())
    assert Verifier(ORIGINS).verify(asked(text, key=OKP)).thumbprint == OKP.thumbprint()


Case = tuple[Callable[[], ProofRequest], type[AuthenticationError]]
CASES: dict[str, Case] = {
    "no proof": (asked, InvalidProof),
    "two proofs": (lambda: asked(proof(EC, claims()), proof(EC, claims(jti="two"))), InvalidProof),
    "no JWT": (lambda: asked("nonsense"), InvalidProof),
    "garbage in three parts": (lambda: asked("a.b.c"), InvalidProof),
    "typ of a plain JWT": (lambda: asked(proof(EC, claims(), typ="JWT")), InvalidProof),
    "typ in capitals": (lambda: asked(proof(EC, claims(), typ="DPOP+JWT")), InvalidProof),
    "no typ": (lambda: asked(proof(EC, claims(), typ=None)), InvalidProof),
    "alg none": (
        lambda: asked(raw({"typ": "dpop+jwt", "alg": "none", "jwk": EC.as_dict(private=False)}, claims())),
        InvalidProof,
    ),
    "alg HS256": (
        lambda: asked(
            raw({"typ": "dpop+jwt", "alg": "HS256", "jwk": {"kty": "oct", "k": "AAAA"}}, claims(), b"x" * 32)
        ),
        InvalidProof,
    ),
    "alg that is not allowed": (lambda: asked(proof(RSA, claims()), key=RSA), InvalidProof),
    "alg of another key": (
        lambda: asked(
            raw({"typ": "dpop+jwt", "alg": "Ed25519", "jwk": EC.as_dict(private=False)}, claims(), b"x" * 64)
        ),
        InvalidProof,
    ),
    "a curve that is not allowed": (
        lambda: asked(
            raw({"typ": "dpop+jwt", "alg": "ES256", "jwk": EC_521.as_dict(private=False)}, claims(), b"x" * 64)
        ),
        InvalidProof,
    ),
    "a private key in the header": (lambda: asked(proof(EC, claims(), jwk=EC.as_dict(private=True))), InvalidProof),
    "no jwk": (lambda: asked(proof(EC, claims(), jwk=None)), InvalidProof),
    "signed by another key": (lambda: asked(proof(OTHER, claims(), jwk=EC.as_dict(private=False))), InvalidProof),
    "another method": (lambda: asked(proof(EC, claims(htm="GET"))), InvalidProof),
    "method in lower case": (lambda: asked(proof(EC, claims(htm="post"))), InvalidProof),
    "another path": (lambda: asked(proof(EC, claims(htu="https://gate.example/v1/models"))), InvalidProof),
    "another host": (lambda: asked(proof(EC, claims(htu="https://evil.example/v1/chat/completions"))), InvalidProof),
    "another scheme": (lambda: asked(proof(EC, claims(htu="http://gate.example/v1/chat/completions"))), InvalidProof),
    "no htu": (lambda: asked(proof(EC, claims(htu=None))), InvalidProof),
    "no jti": (lambda: asked(proof(EC, claims(jti=None))), InvalidProof),
    "a long jti": (lambda: asked(proof(EC, claims(jti="x" * 257))), InvalidProof),
    "no iat": (lambda: asked(proof(EC, claims(iat=None))), InvalidProof),
    "iat is true": (lambda: asked(proof(EC, claims(iat=True))), InvalidProof),
    "too old": (lambda: asked(proof(EC, claims(iat=int(NOW) - 66))), InvalidProof),
    "from the future": (lambda: asked(proof(EC, claims(iat=int(NOW) + 6))), InvalidProof),
    "crit": (lambda: asked(proof(EC, claims(), crit=["b64"], b64=False)), InvalidProof),
    "ath of another token": (lambda: asked(proof(EC, claims(ath="A" * 43))), InvalidToken),
    "no ath": (lambda: asked(proof(EC, claims(ath=None))), InvalidToken),
    "a key that the token is not bound to": (lambda: asked(proof(OTHER, claims())), InvalidToken),
}


@pytest.mark.parametrize("name", CASES)
def test_a_proof_that_does_not_hold(name: str) -> None:
    build, error = CASES[name]
    try:
        request = build()
    except ValueError:
        pytest.fail("the test cannot make its proof")
    with pytest.raises(error) as caught:
        Verifier(ORIGINS).verify(request)
    assert type(caught.value) is error


def test_a_proof_is_remembered_as_long_as_it_would_be_taken() -> None:
    """Also one from the future: it is taken until it is too old by our clock."""
    payload = claims(iat=int(NOW) + SKEW_SECONDS)
    held = Verifier(ORIGINS).verify(asked(proof(EC, payload)))
    last = payload["iat"] + MAX_AGE_SECONDS + SKEW_SECONDS
    assert NOW + held.seconds_to_live > last


def test_clocks_may_differ_a_little() -> None:
    for at in (-65, 0, 5):
        Verifier(ORIGINS).verify(asked(proof(EC, claims(iat=int(NOW) + at))))


def test_the_replay_key_is_of_key_path_and_jti() -> None:
    verifier = Verifier(ORIGINS)
    first, again = (verifier.verify(asked(proof(EC, claims()))) for _ in range(2))
    other = verifier.verify(asked(proof(EC, claims(jti="two"))))
    assert first.replay_key == again.replay_key != other.replay_key


def test_nonces() -> None:
    nonces = Nonces(b"n" * 32)
    verifier = Verifier(ORIGINS, nonces)
    good = nonces.issue(NOW - 10)
    for nonce in (None, "", "abc", nonces.issue(NOW - 301), nonces.issue(NOW + 60), Nonces(b"m" * 32).issue(NOW)):
        with pytest.raises(UseNonce):
            verifier.verify(asked(proof(EC, claims(nonce=nonce))))
    assert verifier.verify(asked(proof(EC, claims(nonce=good)))).nonce_is_fresh
    assert not verifier.verify(asked(proof(EC, claims(nonce=nonces.issue(NOW - 200))))).nonce_is_fresh


def test_a_first_exchange_needs_neither_token_nor_known_key() -> None:
    request = asked(proof(OTHER, claims(ath=None)), token="", thumbprint="")
    assert Verifier(ORIGINS).verify(request).thumbprint == OTHER.thumbprint()


@pytest.mark.parametrize(
    "uri",
    [
        "HTTPS://GATE.EXAMPLE/v1/chat/completions",
        "https://gate.example:443/v1/chat/completions",
        "https://gate.example/v1/x/../chat/completions",
        "https://gate.example/v1/chat/c%6fmpletions",
        "https://gate.example/v1/chat/completions?x=1#y",
        "https://eu.gate.example:8443/v1/chat/completions",
    ],
)
def test_uris_are_compared_in_one_form(uri: str) -> None:
    Verifier(ORIGINS).verify(asked(proof(EC, claims(htu=uri))))


@pytest.mark.parametrize("uri", ["", "gate.example/x", "https://user@gate.example/x", "ftp://x/y", "https://x:port/"])
def test_what_is_no_uri_has_no_form(uri: str) -> None:
    assert normalized(uri) == ""


def test_the_challenge() -> None:
    assert challenge(None, ALGORITHMS) == 'DPoP algs="ES256 Ed25519"'
    assert challenge(UseNonce(), ALGORITHMS).startswith('DPoP error="use_dpop_nonce", error_description="')
    assert challenge(AuthenticationError(), ALGORITHMS) == 'DPoP algs="ES256 Ed25519"'


def test_secrets_are_in_no_repr() -> None:
    text = proof(EC, claims())
    assert text not in repr(asked(text))
    assert TOKEN not in repr(asked(text))


def test_a_verifier_that_does_not_compare_keys_would_take_a_stolen_token(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cases above can fail: a planted defect."""
    monkeypatch.setattr(Verifier, "_check_token", lambda *_: None)
    stolen = CASES["a key that the token is not bound to"][0]()
    assert Verifier(ORIGINS).verify(stolen).thumbprint == OTHER.thumbprint()
