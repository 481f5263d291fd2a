"""What `holdback connect` prints for Python runs as it stands."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gateway.agent.run import serve
from gateway.client.kept import KeyFiles
from gateway.client.key import ProofKey
from gateway.client.login import Login
from gateway.connect.catalogue import Dialect, Values, Way, filled, tools
from tests.fakes.access import ORIGIN, Gate
from tests.fakes.provider import Provider

pytestmark = pytest.mark.asyncio(loop_scope="module")
CHAT: dict[str, Any] = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "Hi there."}, "finish_reason": "stop"}],
}
MESSAGE: dict[str, Any] = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "Hi there."}],
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


@pytest.mark.parametrize("way", [Way.PROOF, Way.AGENT])
@pytest.mark.parametrize("name", ["openai-python", "anthropic-python"])
async def test_it_runs(
    gate: Gate,
    provider: Provider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    name: str,
    way: Way,
) -> None:
    key, tool = ProofKey.new(), tools()[name]
    minted = await gate.key(thumbprint=key.thumbprint)
    login = Login(gate.url, key, minted.text, public_origin=ORIGIN, local_secret="holdback-local-x")
    KeyFiles(tmp_path / "logins").write("work", login)
    monkeypatch.setenv("HOLDBACK_HOME", str(tmp_path))
    is_openai = tool.speaks is Dialect.OPENAI
    provider.body = CHAT if is_openai else MESSAGE
    async with serve(login, 0) as local:
        base = (gate.url if way is Way.PROOF else local) + ("/v1" if is_openai else "")
        text = filled(tool.ways[way], Values(base, "m", "work", login.local_secret))
        names: dict[str, Any] = {}
        await asyncio.to_thread(exec, compile(text, name, "exec"), names)
        names["client"].close()
    assert "Hi there.\n" in capsys.readouterr().out
    assert len(provider.requests) == 1
