"""The installation's master key: given, or made once beside the embedded database."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gateway.errors import ConfigurationError

FILE = "installation.key"
KEY_BYTES = 32
_CURE = "Make one with `openssl rand -base64 32`, and name its file in `keys.master_key_file` or MASTER_KEY_FILE."


class MasterKey:
    """32 bytes. Keys of tenants are wrapped by it, never derived from it: they could not be erased."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = bytearray(key)

    def __repr__(self) -> str:
        return "MasterKey()"

    def derive(self, purpose: str) -> bytes:
        """A key of the installation itself (RFC 5869), such as the one that its admin tokens are signed with."""
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"holdback installation {purpose}".encode()).derive(
            bytes(self._key)
        )


def master_text(given: str | None, folder: Path | None) -> str:
    """The master key as it is written.

    Args:
        given: by the settings; None when they name none.
        folder: of the embedded database, where one is then made; None when the database is shared.

    Raises:
        ConfigurationError: there is none, or its file cannot be used.
    """
    if given is not None:
        return given
    if folder is None:
        raise ConfigurationError("there is no master key.", cure=_CURE)
    return _made(folder / FILE)


def master_key(text: str) -> MasterKey:
    """The master key: base64, or `VERSION:BASE64` lines of which the first counts.

    Raises:
        ConfigurationError: it is no key.
    """
    # Without tenants, tokens read further lines of the same text as later versions; the first stays what it is.
    first = next(iter(text.split()), "")
    number, colon, rest = first.partition(":")
    key = b""
    with suppress(binascii.Error, ValueError):
        key = base64.b64decode(rest if colon and number.isdecimal() else first, validate=True)
    if len(key) != KEY_BYTES:
        raise ConfigurationError("the master key is not 32 bytes in base64.", cure=_CURE)
    return MasterKey(key)


def _made(file: Path) -> str:
    """The key in a file, which is made when it is missing; of several at once, all read the same."""
    text = base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    draft = file.with_name(f".{FILE}.{secrets.token_hex(8)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if not file.exists():
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                os.write(descriptor, text.encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            with suppress(FileExistsError):
                os.link(draft, file)  # whole, or not at all; the first one stays
            draft.unlink()
        is_private = not file.stat().st_mode & 0o077
        if is_private:
            return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError("the master key cannot be read or made.", file=str(file)) from None
    raise ConfigurationError("others can read the master key.", file=str(file), cure=f"chmod 600 {file}")
