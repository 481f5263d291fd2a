"""Operators: what stands in the place of a finding.

An operator gets the finding that names a component and the component's text as it came. Everything that it cannot do
safely (a mask of what is written in escapes, a hash of a head whose tail nobody holds) becomes the plain placeholder.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping

from gateway.inspection.fit import unfit
from gateway.verdict import Action, Finding
from policies.policy import Mask, Policy

Operator = Callable[[Finding, str], str]
HASH_CHARS = 16
"""Base32 characters of a hash: 80 bits, so that 10^9 values have no collision to speak of."""
MASKED_CHARS_MIN = 5
"""A mask hides at least so many letters and digits, or all of them."""
_MASKABLE = re.compile(r"[^\W_](?:[\w .,:;@+/()-]*[^\W_])?")
"""What can be masked character by character without breaking what it stands in; anything else may be an escape."""


def redact(finding: Finding, _text: str) -> str:
    """The entity's name in brackets: `[US_SSN]`."""
    return f"[{finding.entity}]"


def keep(_finding: Finding, text: str) -> str:
    """What is there: a token of our own, where nobody has the key to it."""
    return text


def masker(policy: Policy) -> Operator:
    """Letters and digits become the mask's character, but for those that the entity's rule keeps; separators stay."""

    def mask(finding: Finding, text: str) -> str:
        if not _whole(finding) or unfit(finding.entity, Action.MASK.value) or not _MASKABLE.fullmatch(text):
            return redact(finding, text)
        return masked(text, policy.rule(finding.entity).mask)

    return mask


def masked(text: str, mask: Mask) -> str:
    """A text under a mask. Of a short one nothing is kept."""
    places = [place for place, char in enumerate(text) if char.isalnum()]
    first, last = mask.keep_first, mask.keep_last
    if len(places) - first - last < MASKED_CHARS_MIN:
        first = last = 0
    hidden = set(places[first : len(places) - last])
    return "".join(mask.character if place in hidden else char for place, char in enumerate(text))


def hasher(key: bytes) -> Operator:
    """`[US_SSN:k3v7...]`: HMAC-SHA256 (RFC 2104) of entity and value under a key, cut to 80 bits, in Base32. Equal
    values of an entity have equal hashes, however they are separated and cased; without the key nobody can try out the
    few SSNs or phone numbers that there are."""

    def hash_(finding: Finding, text: str) -> str:
        if not _whole(finding) or unfit(finding.entity, Action.HASH.value):
            return redact(finding, text)
        message = f"{finding.entity}\0{canonical(text)}".encode(errors="surrogatepass")
        digest = hmac.new(key, message, hashlib.sha256).digest()
        shown = base64.b32encode(digest).decode()[:HASH_CHARS].lower()
        return f"[{finding.entity}:{shown}]"

    return hash_


def canonical(text: str) -> str:
    """A value as it is hashed: compatibility forms and case folded; of one without letters the digits alone, of
    another the spaces as one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    if not any(char.isalpha() for char in folded):
        digits = "".join(char for char in folded if char.isdecimal())
        return digits or folded
    return " ".join(folded.split())


def operators(policy: Policy, hash_key: bytes | None = None) -> Mapping[Action, Operator]:
    """The operators of a policy.

    Args:
        policy: in force.
        hash_key: of `hash`; a policy that hashes must not be used without one (see `engine.build`).
    """
    return {
        Action.REDACT: redact,
        Action.BLOCK: redact,  # of a text that is shown nowhere
        Action.MASK: masker(policy),
        Action.HASH: hasher(hash_key) if hash_key else redact,
        # Where there are no keys, as in batch commands, nothing can be turned back, and nothing passes for that.
        Action.TOKENIZE: redact,
        Action.RESTORE: keep,
        Action.KEEP: keep,
    }


def _whole(finding: Finding) -> bool:
    """Whether the text of a finding is all of the value."""
    return finding.tail is None
