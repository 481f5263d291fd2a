"""Stock SDKs with bound keys: proofs, challenges, retries and sessions below them, over real sockets."""

from __future__ import annotations

import asyncio
import io
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import anthropic
import httpx
import openai
import pytest

from gateway.client.httpx import DPoPAuth as OldAuth
from gateway.client.httpx2 import DPoPAuth
from gateway.client.key import ProofKey
from gateway.client.login import Login
from gateway.observe import log
from gateway.server.session_door import PATH
from tests.dialects import ANTHROPIC
from tests.fakes.access import CHAT, ORIGIN, Gate
from tests.fakes.provider import Provider, stream

pytestmark = pytest.mark.asyncio(loop_scope="module")
VALUE = "jane.doe@example.com"
ASK: dict[str, Any] = {"model": "m", "messages": [{"role": "user", "content": f"I am {VALUE}"}]}
TEXT = "The address is ada.example@mail.example.org, as you know."
SHOWN = "The address is [EMAIL_ADDRESS], as you know."
PIECES = [TEXT[at : at + 4] for at in range(0, len(TEXT), 4)]


@dataclass
class Wire:
    """What an SDK sent."""

    paths: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def note(self, request: Any) -> None:
        self.paths.append(request.url.path)
        self.proofs.append(request.headers.get("DPoP", ""))
        self.tokens.append(request.headers.get("Authorization", ""))

    async def noted(self, request: Any) -> None:
        self.note(request)


async def login(gate: Gate, scope: dict[str, Any] | None = None, key: ProofKey | None = None) -> Login:
    """A bound key of the test's tenant. The gateway has another address here than the one it knows itself by."""
    key = key or ProofKey.new()
    minted = await gate.key(scope, thumbprint=key.thumbprint)
    return Login(gate.url, key, minted.text, public_origin=ORIGIN)


@pytest.fixture
def wire() -> Wire:
    return Wire()


def client(made: Login, wire: Wire, **more: Any) -> openai.AsyncOpenAI:
    """A stock client; its key is a placeholder."""
    hooks: dict[str, list[Callable[..., Any]]] = {"request": [wire.noted]}
    inner = openai.DefaultAsyncHttpxClient(auth=DPoPAuth(made), event_hooks=hooks)
    return openai.AsyncOpenAI(base_url=f"{made.gateway}/v1", api_key="unused", http_client=inner, **more)


async def told(client: openai.AsyncOpenAI) -> str:
    answer = await client.chat.completions.create(**ASK, stream=True)
    return "".join([event.choices[0].delta.content or "" async for event in answer])


async def test_openai_streamed(gate: Gate, provider: Provider, wire: Wire) -> None:
    provider.body, provider.pieces = None, stream(PIECES)
    async with client(await login(gate), wire) as made:
        assert await told(made) == SHOWN
        first = len(wire.paths)
        assert await told(made) == SHOWN
    assert len(wire.paths) == first + 1, "the nonce is known by now"
    assert len(set(wire.proofs)) == len(wire.proofs), "no proof was sent twice"
    chats = [token for path, token in zip(wire.paths, wire.tokens, strict=True) if path == CHAT]
    assert all(text.startswith("DPoP kc_live_s_") for text in chats), "the key itself stays at home"
    assert len(provider.requests) == 2
    assert VALUE.encode() not in b"".join(provider.requests)


async def test_a_nonce_that_went_stale(gate: Gate, wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    async with client(await login(gate), wire, max_retries=0) as made:
        await made.chat.completions.create(**ASK)
        before, access = len(wire.paths), gate.services.access
        clock = access.proofs._now
        with monkeypatch.context() as patch:
            patch.setattr(access.proofs, "_now", lambda: clock() - 100_000)
            stale = await access.proofs.nonce()
        made._client.auth._signer._nonce = stale  # type: ignore[union-attr]
        await made.chat.completions.create(**ASK)
    assert len(wire.paths) == before + 2, "challenged once, and answered"


async def test_openai_retries_with_a_new_proof(gate: Gate, provider: Provider, wire: Wire) -> None:
    async with client(await login(gate), wire, max_retries=3) as made:
        await made.models.list()
        before = len(wire.paths)

        def recover(_request: Any) -> None:
            provider.status = 500 if len(wire.paths) < before + 3 else 200

        made._client.event_hooks = {"request": [wire.noted, _async(recover)]}
        await made.chat.completions.create(**ASK)
    assert len(wire.paths) == before + 3
    assert len(set(wire.proofs)) == len(wire.proofs)


async def test_the_sync_client_and_old_httpx(gate: Gate, provider: Provider, wire: Wire) -> None:
    made = await login(gate)
    provider.body, provider.pieces = None, stream(PIECES)

    def ask() -> str:
        inner = openai.DefaultHttpxClient(auth=DPoPAuth(made), event_hooks={"request": [wire.note]})
        with openai.OpenAI(base_url=f"{gate.url}/v1", api_key="unused", http_client=inner) as sync:
            answer = sync.chat.completions.create(**ASK, stream=True)
            return "".join(event.choices[0].delta.content or "" for event in answer)

    assert await asyncio.to_thread(ask) == SHOWN
    async with httpx.AsyncClient(auth=OldAuth(made)) as old:
        async with old.stream("POST", f"{gate.url}/v1/chat/completions", json={**ASK, "stream": True}) as answer:
            assert answer.status_code == 200
            assert "[DONE]" in "".join([line async for line in answer.aiter_lines()])
        with pytest.raises(Exception, match="another server"):
            await old.get("https://api.openai.example/v1/models")


async def test_anthropic(gate: Gate, provider: Provider, wire: Wire) -> None:
    provider.body, provider.pieces = None, ANTHROPIC.stream("text", PIECES)
    inner = anthropic.DefaultAsyncHttpxClient(auth=DPoPAuth(await login(gate)), event_hooks={"request": [wire.noted]})
    async with (
        anthropic.AsyncAnthropic(base_url=gate.url, api_key="unused", http_client=inner) as claude,
        claude.messages.stream(max_tokens=9, **ASK) as answer,
    ):
        assert "".join([text async for text in answer.text_stream]) == SHOWN
    assert len(provider.requests) == 1
    assert VALUE.encode() not in provider.requests[0]


async def test_many_at_once(gate: Gate, provider: Provider, wire: Wire) -> None:
    """They find out together that they need a nonce, and a session; one session is made."""
    async with client(await login(gate), wire, max_retries=0) as made:
        await asyncio.gather(*(made.chat.completions.create(**ASK) for _ in range(20)))
    assert len(provider.requests) == 20
    assert len(set(wire.proofs)) == len(wire.proofs)
    assert wire.paths.count(PATH) == 2, "a challenge, and a session"


async def test_sessions_are_renewed_and_theft_is_survived(gate: Gate, wire: Wire) -> None:
    made = await login(gate)
    async with client(made, wire, max_retries=0) as sdk:
        await sdk.models.list()
        signer = sdk._client.auth._signer  # type: ignore[union-attr]
        tokens = [signer._session.token]

        async def renewed() -> None:
            signer._session.renew_at = 0
            await sdk.models.list()
            tokens.append(signer._session.token)

        await renewed()
        assert wire.tokens[-2:][0] == "", "with the refresh credential, not with the key"
        copy = signer._session.refresh
        for _ in range(2):  # somebody has a copy of everything, and is two uses ahead
            headers = {"DPoP": made.key.proof("POST", ORIGIN + PATH, now=time.time(), nonce=signer._nonce)}
            async with gate.http.post(gate.url + PATH, json={"refresh_token": copy}, headers=headers) as got:
                copy = (await got.json())["refresh_token"]
        await renewed()
        assert wire.tokens[-3:-1] == ["", f"DPoP {made.token}"], "the login is at an end; another is begun"
        await renewed()
    assert len(set(tokens)) == 4
    assert wire.paths.count("/v1/models") == 4


@pytest.mark.parametrize(
    ("case", "code"),
    [
        ("scope", "scope_denied"),
        ("revoked", "invalid_api_key"),
        ("other private key", "invalid_token"),
        ("stolen", "invalid_token"),
    ],
)
async def test_refusals_are_not_hammered(gate: Gate, provider: Provider, wire: Wire, case: str, code: str) -> None:
    made = await login(gate, {"endpoints": ["/v1/embeddings"]} if case == "scope" else None)
    if case == "other private key":
        made = Login(made.gateway, ProofKey.new(), made.token, made.public_origin)
    if case == "revoked":
        access = gate.services.access
        await access.minting.revoke(gate.tenant_id, made.token.split("_")[3], "test", access.book)
    sdk = client(made, wire, max_retries=5)
    if case == "stolen":
        inner = openai.DefaultAsyncHttpxClient(event_hooks={"request": [wire.noted]})
        sdk = openai.AsyncOpenAI(base_url=f"{gate.url}/v1", api_key=made.token, http_client=inner, max_retries=5)
    async with sdk:
        with pytest.raises(openai.APIStatusError) as caught:
            await sdk.chat.completions.create(**ASK)
    assert caught.value.code == code
    assert caught.value.response.headers["x-should-retry"] == "false"
    challenges = 0 if case == "stolen" else 1
    asked = [path for path in wire.paths if path.endswith("/completions")]
    assert len(asked) <= 1 + challenges
    assert len(wire.paths) <= 2 + 2 * challenges
    assert provider.requests == []


async def test_no_secret_in_any_log(gate: Gate, provider: Provider, wire: Wire) -> None:
    """Ours, the SDKs' and the HTTP libraries', at debug level."""
    out = io.StringIO()
    log.configure("debug", human=False, stream=out)
    handler, root = logging.StreamHandler(out), logging.getLogger()
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(exc_text)s"))
    root.addHandler(handler)
    levels = {name: logging.getLogger(name).level for name in ("", "openai", "httpx2", "httpcore2", "httpx")}
    for name in levels:
        logging.getLogger(name).setLevel(logging.DEBUG)
    made = await login(gate)
    try:
        async with client(made, wire, max_retries=0) as sdk:
            await sdk.chat.completions.create(**ASK)
            await gate.services.access.minting.revoke(
                gate.tenant_id, made.token.split("_")[3], "test", gate.services.access.book
            )
            with pytest.raises(openai.AuthenticationError):
                await sdk.chat.completions.create(**ASK)
    finally:
        root.removeHandler(handler)
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        log.configure("error", human=True)
    said = out.getvalue()
    assert "/v1/chat/completions" in said, "the log is not empty"
    secrets = {text.removeprefix("DPoP ") for text in wire.tokens} | set(wire.proofs) | {made.key.written()["d"]}
    assert not [secret for secret in secrets - {""} if secret in said]


def _async(work: Callable[[Any], None]) -> Callable[[Any], Any]:
    async def done(request: Any) -> None:
        work(request)

    return done
