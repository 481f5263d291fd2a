"""Proofs of possession over real sockets: every MUST of RFC 9449 for a resource server, and what it says to the client.

The proofs are made with joserfc, which shares nothing with what checks them.
"""

from __future__ import annotations

import base64
import json
import secrets
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.access.proofs import Proofs
from gateway.stores.memory import new_generation
from tests.fakes.access import CHAT, ORIGIN, Answered, Gate, Holder
from tests.fakes.provider import Provider, stream
from tests.unit.gateway.auth.signing import raw

pytestmark = pytest.mark.asyncio(loop_scope="module")

_OTHER = ECKey.generate_key("P-256")
_RSA = RSAKey.generate_key(2048)
_SECRET = {"kty": "oct", "k": "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"}


async def bound(gate: Gate, holder: Holder | None = None) -> tuple[Holder, str]:
    """A holder with a nonce, and a key that is bound to the holder's."""
    holder = holder or Holder()
    key = await gate.key(thumbprint=holder.thumbprint)
    first = await gate.prove(holder, key.text)
    assert (first.status, first.code) == (401, "use_dpop_nonce")
    return holder, key.text


def refused(answer: Answered, code: str) -> list[str]:
    """What is wrong about a refusal, if anything is."""
    wanted = f'DPoP error="{code}", error_description="'
    checks = {
        "status": answer.status == 401,
        "code": answer.status != 200 and answer.code == code,
        "challenge": answer.challenge.startswith(wanted) and answer.challenge.endswith('algs="ES256 Ed25519"'),
        "retry": answer.headers.get("x-should-retry") == "false",
        "one challenge": len(answer.headers.getall("WWW-Authenticate", [])) == 1,
        "nonce": len(answer.headers.getall("DPoP-Nonce", [])) == (1 if code == "use_dpop_nonce" else 0),
    }
    return [name for name, holds in checks.items() if not holds]


def table(holder: Holder, token: str) -> dict[str, tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, expected code, changes of the header, changes of the claims."""
    now, bad = int(time.time()), "invalid_dpop_proof"
    private = holder.key.as_dict(private=True)
    return {
        "typ of an ordinary JWT": (bad, {"typ": "JWT"}, {}),
        "typ in another case": (bad, {"typ": "DPoP+JWT"}, {}),
        "no typ": (bad, {"typ": None}, {}),
        "private key in the header": (bad, {"jwk": private}, {}),
        "no key in the header": (bad, {"jwk": None}, {}),
        "another key in the header": (bad, {"jwk": _OTHER.as_dict(private=False)}, {}),
        "crit": (bad, {"crit": ["b64"], "b64": True}, {}),
        "no jti": (bad, {}, {"jti": None}),
        "empty jti": (bad, {}, {"jti": ""}),
        "endless jti": (bad, {}, {"jti": "j" * 300}),
        "number as jti": (bad, {}, {"jti": 7}),
        "no htm": (bad, {}, {"htm": None}),
        "another method": (bad, {}, {"htm": "GET"}),
        "method in another case": (bad, {}, {"htm": "post"}),
        "no htu": (bad, {}, {"htu": None}),
        "another path": (bad, {}, {"htu": f"{ORIGIN}/v1/embeddings"}),
        "another origin": (bad, {}, {"htu": f"https://evil.example{CHAT}"}),
        "another scheme": (bad, {}, {"htu": f"http://gate.example{CHAT}"}),
        "no iat": (bad, {}, {"iat": None}),
        "old": (bad, {}, {"iat": now - 75}),
        "from the future": (bad, {}, {"iat": now + 30}),
        "text as iat": (bad, {}, {"iat": str(now)}),
        "no ath": ("invalid_token", {}, {"ath": None}),
        "ath of another token": ("invalid_token", {}, {"ath": "x" * 43}),
        "no nonce": ("use_dpop_nonce", {}, {"nonce": None}),
        "nonce that is none of ours": ("use_dpop_nonce", {}, {"nonce": "A" * 32}),
    }


async def test_the_negative_table(gate: Gate, provider: Provider) -> None:
    holder, token = await bound(gate)
    failures = {}
    for name, (code, header, claims) in table(holder, token).items():
        proof = holder.proof("POST", CHAT, token, header=header, **claims)
        answer = await gate.send({"Authorization": f"DPoP {token}", "DPoP": proof})
        if problems := refused(answer, code):
            failures[name] = (problems, answer.status, answer.challenge)
    assert failures == {}
    assert provider.requests == [], "nothing is granted before all checks passed"
    assert (await gate.prove(holder, token)).status == 200, "the same without a defect is taken"


async def test_proofs_that_nobody_signed(gate: Gate, provider: Provider) -> None:
    holder, token = await bound(gate)
    good = holder.proof("POST", CHAT, token)
    header, _, rest = good.partition(".")
    payload, _, signature = rest.partition(".")
    public = holder.key.as_dict(private=False)
    claims = {"jti": "x", "htm": "POST", "htu": ORIGIN + CHAT, "iat": int(time.time()), "nonce": holder.nonce}
    flipped = ("A" if signature[0] != "A" else "B") + signature[1:]
    proofs: dict[str, list[str]] = {
        "none at all": [],
        "two headers": [good, holder.proof("POST", CHAT, token)],
        "two in one header": [f"{good}, {good}"],
        "garbage": ["garbage"],
        "empty": [""],
        "two parts": [f"{header}.{payload}"],
        "signature changed": [f"{header}.{payload}.{flipped}"],
        "signature missing": [f"{header}.{payload}."],
        "payload of another": [f"{header}.{holder.proof('POST', CHAT, token).split('.')[1]}.{signature}"],
        "alg none": [raw({"typ": "dpop+jwt", "alg": "none", "jwk": public}, claims)],
        "alg none, signed": [raw({"typ": "dpop+jwt", "alg": "none", "jwk": public}, claims, b"s" * 64)],
        "a MAC": [raw({"typ": "dpop+jwt", "alg": "HS256", "jwk": _SECRET}, claims, b"s" * 32)],
        "padding": [good + "="],
        "too long": [f"{header}.{payload}.{'A' * 5000}"],
        "RSA, where it is not allowed": [_by(_RSA, holder, token)],
    }
    failures = {}
    for name, given in proofs.items():
        headers = [("Authorization", f"DPoP {token}"), *(("DPoP", one) for one in given)]
        if problems := refused(await gate.send(headers), "invalid_dpop_proof"):
            failures[name] = problems
    stolen = await gate.send({"Authorization": f"DPoP {token}", "DPoP": _by(_OTHER, holder, token)})
    assert refused(stolen, "invalid_token") == [], "a proof by another key, which is sound in itself"
    assert failures == {}
    assert provider.requests == []


async def test_a_bound_key_is_refused_everywhere_else(gate: Gate, provider: Provider) -> None:
    holder, token = await bound(gate)
    proof = {"DPoP": holder.proof("POST", CHAT, token)}
    for headers in ({"Authorization": f"Bearer {token}"}, {"Authorization": f"bearer {token}"}, {"api-key": token}):
        assert refused(await gate.send({**headers, **proof}), "invalid_token") == [], headers.keys()
    answer = await gate.send({"x-api-key": token}, "/v1/messages")
    assert (answer.status, answer.challenge.startswith('DPoP error="invalid_token"')) == (401, True)
    answer = await gate.send(proof, f"{CHAT}?access_token={token}")
    assert answer.status == 401
    assert provider.requests == []
    answer = await gate.send({})
    assert answer.challenge == 'DPoP algs="ES256 Ed25519"', "without credentials no error code"


async def test_a_proof_is_good_once(gate: Gate) -> None:
    holder, token = await bound(gate)
    headers = {"Authorization": f"DPoP {token}", "DPoP": holder.proof("POST", CHAT, token)}
    assert (await gate.send(headers)).status == 200
    assert refused(await gate.send(headers), "invalid_dpop_proof") == []


async def test_a_refused_proof_fills_no_store(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    holder, token = await bound(gate)
    claimed: list[str] = []
    shared = gate.services.stores.shared
    claim = shared.claim_within

    async def noted(name: str, seconds: int) -> tuple[bool, str]:
        claimed.append(name)
        return await claim(name, seconds)

    monkeypatch.setattr(shared, "claim_within", noted)
    for changes in ({"ath": None}, {"nonce": None}, {"htm": "GET"}):
        await gate.prove(holder, token, **changes)
    await gate.send({"Authorization": f"DPoP {token}", "DPoP": _by(_OTHER, holder, token)})
    assert claimed == []
    assert (await gate.prove(holder, token)).status == 200
    assert len(claimed) == 1
    assert token not in claimed[0]


@pytest.mark.parametrize("seconds", [-60, -5, 4])
async def test_clocks_may_differ_a_little(gate: Gate, seconds: int) -> None:
    holder, token = await bound(gate)
    assert (await gate.prove(holder, token, iat=int(time.time()) + seconds)).status == 200


async def test_spellings_of_one_uri_are_one(gate: Gate) -> None:
    holder, token = await bound(gate)
    for uri in (f"HTTPS://GATE.example:443{CHAT}", f"{ORIGIN}/v1/./chat/%63ompletions", f"{ORIGIN}{CHAT}?a=b#c"):
        assert (await gate.prove(holder, token, htu=uri)).status == 200, uri
    headers = {"Authorization": f"DPoP {token}", "DPoP": holder.proof("POST", CHAT, token)}
    assert (await gate.send(headers, f"{CHAT}?a=b")).status == 200, "the query is no part of it"
    forged = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    proof = holder.proof("POST", CHAT, token, htu=f"https://evil.example{CHAT}")
    answer = await gate.send({"Authorization": f"DPoP {token}", "DPoP": proof, **forged})
    assert refused(answer, "invalid_dpop_proof") == [], "what a request says of itself counts for nothing"


async def test_ed25519_by_both_names(gate: Gate) -> None:
    key = OKPKey.generate_key("Ed25519")
    holder, token = await bound(gate, Holder(key))  # type: ignore[arg-type]
    assert (await gate.prove(holder, token)).status == 200
    header, payload = {"typ": "dpop+jwt", "alg": "EdDSA", "jwk": key.as_dict(private=False)}, _claims(holder, token)
    unsigned = raw(header, payload).rstrip(".")
    private = key.private_key
    assert isinstance(private, Ed25519PrivateKey)
    signature = raw({}, {}, private.sign(unsigned.encode())).split(".")[2]
    answer = await gate.send({"Authorization": f"DPoP {token}", "DPoP": f"{unsigned}.{signature}"})
    assert answer.status == 200


async def test_a_stream_needs_a_proof_and_brings_no_second_nonce(gate: Gate, provider: Provider) -> None:
    holder, token = await bound(gate)
    provider.body, provider.pieces = None, stream(["Hel", "lo."])
    proof = holder.proof("POST", CHAT, token)
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi."}]}
    answer = await gate.send({"Authorization": f"DPoP {token}", "DPoP": proof}, body=body)
    assert answer.status == 200
    assert b"[DONE]" in answer.body
    assert "DPoP-Nonce" not in answer.headers


async def test_the_next_nonce_comes_with_an_answer(gate: Gate) -> None:
    holder, token = await bound(gate)
    nonces = gate.services.access.proofs._verifier.nonces
    assert nonces is not None
    old = nonces.issue(time.time() - 200)
    answer = await gate.prove(holder, token, nonce=old)
    assert (answer.status, len(answer.headers.getall("DPoP-Nonce"))) == (200, 1)
    assert holder.nonce != old
    late = nonces.issue(time.time() - 400)
    answer = await gate.prove(holder, token, nonce=late)
    assert refused(answer, "use_dpop_nonce") == []


async def test_a_store_that_lost_its_data_takes_no_proof_twice(gate: Gate) -> None:
    holder, token = await bound(gate)
    headers = {"Authorization": f"DPoP {token}", "DPoP": holder.proof("POST", CHAT, token)}
    assert (await gate.send(headers)).status == 200
    shared: Any = gate.services.stores.shared
    shared._claims.clear()
    shared._ends.clear()
    shared._generation = new_generation()
    answer = await gate.send(headers)
    assert refused(answer, "use_dpop_nonce") == []
    assert refused(await gate.send(headers), "use_dpop_nonce") == [], "the old nonce is none any more"
    holder.nonce = answer.headers["DPoP-Nonce"]
    assert (await gate.prove(holder, token)).status == 200


async def test_the_tests_can_fail(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """A planted defect: a door that forgets used proofs lets a replay in, and a refusal would be missed."""
    holder, token = await bound(gate)

    async def forgetful(self: Proofs, _proof: object) -> tuple[bool, str]:
        return True, self._generation

    monkeypatch.setattr(Proofs, "_claimed", forgetful)
    headers = {"Authorization": f"DPoP {token}", "DPoP": holder.proof("POST", CHAT, token)}
    assert [(await gate.send(headers)).status for _ in range(2)] == [200, 200]


def _claims(holder: Holder, token: str) -> dict[str, Any]:
    part = holder.proof("POST", CHAT, token).split(".")[1]
    return {**json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))), "jti": secrets.token_hex(8)}


def _by(key: ECKey | RSAKey, holder: Holder, token: str) -> str:
    return Holder(key, holder.nonce).proof("POST", CHAT, token)  # type: ignore[arg-type]
