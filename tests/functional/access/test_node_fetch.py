"""The module for Node's fetch that `holdback connect` prints, without any SDK, against the gateway."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
from pathlib import Path

import pytest

from gateway.client.kept import KeyFiles
from gateway.client.key import ProofKey
from gateway.client.login import Login
from gateway.connect.catalogue import companion
from tests.fakes.access import ORIGIN, Gate
from tests.fakes.provider import Provider, stream
from tests.unit.gateway.client.keys import RFC_8037

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(shutil.which("node") is None, reason="needs node"),
]
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
