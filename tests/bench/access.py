"""What letting a request in costs, next to a bare ES256 verification by `cryptography` in the same run.

python -m tests.bench.access [--rounds 15] [--each 200]

All figures are CPU time of one process in one run, in turns, the smallest of all rounds; only their ratios mean
something. Stores are those of one process, the key is warm, each proof is new. Promised: with a proof at most 2.5 times
the verification, without one at most a third of it. Exit code 1 when one is not kept.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from pydantic import SecretStr

from gateway.access.minting import KeyRequest, NewKey
from gateway.access.opened import Access, Credential, open_access
from gateway.auth.capability import read
from gateway.auth.grant import Use
from gateway.auth.scopes import read_scope
from gateway.control import open_control
from gateway.egress import Egress
from gateway.settings import Settings
from gateway.settings.access import AccessSettings
from gateway.settings.keys import KeySettings
from gateway.settings.stores import StoreSettings
from gateway.stores.opened import Places, open_stores
from tests.fakes.access import CHAT, ORIGIN, Holder

PROOF_MAX, BEARER_MAX = 2.5, 1 / 3
SCOPE = {
    "models": ["gpt-*", "m"],
    "ip_cidrs": ["203.0.113.0/24", "2001:db8::/32"],
    "windows": [{"zone": "Europe/Berlin"}],
    "endpoints": ["/v1/chat/*"],
}


async def admitted(access: Access, text: str, proofs: tuple[str, ...]) -> None:
    """What the door does for one request, from the text of its key on."""
    key = read(text)
    if key is None:
        raise ValueError("no key")
    at = access.now()
    credential = Credential(key, text, bool(proofs), proofs, "POST", CHAT)
    await access.admit(credential, Use(CHAT, None, "203.0.113.9", at))


def bare(each: int) -> Callable[[], Awaitable[float]]:
    """Seconds of one verification."""
    key = generate_private_key(SECP256R1())
    message, public = b"m" * 400, key.public_key()
    signature = key.sign(message, ECDSA(SHA256()))

    async def run() -> float:
        began = time.process_time()
        for _ in range(each):
            public.verify(signature, message, ECDSA(SHA256()))
        return (time.process_time() - began) / each

    return run


def at_the_door(access: Access, key: NewKey, holder: Holder | None, each: int) -> Callable[[], Awaitable[float]]:
    """Seconds of letting one request in."""

    async def run() -> float:
        proofs = [(holder.proof("POST", CHAT, key.text),) if holder else () for _ in range(each)]
        began = time.process_time()
        for proof in proofs:
            await admitted(access, key.text, proof)
        return (time.process_time() - began) / each

    return run


async def measured(rounds: int, each: int) -> tuple[float, float]:
    """The two ratios: with a proof, and without."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            stores=StoreSettings(data_dir=folder),
            access=AccessSettings(public_origins=(ORIGIN,), dpop_required=False),
            keys=KeySettings(master_key=SecretStr("A" * 43 + "=")),
        )
        async with (
            open_stores(Places(Path(folder))) as stores,
            Egress(frozenset()) as egress,
            open_control(settings, stores, egress) as control,
            open_access(settings, stores, control) as access,
        ):
            now, holder = control.clock(), Holder()
            tenant = await stores.tenants.create("acme", "acme", now)
            gateway = await stores.agents.add_gateway(tenant.id, "default", now)
            agent = await stores.agents.add_agent(gateway, "support", now)
            scope = read_scope(SCOPE)
            bound = await access.minting.mint(
                gateway, agent, KeyRequest("k", scope=scope, thumbprint=holder.thumbprint), "bench"
            )
            free = await access.minting.mint(gateway, agent, KeyRequest("k", scope=scope), "bench")
            holder.nonce = await access.proofs.nonce()
            runs = (bare(each), at_the_door(access, bound, holder, each), at_the_door(access, free, None, each))
            found = []
            for _ in range(rounds):
                await access.book.refresh()
                await control.keys.keyring.refresh()
                found.append([await run() for run in runs])
    one, with_proof, without = (min(times) for times in zip(*found, strict=True))
    shown = (("ES256 verification", one), ("with a proof", with_proof), ("without", without))
    print("; ".join(f"{name} {seconds * 1e6:.1f} us" for name, seconds in shown))
    return with_proof / one, without / one


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--each", type=int, default=200)
    given = parser.parse_args()
    with_proof, without = asyncio.run(measured(given.rounds, given.each))
    print(
        f"with a proof {with_proof:.2f} times (at most {PROOF_MAX}), without {without:.3f} (at most {BEARER_MAX:.3f})"
    )
    return 0 if with_proof <= PROOF_MAX and without <= BEARER_MAX else 1


if __name__ == "__main__":
    sys.exit(main())
