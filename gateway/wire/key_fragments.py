"""What a provider says of its own key in an error: `Incorrect API key provided: sk-proj-ab*****wxyz`. It is the
operator's key, and nobody else's business (SECURITY B.8)."""

from __future__ import annotations

import re

SHOWN = b"[KEY]"
_MASKED = re.compile(rb"[A-Za-z0-9_.-]{0,64}(?:\*{3,}|(?:\xe2\x80\xa2){3,})[A-Za-z0-9_-]{0,64}")
_SHORTENED = re.compile(
    rb"\b(?:sk|pk|rk|key|gsk|xai|pplx|hf|AIza)[-_]?[A-Za-z0-9_-]{0,64}(?:\.{3,}|\xe2\x80\xa6)[A-Za-z0-9_-]{2,64}"
)
KEY_CHARS_MIN = 8


def without_keys(body: bytes, key: str) -> bytes:
    """An error body without the key and without what masking left of one.

    Args:
        body: JSON; what is replaced holds no character that JSON would escape.
        key: the provider's; empty when there is none.
    """
    if len(key) >= KEY_CHARS_MIN:
        body = body.replace(key.encode(), SHOWN)
    return _MASKED.sub(SHOWN, _SHORTENED.sub(SHOWN, body))
