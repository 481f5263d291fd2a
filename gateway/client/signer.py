"""What each request to a gateway carries, and what its answers teach: sans I/O, for any HTTP library.

Laws kept here:
1. Every try has a proof of its own; a proof is never sent twice (RFC 9449, section 11.1).
2. The last nonce that came is used; a challenge is answered once (two may cross), then its answer is handed on.
3. A refresh credential whose answer was lost is sent again only while the gateway forgives that; later, a new session
   starts from the key. So a broken connection never looks like theft.
4. A session that could not be had is the answer of the request that needed it: nothing goes out with less.
5. What is sent is bounded: two challenges, one new session, one correction of the clock for a request.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from gateway.auth.refresh import GRACE_SECONDS
from gateway.auth.uri import normalized
from gateway.client.login import TOKEN, Login
from gateway.errors import ConfigurationError
from gateway.errors.client import SessionUnreadable

SESSION_PATH = "/agent/v1/session"
RENEW_SECONDS = 30.0
"""A session is renewed this long before its end, so that none ends on its way."""
RENEW_SHARE = 0.2
"""Or this part of its life before, for short ones."""
AGAIN_SECONDS = GRACE_SECONDS - 2
LATER_SECONDS = 5.0
"""After a refusal that may pass, while the session lasts."""
LOST_STATUSES = frozenset({502, 504})
"""Something in front of the gateway says that it heard no answer, which may have been given."""
NO_SESSIONS = "refresh_refused"
"""To a key: keys of its kind have no sessions."""
CHALLENGES_MAX = 2
NONCE_CHARS_MAX = 512
CODE_CHARS_MAX = 64
CLOCK_SECONDS = 4.0
"""A clock that is wrong by less is not why a proof was refused."""
_CHALLENGE = re.compile(r'\bDPoP\s[^"]*?error="([a-z_]+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, and the body of one to an `Ask`. Names of `headers` in any case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Sign:
    """Send the request with these headers, and without any other credential."""

    headers: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """Send this in between, and read the whole answer."""

    url: str
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    method: str = "POST"


Steps = Generator[Sign | Ask, Answer, bool]


@dataclass(slots=True)
class _Session:
    token: str = field(repr=False)
    renew_at: float
    ends_at: float
    refresh: str = field(repr=False)
    asked_at: float | None = None  # since when an answer to the refresh is outstanding


class Signer:
    """One for all requests of one login.

    Args:
        login: whose.
        sessions: short-lived keys travel instead of the login's own.
        clock: seconds since 1970.
        steady: seconds that nobody sets.
    """

    def __init__(
        self,
        login: Login,
        *,
        sessions: bool = True,
        clock: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        if not login.token:
            raise ConfigurationError(
                "the login has no capability key yet.", cure="Give it one: `holdback agent login`."
            )
        self._login, self._has_sessions, self._clock, self._steady = login, sessions, clock, steady
        self._origin = normalized(login.gateway + "/")
        self._session: _Session | None = None
        self._nonce = ""
        self._ahead = 0.0  # the gateway's clock, less ours

    def is_due(self) -> bool:
        """Whether `renew` is to be done before the next request. One at a time: who comes second asks again."""
        return self._has_sessions and (self._session is None or self._steady() >= self._session.renew_at)

    def check(self, url: str) -> None:
        """Whether a request may carry our credentials.

        Raises:
            ConfigurationError: it goes to somebody else.
        """
        if not normalized(url).startswith(self._origin):
            raise ConfigurationError(
                "a request to another server than the login's gateway.",
                cure="Set the client's base_url to the gateway.",
            )

    def renew(self) -> Steps:
        """Get a session; False when that is refused: the last answer says why.

        Raises:
            SessionUnreadable: what came is neither a session nor a refusal.
        """
        for from_key in self._attempts():
            token, body = self._login.token, {}
            if not from_key and self._session is not None:
                self._session.asked_at = self._session.asked_at or self._steady()
                token, body = "", {"refresh_token": self._session.refresh}
            answer = yield from self._asked(token, body)
            if answer.status < 400:
                if answer.status == 200 and self._adopt(answer.body):
                    return True
                raise SessionUnreadable
            if from_key and (answer.status == 404 or _error_of(answer) == NO_SESSIONS):
                self._has_sessions, self._session = False, None  # this gateway has none, or none for such a key
                return True
            if answer.status not in (400, 401):
                return self._postponed(answer.status)
            self._session = None
        return False

    def sign(self, method: str, url: str) -> Steps:
        """Send one request; False when its answer asks for `renew`, and then for `sign` once more."""
        challenges, is_corrected = 0, False
        while True:
            token = self._session.token if self._session is not None else self._login.token
            nonce = self._nonce
            answer = yield Sign(self._headers(method, self._public(url), token))
            self._learn(answer)
            if answer.status != 401:
                return True
            found = _CHALLENGE.search(_header(answer, "WWW-Authenticate"))
            error = found[1] if found else ""
            if error == "use_dpop_nonce" and challenges < CHALLENGES_MAX and self._nonce != nonce:
                challenges += 1
            elif error == "invalid_dpop_proof" and not is_corrected and self._set_clock(answer):
                is_corrected = True
            elif self._session is not None and token == self._session.token and "dpop" not in error:
                self._session.renew_at = self._session.ends_at = float("-inf")  # it ended before its time
                return False
            else:
                return True

    def _postponed(self, status: int) -> bool:
        """No session now. One that has not ended yet is good; the refresh credential is, unless its answer was lost."""
        session, now = self._session, self._steady()
        if session is None:
            return False
        if status not in LOST_STATUSES:
            session.asked_at = None
        session.renew_at = min(session.ends_at, now + LATER_SECONDS)
        return now < session.ends_at

    def _attempts(self) -> list[bool]:
        """From the refresh credential, then from the key; only from the key where there is no usable refresh."""
        session = self._session
        if session is None or not session.refresh:
            return [True]
        if session.asked_at is not None and self._steady() - session.asked_at > AGAIN_SECONDS:
            return [True]
        return [False, True]

    def _asked(self, token: str, body: Mapping[str, str]) -> Generator[Ask, Answer, Answer]:
        url = self._login.gateway + SESSION_PATH
        challenges, is_corrected = 0, False
        while True:
            nonce = self._nonce
            headers = self._headers("POST", self._public(url), token) | {"Content-Type": "application/json"}
            answer = yield Ask(url, headers, json.dumps(body).encode())
            self._learn(answer)
            error = _error_of(answer)
            if error == "use_dpop_nonce" and challenges < CHALLENGES_MAX and self._nonce != nonce:
                challenges += 1
            elif error == "invalid_dpop_proof" and not is_corrected and self._set_clock(answer):
                is_corrected = True
            else:
                return answer

    def _headers(self, method: str, url: str, token: str) -> dict[str, str]:
        now = self._clock() + self._ahead
        proof = self._login.key.proof(method, url, now=now, token=token, nonce=self._nonce)
        return ({"Authorization": f"DPoP {token}"} if token else {}) | {"DPoP": proof}

    def _public(self, url: str) -> str:
        """The URL as the gateway knows it."""
        if not self._login.public_origin:
            return url
        parts = urlsplit(url)
        return self._login.public_origin + parts.path.removeprefix(urlsplit(self._login.gateway).path)

    def _learn(self, answer: Answer) -> None:
        nonce = _header(answer, "DPoP-Nonce")
        if nonce and len(nonce) <= NONCE_CHARS_MAX and nonce.isascii() and nonce.isprintable():
            self._nonce = nonce

    def _set_clock(self, answer: Answer) -> bool:
        """Take the gateway's time where ours is wrong: it is who judges the proofs."""
        try:
            at = parsedate_to_datetime(_header(answer, "Date")).timestamp()
        except (ValueError, TypeError):
            return False
        ahead = at - self._clock()
        if abs(ahead - self._ahead) < CLOCK_SECONDS:
            return False
        self._ahead = ahead
        return True

    def _adopt(self, body: bytes) -> bool:
        values = _object(body)
        token, refresh, seconds = (values.get(name) for name in ("access_token", "refresh_token", "expires_in"))
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            return False
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
            return False
        ends_at = self._steady() + seconds
        renew_at = ends_at - min(RENEW_SECONDS, seconds * RENEW_SHARE)
        is_usable = isinstance(refresh, str) and TOKEN.fullmatch(refresh) is not None
        self._session = _Session(token, renew_at, ends_at, str(refresh) if is_usable else "")
        return True


def _header(answer: Answer, name: str) -> str:
    return next((value for key, value in answer.headers.items() if key.lower() == name.lower()), "")


def _error_of(answer: Answer) -> str:
    """The code of RFC 9449, from the challenge or from the body of an OAuth-like answer."""
    if found := _CHALLENGE.search(_header(answer, "WWW-Authenticate")):
        return found[1]
    return code_of(answer.body) if answer.status in (400, 401) else ""


def code_of(body: bytes) -> str:
    """The code of a refusal; empty where the body is none."""
    error = _object(body).get("error")
    code = error.get("code") if isinstance(error, dict) else error
    return code[:CODE_CHARS_MAX] if isinstance(code, str) else ""


def _object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}
