"""After eviction no copy of a key that we made is left in the process: its whole memory is searched."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.kms.local import LocalProvider
from gateway.kms.provider import KeyContext
from gateway.vault.keys import Purpose, TenantRoot

CHILD = '''
import asyncio, gc, re, sys

from gateway.kms.local import LocalProvider
from gateway.kms.provider import KeyContext
from gateway.kms.ring import KeyName, KeyRing
from gateway.tenant_keys.source import TenantTokenKeys
from gateway.vault.keys import CipherName, Purpose, TenantRoot, TokenKeys

NAME = KeyName("acme", 1)


def dump(path):
    """All of this process's writable memory."""
    with open("/proc/self/maps") as maps, open("/proc/self/mem", "rb", 0) as memory, open(path, "wb", 0) as out:
        for line in maps:
            found = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
            if not found or "[v" in line:
                continue
            at, end = (int(number, 16) for number in found.groups())
            while at < end:
                memory.seek(at)
                chunk = memory.read(min(1 << 20, end - at))
                if not chunk:
                    break
                out.write(chunk)
                at += len(chunk)


async def main():
    provider = LocalProvider("local:dev", bytes.fromhex(sys.argv[1]))
    wrapped = bytes.fromhex(sys.argv[2])

    async def load(name):
        return await provider.unwrap(wrapped, KeyContext(name.tenant, name.version))

    async def active(tenant):
        return NAME

    ring = KeyRing(load, active=active)

    class Keyring:
        """What a source asks for, over this ring."""

        async def versions(self, tenant):
            return [NAME]

        async def lease(self, tenant, version):
            return await ring.lease(NAME)

    global SOURCE
    SOURCE = TenantTokenKeys(Keyring(), None)

    async def request():
        with await ring.lease(NAME) as lease:
            keys = lease.derived("prompt", lambda key: TokenKeys(TenantRoot(key, *NAME)))
            keys.cipher_over().encrypt("4111111111111111", keys.within("c1").tweak("pan"))
            keys.below(10**6, "x")
        # Keys of a request's own, as `TenantTokenKeys` gives them: nobody wipes them.
        [own] = await SOURCE.live("acme", CipherName.FF3_1, "c1")
        own.cipher_over().encrypt("4111111111111111", own.tweak("pan"))

    for _ in range(100):
        await request()
    dump(sys.argv[3])
    ring.revoke(NAME, active=False)
    gc.collect()
    dump(sys.argv[4])
    await ring.close()


asyncio.run(main())
'''


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc/self/mem, which other systems do not have")
def test_no_copy_of_a_key_is_left_after_eviction(tmp_path: Path) -> None:
    key, wrapping = os.urandom(32), os.urandom(32)
    wrapped = asyncio.run(LocalProvider("local:dev", wrapping).wrap(key, KeyContext("acme", 1)))
    root = TenantRoot(key, "acme", 1)
    purposes = Purpose.PROMPT_HASH, Purpose.PROMPT_TWEAK, Purpose.PROMPT_CIPHER
    sub_keys = [bytes(root.sub_key(purpose)) for purpose in purposes]
    sub_keys.append(sub_keys[-1][::-1])  # FF3-1 turns it around
    dumps = tmp_path / "warm", tmp_path / "evicted"
    subprocess.run(
        [sys.executable, "-c", CHILD, wrapping.hex(), wrapped.hex(), *map(str, dumps)],
        check=True,
        cwd=Path(__file__).parents[3],
    )
    warm, evicted = (dump.read_bytes() for dump in dumps)
    # While it is warm, the search finds it: so it would find a copy that is left.
    assert warm.count(key) > 0
    assert all(warm.count(sub_key) > 0 for sub_key in sub_keys[:3])
    assert evicted.count(key) == 0
    assert [evicted.count(sub_key) for sub_key in sub_keys] == [0, 0, 0, 0]
    for dump in dumps:
        dump.unlink()
