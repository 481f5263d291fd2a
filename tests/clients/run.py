"""`make test-clients`: installs each client into an environment of its own, runs it, and checks what it got.

Needs the network for the packages; where Node or a package is not to be had, it says so.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
import venv
from pathlib import Path
from typing import Any

from gateway.client.kept import KeyFiles
from gateway.client.key import ProofKey
from gateway.client.login import Login
from gateway.connect.catalogue import companion
from gateway.observe import log
from tests.clients.provider import OTHER, TOKEN, VALUE, Echo, serve_echo
from tests.fakes.access import ORIGIN, Gate, serve_gate
from tests.fakes.gateway import KEY, serve_gateway

HERE = Path(__file__).parent
BUILT = Path(".cache") / "clients"
SHOWN = f"I know {VALUE} and [EMAIL_ADDRESS]."
CALL = {"to": VALUE, "cc": "[EMAIL_ADDRESS]"}


async def run(*command: str, cwd: Path, more: dict[str, str] | None = None) -> str:
    """What a command prints; its end if it fails."""
    environment = {**os.environ, **(more or {})}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    if process.returncode:
        raise SystemExit(f"{' '.join(command[:4])} failed:\n{err.decode()[-3000:]}")
    return out.decode()


def check(who: str, got: dict[str, Any], echo: Echo) -> None:
    """The client saw its own value and nobody else's; the provider saw neither."""
    expected: dict[str, Any] = {"chat": SHOWN, "tool": CALL, "after": SHOWN}
    expected |= {"responses": SHOWN} if "responses" in got else {}
    expected |= {"vector": [0.25, -0.5]} if "vector" in got else {}
    if got != expected:
        raise SystemExit(f"{who}: got {got}, expected {expected}")
    if any(VALUE in body for body in echo.bodies) or not all(TOKEN.search(body) for body in echo.bodies):
        raise SystemExit(f"{who}: the provider saw the user's value, or no token")
    sys.stdout.write(f"{who}: ok ({len(echo.bodies)} requests, provider saw tokens only)\n")
    echo.bodies.clear()


async def node(url: str, echo: Echo) -> None:
    """The Node SDKs."""
    npm = shutil.which("npm")
    if npm is None:
        sys.stdout.write("node: not here, so its clients were not run\n")
        return
    folder = BUILT / "node"
    shutil.copytree(HERE / "node", folder, dirs_exist_ok=True)
    await run(npm, "install", "--no-audit", "--no-fund", "--silent", cwd=folder)
    for name in ("openai", "anthropic"):
        said = await run("node", f"{name}.mjs", cwd=folder, more=environment(url))
        check(f"node {name}", json.loads(said), echo)
    (folder / "holdback-fetch.mjs").write_text(companion("holdback-fetch.mjs"))
    async with serve_gate(echo.base_url) as gate:
        await gate.settle()
        await proofs(folder, gate, echo)


async def proofs(folder: Path, gate: Gate, echo: Echo) -> None:
    """The Node SDKs with a bound key: streams, challenges, retries; refusals are not hammered."""
    key = ProofKey.new()
    minted = await gate.key(thumbprint=key.thumbprint)
    KeyFiles(folder / "logins").write("work", Login(gate.url, key, minted.text, public_origin=ORIGIN))
    more = environment(gate.url) | {"HOLDBACK_HOME": "."}
    got = json.loads(await run("node", "proofs.mjs", cwd=folder, more=more))
    # What came back, and how many requests went out, each with a proof of its own.
    expected = {
        "challenged": (SHOWN, 2, 2),
        "known": (SHOWN, 1, 1),
        "retried": (SHOWN, 3, 3),
        "claude": (SHOWN, 2, 2),
        "refused": ("401 invalid_api_key", 1, 1),
        "claude refused": ("401 invalid_api_key", 1, 1),
        "stolen": ("401 invalid_token", 1, 1),
    }
    seen = {name: (one["result"], one["sent"], one["different"]) for name, one in got.items()}
    if seen != expected or any(VALUE in body for body in echo.bodies):
        raise SystemExit(f"node proofs: got {seen}, expected {expected}")
    sys.stdout.write(f"node proofs: ok ({len(echo.bodies)} requests reached the provider)\n")
    echo.bodies.clear()


async def python(url: str, echo: Echo) -> None:
    """LangChain and LiteLLM, which bring their own versions of what this environment pins."""
    folder = BUILT / "python"
    interpreter = folder / "bin" / "python"
    if not interpreter.exists():
        await asyncio.to_thread(venv.create, folder, with_pip=True)
    packages = ("langchain-openai", "langchain-anthropic", "litellm")
    await run(str(interpreter.absolute()), "-m", "pip", "install", "-q", *packages, cwd=folder)
    for name in ("langchain", "litellm"):
        script = str(HERE.absolute() / "python" / f"{name}_client.py")
        said = await run(str(interpreter.absolute()), script, cwd=folder, more=environment(url))
        got = json.loads(said.splitlines()[-1])
        merged = got.pop("openai")
        if got["anthropic"] != merged:
            raise SystemExit(f"{name}: {got} and {merged} differ")
        check(name, merged, echo)


def environment(url: str) -> dict[str, str]:
    """What a script is told."""
    return {"HOLDBACK_URL": url, "HOLDBACK_KEY": KEY, "VALUE": VALUE, "OTHER": OTHER}


async def main() -> None:
    """All of them, or those that are named."""
    wanted = sys.argv[1:] or ["node", "python"]
    log.configure("error", human=True)
    async with serve_echo() as echo, serve_gateway(echo.base_url) as (url, _):
        for name, work in (("node", node), ("python", python)):
            if name in wanted:
                await work(url, echo)


if __name__ == "__main__":
    asyncio.run(main())
