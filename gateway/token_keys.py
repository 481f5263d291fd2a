"""Where the keys of tokens come from. Everything that makes or restores tokens asks a `TokenKeySource`: the one here
holds one tenant's key in the process; tenants with a key service of their own are another.
"""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from gateway.errors import ConfigurationError
from gateway.vault.keys import ROOT_BYTES, CipherName, TenantRoot, TokenKeys

LOCAL_TENANT = "local"
PINNED_MAX = 10_000
"""Conversations whose key version is remembered; a forgotten one goes on with the active version."""


class TokenKeySource(Protocol):
    """Gives the keys of a tenant's tokens."""

    async def live(self, tenant: str, cipher: CipherName, scope: str) -> Sequence[TokenKeys]:
        """The keys of all versions that are not revoked, within a scope (`""`: the whole tenant). The first one makes
        tokens: the version with which the scope began while that is live, else the active one.

        Raises:
            GatewayError: there are none now; the request fails.
        """


class Pins:
    """With which key version each conversation began."""

    def __init__(self, most: int = PINNED_MAX) -> None:
        self._most = most
        self._versions: OrderedDict[str, int] = OrderedDict()

    def first(self, scope: str, keys: Sequence[TokenKeys]) -> Sequence[TokenKeys]:
        """The keys, the pinned version first."""
        versions = [one.version for one in keys]
        pinned = self._versions.get(scope)
        if pinned not in versions:
            pinned = versions[0]
        self._versions[scope] = pinned
        self._versions.move_to_end(scope)
        if len(self._versions) > self._most:
            self._versions.popitem(last=False)
        return sorted(keys, key=lambda one: one.version != pinned)


class LocalKeys:
    """Implements `TokenKeySource` with roots that the process holds.

    Args:
        roots: all live versions, the active one first.
    """

    def __init__(self, roots: Sequence[TenantRoot]) -> None:
        self._keys = {cipher: [TokenKeys(root, cipher=cipher) for root in roots] for cipher in CipherName}
        self._pins = Pins()

    async def live(self, tenant: str, cipher: CipherName, scope: str) -> Sequence[TokenKeys]:
        keys = [one.within(scope) for one in self._keys[cipher]]
        return self._pins.first(scope, keys) if scope else keys


def local_keys(written: str) -> LocalKeys:
    """The keys of the one tenant there is, of the master key as it is written.

    Raises:
        ConfigurationError: it is no key.
    """
    return LocalKeys(roots(written))


def roots(written: str) -> list[TenantRoot]:
    """The key versions that a text holds, the active one first.

    Raises:
        ConfigurationError: it is none.
    """
    found: dict[int, TenantRoot] = {}
    for number, line in enumerate(filter(None, map(str.strip, written.splitlines())), 1):
        head, colon, tail = line.partition(":")
        version = int(head) if colon and head.isascii() and head.isdigit() else 0 if colon else number
        try:
            key = base64.b64decode(tail if colon else line, validate=True)
        except binascii.Error:
            key = b""
        if len(key) != ROOT_BYTES or version in found or not version:
            raise ConfigurationError(
                f"line {number} of the master key is no `VERSION:BASE64` of {ROOT_BYTES} bytes, or a version twice.",
                cure="Make one with `openssl rand -base64 32`.",
            )
        found[version] = TenantRoot(key, LOCAL_TENANT, version)
    if not found:
        raise ConfigurationError("the master key is empty.", cure="Make one with `openssl rand -base64 32`.")
    return list(reversed(found.values()))
