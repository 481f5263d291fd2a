"""What `holdback connect` prints runs as it stands: the configs for Python, and the module for Node's fetch."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from gateway.agent.run import serve
from gateway.client.kept import KeyFiles
from gateway.client.key import ProofKey
from gateway.client.login import Login
from gateway.connect.catalogue import Dialect, Values, Way, companion, filled, tools
from tests.fakes.access import ORIGIN, Gate
from tests.fakes.provider import Provider, stream
from tests.unit.gateway.client.keys import RFC_8037

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


SCRIPT = """
import { proving, readLogin } from "./holdback-fetch.mjs";
const login = readLogin("work");
const sent = [];
const inner = (input, init) => {
  sent.push(["authorization", "dpop", "x-api-key"].map((name) => init.headers.get(name)));
  return fetch(input, init);
};
const prove = proving(login, inner);
const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "Hi" }] });
const got = [];
for (const key of ["a", "b"]) {
  const headers = { "Content-Type": "application/json", "x-api-key": key };
  const answer = await prove(`${login.gateway}/v1/chat/completions?x=1`, { method: "post", headers, body });
  got.push([answer.status, await answer.text()]);
}
const refused = await proving({ ...login, token: login.token + "x" }, inner)(`${login.gateway}/v1/models`);
let foreign = "";
try { await prove("https://api.openai.example/v1/models"); } catch (error) { foreign = error.message; }
console.log(JSON.stringify({ got, sent, refused: refused.status, foreign }));
"""


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


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
@pytest.mark.parametrize("key", [ProofKey.new(), ProofKey.read(json.dumps(RFC_8037))], ids=["ES256", "Ed25519"])
async def test_it_streams_answers_challenges_and_tells_nobody_else(
    gate: Gate, provider: Provider, tmp_path: Path, key: ProofKey
) -> None:
    minted = await gate.key(thumbprint=key.thumbprint)
    KeyFiles(tmp_path / "logins").write("work", Login(gate.url, key, minted.text, public_origin=ORIGIN))
    (tmp_path / "holdback-fetch.mjs").write_text(companion("holdback-fetch.mjs"))
    (tmp_path / "script.mjs").write_text(SCRIPT)
    provider.body, provider.pieces = None, stream(["Hello ", "there."])
    process = await asyncio.create_subprocess_exec(
        *("node", "script.mjs"),
        cwd=tmp_path,
        env={**os.environ, "HOLDBACK_HOME": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    told = json.loads(out)
    assert [status for status, _ in told["got"]] == [200, 200]
    assert all("there." in text and "[DONE]" in text for _, text in told["got"])
    assert told["refused"] == 401
    assert "another server" in told["foreign"]
    tokens, proofs, keys = zip(*told["sent"], strict=True)
    assert len(told["sent"]) == 4, "one challenge, and the refusal is not tried again"
    assert set(tokens[:3]) == {f"DPoP {minted.text}"}
    assert len(set(proofs)) == 4
    assert set(keys) == {None}
