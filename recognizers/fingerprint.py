"""Which catalogue this is: measurements name it, so that a reader can tell whether they are of this one."""

from __future__ import annotations

import hashlib
from functools import cache

from recognizers.catalogue import catalogue

FINGERPRINT_CHARS = 12


@cache
def fingerprint() -> str:
    """Twelve hex digits over every definition: entity, patterns, checksums by name, context words."""
    digest = hashlib.sha256()
    for entity, one in sorted(catalogue().items()):
        digest.update(f"{entity}\0{one.patterns!r}\0{one.context!r}\0".encode())
    return digest.hexdigest()[:FINGERPRINT_CHARS]
