"""What goes out and what is learnt, step by step; the clock stands in the test."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any

import pytest

from gateway.client.key import ProofKey
from gateway.client.login import Login
from gateway.client.signer import Answer, Ask, Sign, Signer, Steps
from gateway.errors import ConfigurationError
from gateway.errors.client import SessionUnreadable

URL = "https://gate.example/v1/chat/completions"
KEY = ProofKey.new()
LOGIN = Login("https://gate.example", KEY, "kc_live_a_key")


class Clock:
    """Both clocks."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def signer(clock: Clock) -> Signer:
    return Signer(LOGIN, clock=clock, steady=clock)


def claims(step: Sign | Ask) -> dict[str, Any]:
    part = step.headers["DPoP"].split(".")[1]
    made: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return made


def token(step: Sign | Ask) -> str:
    return step.headers.get("Authorization", "").removeprefix("DPoP ")


def told(steps: Steps, answer: Answer) -> Sign | Ask | bool:
    """The next step, or what the steps come to."""
    try:
        return steps.send(answer)
    except StopIteration as ended:
        return bool(ended.value)


def refused(error: str = "", status: int = 401, code: str = "", **headers: str) -> Answer:
    given = {"WWW-Authenticate": f'DPoP error="{error}", error_description="x"'} if error else {}
    body = json.dumps({"error": {"code": code}}).encode() if code else b""
    return Answer(status, given | {name.replace("_", "-"): value for name, value in headers.items()}, body)


def session(number: int = 1, seconds: float = 300, **more: Any) -> Answer:
    values = {"access_token": f"s{number}", "refresh_token": f"r{number}", "expires_in": seconds} | more
    return Answer(200, {}, json.dumps(values).encode())


def renewed(signer: Signer, *answers: Answer) -> tuple[list[Ask], bool]:
    """What `renew` sends for these answers, and its end."""
    steps, asks = signer.renew(), []
    step: Sign | Ask | bool = next(steps)
    for answer in answers:
        assert isinstance(step, Ask)
        asks.append(step)
        step = told(steps, answer)
    assert isinstance(step, bool)
    return asks, step


def signed(signer: Signer, *answers: Answer) -> tuple[list[Sign], bool]:
    steps, signs = signer.sign("POST", URL), []
    step: Sign | Ask | bool = next(steps)
    for answer in answers:
        assert isinstance(step, Sign)
        signs.append(step)
        step = told(steps, answer)
    assert isinstance(step, bool)
    return signs, step


OK = Answer(200, {})


def test_a_session_from_the_key_and_requests_with_it(signer: Signer) -> None:
    assert signer.is_due()
    asks, done = renewed(signer, session())
    assert (done, signer.is_due()) == (True, False)
    assert (asks[0].url, token(asks[0]), json.loads(asks[0].body)) == (
        "https://gate.example/agent/v1/session",
        "kc_live_a_key",
        {},
    )
    signs, _ = signed(signer, OK)
    assert token(signs[0]) == "s1"
    assert claims(signs[0])["htu"] == URL


def test_it_is_renewed_before_its_end_with_the_refresh_credential(signer: Signer, clock: Clock) -> None:
    renewed(signer, session(1, 300))
    clock.now += 269
    assert not signer.is_due()
    clock.now += 2
    assert signer.is_due()
    asks, _ = renewed(signer, session(2))
    assert (token(asks[0]), json.loads(asks[0].body)) == ("", {"refresh_token": "r1"})
    assert "ath" not in claims(asks[0])
    assert token(signed(signer, OK)[0][0]) == "s2"


@pytest.mark.parametrize("status", [400, 401])
def test_a_refused_refresh_leads_back_to_the_key(signer: Signer, clock: Clock, status: int) -> None:
    renewed(signer, session())
    clock.now += 299
    asks, done = renewed(signer, refused(status=status, code="refresh_reused"), session(2))
    assert (done, token(asks[1]), json.loads(asks[1].body)) == (True, "kc_live_a_key", {})


def test_a_refused_key_is_the_answer(signer: Signer) -> None:
    asks, done = renewed(signer, refused(code="invalid_api_key"))
    assert (len(asks), done) == (1, False)


@pytest.mark.parametrize("answer", [Answer(404, {}), refused(code="refresh_refused")], ids=["none here", "not for it"])
def test_without_sessions_the_key_itself_is_used(signer: Signer, answer: Answer) -> None:
    assert renewed(signer, answer)[1] is True
    assert not signer.is_due()
    assert token(signed(signer, OK)[0][0]) == "kc_live_a_key"


def test_a_lost_answer_is_asked_for_again_only_while_that_is_forgiven(signer: Signer, clock: Clock) -> None:
    """Else the gateway takes it for theft."""
    renewed(signer, session())
    clock.now += 280
    next(signer.renew())  # and the connection broke
    clock.now += 5
    steps = signer.renew()
    assert json.loads(next(steps).body) == {"refresh_token": "r1"}  # type: ignore[union-attr]
    steps.close()
    clock.now += 4
    asks, _ = renewed(signer, session(3))
    assert (token(asks[0]), json.loads(asks[0].body)) == ("kc_live_a_key", {})


def test_what_a_proxy_says_counts_as_lost_and_what_the_gateway_says_does_not(signer: Signer, clock: Clock) -> None:
    renewed(signer, session())
    clock.now += 280
    assert renewed(signer, refused(status=503))[1] is True, "the session has not ended yet"
    assert not signer.is_due()
    clock.now += 15
    asks, _ = renewed(signer, refused(status=504))
    assert json.loads(asks[0].body) == {"refresh_token": "r1"}
    clock.now += 9
    asks, done = renewed(signer, refused(status=503))
    assert (token(asks[0]), done) == ("kc_live_a_key", False), "it has ended: nothing goes out with less"


def test_a_session_that_ends_early_is_renewed_once(signer: Signer) -> None:
    renewed(signer, session())
    signs, done = signed(signer, refused("invalid_token"))
    assert (len(signs), done, signer.is_due()) == (1, False, True)
    renewed(signer, session(2))
    assert token(signed(signer, OK)[0][0]) == "s2"


def test_with_the_key_itself_a_refusal_is_a_refusal(clock: Clock) -> None:
    signer = Signer(LOGIN, sessions=False, clock=clock, steady=clock)
    assert not signer.is_due()
    assert signed(signer, refused("invalid_token"))[1] is True


def test_a_challenge_is_answered_with_its_nonce_and_a_new_proof(signer: Signer) -> None:
    renewed(signer, session())
    signs, done = signed(signer, refused("use_dpop_nonce", DPoP_Nonce="n1"), OK)
    first, second = map(claims, signs)
    assert ("nonce" in first, second["nonce"], done) == (False, "n1", True)
    assert first["jti"] != second["jti"]
    signed(signer, Answer(200, {"dpop-nonce": "n2"}))
    assert claims(signed(signer, OK)[0][0])["nonce"] == "n2"


def test_challenges_have_an_end(signer: Signer) -> None:
    renewed(signer, session())
    answers = [refused("use_dpop_nonce", DPoP_Nonce=f"n{number}") for number in range(3)]
    assert len(signed(signer, *answers)[0]) == 3
    assert len(signed(signer, refused("use_dpop_nonce", DPoP_Nonce="n2"))[0]) == 1, "the same nonce helps nobody"
    assert len(signed(signer, refused("use_dpop_nonce"))[0]) == 1


def test_a_challenge_of_the_token_endpoint(signer: Signer, clock: Clock) -> None:
    """RFC 9449, section 8: 400, and the code in the body."""
    renewed(signer, session())
    clock.now += 290
    asks, done = renewed(signer, refused(status=400, code="use_dpop_nonce", DPoP_Nonce="n1"), session(2))
    assert (done, claims(asks[1])["nonce"]) == (True, "n1")


def test_a_wrong_clock_is_set_by_the_gateways(signer: Signer, clock: Clock) -> None:
    renewed(signer, session())
    wrong = refused("invalid_dpop_proof", Date=formatdate(clock.now + 3600, usegmt=True))
    signs, done = signed(signer, wrong, OK)
    assert claims(signs[1])["iat"] - claims(signs[0])["iat"] == 3600
    assert done is True
    assert len(signed(signer, wrong)[0]) == 1, "the clock is right now, so it was not that"


@pytest.mark.parametrize(
    "values",
    [{}, {"access_token": ""}, {"access_token": "s", "expires_in": 0}, {"access_token": "\n", "expires_in": 1}],
)
def test_an_answer_that_is_none(signer: Signer, values: Mapping[str, Any]) -> None:
    """It must not become the answer to the request."""
    with pytest.raises(SessionUnreadable):
        renewed(signer, Answer(200, {}, json.dumps(values).encode()))
    assert signer.is_due()


@pytest.mark.parametrize(
    "url", ["https://api.openai.com/v1/x", "http://gate.example/v1/x", "https://gate.example.org/"]
)
def test_nobody_else_gets_the_key(signer: Signer, url: str) -> None:
    with pytest.raises(ConfigurationError):
        signer.check(url)
    signer.check(URL)


def test_a_gateway_behind_another_address(clock: Clock) -> None:
    inside = Login("http://127.0.0.1:9/gate", KEY, "k", public_origin="https://gate.example")
    signer = Signer(inside, sessions=False, clock=clock, steady=clock)
    step = next(signer.sign("POST", "http://127.0.0.1:9/gate/v1/chat/completions"))
    assert claims(step)["htu"] == URL


def test_nothing_secret_in_a_repr(signer: Signer) -> None:
    steps = signer.renew()
    shown = repr(next(steps)) + repr(LOGIN) + repr(session()) + repr(signer)
    told(steps, session())
    shown += repr(signer._session) + repr(next(signer.sign("POST", URL)))
    assert not any(secret in shown for secret in ("kc_live", "s1", "r1", KEY.written()["d"], "eyJ"))
