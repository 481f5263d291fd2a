"""What a program needs to call a gateway: where it is, a capability key, and the private key that it is bound to."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from gateway.auth.uri import normalized
from gateway.client.key import ProofKey
from gateway.errors import ConfigurationError

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,512}")
_FIELDS = frozenset({"gateway", "public_origin", "token", "key", "local_secret"})


@dataclass(frozen=True, slots=True)
class Login:
    """One login.

    Args:
        gateway: origin of the gateway, with a path where it stands below one: `https://gate.example`.
        key: the private key.
        token: the capability key that is bound to it; empty as long as there is none.
        public_origin: how the gateway knows itself, where it is reached by another address; empty: `gateway`.
        local_secret: that the local agent asks tools for.
    """

    gateway: str
    key: ProofKey = field(repr=False)
    token: str = field(default="", repr=False)
    public_origin: str = ""
    local_secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for origin in (self.gateway, self.public_origin):
            if origin:
                check_origin(origin)
        if self.token and not TOKEN.fullmatch(self.token):
            raise ConfigurationError("the capability key has characters that none has.")

    def written(self) -> str:
        """As it is kept: JSON."""
        values = {
            "gateway": self.gateway,
            "public_origin": self.public_origin,
            "token": self.token,
            "key": self.key.written(),
            "local_secret": self.local_secret,
        }
        return json.dumps(values)


def read_login(text: str) -> Login:
    """A login as it is kept.

    Raises:
        ConfigurationError: it is none. The error does not say what was read.
    """
    values: Any = None
    with suppress(ValueError):
        values = json.loads(text)
    if not isinstance(values, dict) or not isinstance(values.get("key"), dict) or values.keys() - _FIELDS:
        raise ConfigurationError(
            "is no login.", cure="Make one with `holdback agent new-key` and `holdback agent login`."
        )
    texts = {name: values.get(name, "") for name in _FIELDS - {"key"}}
    if not all(isinstance(value, str) for value in texts.values()):
        raise ConfigurationError("is no login: its fields are texts.")
    return Login(key=ProofKey.read(json.dumps(values["key"])), **texts)


def check_origin(url: str) -> None:
    """Whether a gateway may be called there.

    Raises:
        ConfigurationError: it is no URL, or plain HTTP to another machine: a proof covers neither body nor answer, so
            that only TLS keeps both.
    """
    parts = urlsplit(url)
    if not normalized(url) or parts.query or parts.fragment or url.endswith("/"):
        raise ConfigurationError("the gateway's URL cannot be used.", cure="Write it like https://gate.example.")
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise ConfigurationError("the gateway's URL is not https.", cure="Only a gateway on this machine may be plain.")
