"""Proofs by the client's key, read by two that share no code with it: the gateway's verifier, and joserfc."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey

from gateway.auth.dpop import Nonces, ProofRequest, Verifier
from gateway.client.key import ProofKey
from gateway.errors import ConfigurationError
from gateway.errors.access import InvalidProof, InvalidToken
from tests.unit.gateway.client.keys import RFC_8037, RFC_8037_THUMBPRINT

NOW = 1_800_000_000.0
ORIGIN = "https://gate.example"
TOKEN = "kc_live_a_token"
KEYS = [ProofKey.new(), ProofKey.read(json.dumps(RFC_8037))]


def request(key: ProofKey, proof: str, path: str = "/v1/models", token: str = TOKEN) -> ProofRequest:
    return ProofRequest("GET", path, token, key.thumbprint, [proof], NOW)


def test_the_thumbprint_of_the_standard() -> None:
    assert KEYS[1].thumbprint == RFC_8037_THUMBPRINT
    assert KEYS[0].thumbprint == ECKey.import_key(dict(KEYS[0].public_jwk)).thumbprint()


@pytest.mark.parametrize("key", KEYS, ids=["ES256", "Ed25519"])
@pytest.mark.parametrize("url", ["https://gate.example/v1/models?limit=2#x", "https://GATE.example:443/v1/models"])
def test_a_proof_holds(key: ProofKey, url: str) -> None:
    nonces = Nonces(b"k" * 32)
    proof = key.proof("GET", url, now=NOW, token=TOKEN, nonce=nonces.issue(NOW))
    assert Verifier([ORIGIN], nonces).verify(request(key, proof)).thumbprint == key.thumbprint


@pytest.mark.parametrize("key", KEYS, ids=["ES256", "Ed25519"])
def test_joserfc_reads_it_too(key: ProofKey) -> None:
    kind = ECKey if key.public_jwk["kty"] == "EC" else OKPKey
    proof = key.proof("GET", ORIGIN + "/v1/models", now=NOW, token=TOKEN)
    public = kind.import_key(dict(key.public_jwk))
    read = jws.deserialize_compact(proof, public, algorithms=["ES256", "Ed25519"])
    claims = json.loads(read.payload)
    assert claims.keys() == {"jti", "htm", "htu", "iat", "ath"}
    assert "d" not in read.protected["jwk"]


@pytest.mark.parametrize("change", [{"token": "another"}, {"method": "POST"}, {"url": ORIGIN + "/v1/other"}])
def test_a_proof_for_something_else_does_not(change: dict[str, str]) -> None:
    """The verifier that the other tests rely on can refuse."""
    asked = {"method": "GET", "url": ORIGIN + "/v1/models", "token": TOKEN} | change
    proof = KEYS[0].proof(asked["method"], asked["url"], now=NOW, token=asked["token"])
    with pytest.raises((InvalidProof, InvalidToken)):
        Verifier([ORIGIN]).verify(request(KEYS[0], proof))


@given(st.text(alphabet="abz/%2e~.-_ :@", max_size=20))
@settings(max_examples=50, deadline=None)
def test_any_path(path: str) -> None:
    """What is signed is what the server sees, however the path is spelled."""
    proof = KEYS[1].proof("GET", f"{ORIGIN}/v1/{path}", now=NOW, token=TOKEN)
    assert Verifier([ORIGIN]).verify(request(KEYS[1], proof, f"/v1/{path}")).thumbprint == KEYS[1].thumbprint


def test_no_proof_twice() -> None:
    made = {KEYS[0].proof("GET", ORIGIN, now=NOW) for _ in range(50)}
    assert len(made) == 50


@pytest.mark.parametrize("key", KEYS, ids=["ES256", "Ed25519"])
def test_written_and_read_again(key: ProofKey) -> None:
    again = ProofKey.read(json.dumps(key.written()))
    assert again.thumbprint == key.thumbprint
    assert key.written()["d"] not in repr(key) + repr(vars(ProofKey))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        "[]",
        '{"kty": "RSA"}',
        json.dumps({**RFC_8037, "d": "short"}),
        json.dumps({**KEYS[0].written(), "x": KEYS[0].written()["y"]}),
        json.dumps({**KEYS[0].written(), "d": "A" * 43}),
    ],
)
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        ProofKey.read(text)
    assert text[:20] not in str(caught.value) or not text
    assert caught.value.__context__ is None
