"""Everything that has no format of its own, and every value whose own token is taken: a word that says what it stands
for.

    Jane Doe  ->  KC_PERSON_7F3K2Q9B          long form: KC_PERSON_7F3K2Q9BX4M0T8WD

An identifier in nearly every language: it survives JSON, SQL, code and Markdown, and is not split by a search. The
short form is 40 bits of keyed hash: of n values of one entity and scope two share a token with probability n^2 / 2.2e12
(1.1e-5 for 5,000). The long form is 80 bits of another hash: n^2 / 2.4e24. The ledger gives the long form to every
value of a collision, so that a token does not depend on which value came first.

Names are compared by their NFC form, with case: "Will" and "will" are two. Numbers written with spaces or hyphens are
compared by their digits, except where the separators carry meaning (dates, addresses of the net, coordinates).
"""

from __future__ import annotations

import re
import unicodedata

from gateway.vault.formats.base32 import base32
from gateway.vault.formats.writing import alphanumerics
from gateway.vault.keys import TokenKeys

PREFIX = "KC"
SHORT, LONG = 8, 16
SHAPE = r"(?i:KC_[A-Z0-9_]{1,64}_[0-9A-HJKMNP-TV-Z]{8}(?:[0-9A-HJKMNP-TV-Z]{8})?)"
"""Full form of an opaque token, in any case. Spellings with separators added or lost are the matcher's to know."""

_EXACT = frozenset(
    {"DATE_TIME", "CARD_EXPIRY", "AGE_OVER_89", "GEO_COORDINATE", "IP_ADDRESS", "MAC_ADDRESS", "URL", "STREET_ADDRESS"}
)
_NUMBER = re.compile(r"\d(?:[ \u00a0\u2010-\u2013-]{0,3}\d){6,}")


def canonical(entity: str, value: str) -> str:
    """What two spellings of one value have in common."""
    text = unicodedata.normalize("NFC", value)
    if entity not in _EXACT and _NUMBER.fullmatch(text):
        return alphanumerics(text)
    return text


def opaque(entity: str, value: str, keys: TokenKeys, *, long: bool = False) -> str:
    """The token of a value in any spelling: `KC_<ENTITY>_<8>`, or `KC_<ENTITY>_<16>`."""
    label, known = label_of(entity), canonical(entity, value)
    if long:
        return f"{PREFIX}_{label}_{base32(keys.long_hash('opaque', entity, known), LONG)}"
    return f"{PREFIX}_{label}_{base32(keys.below(1 << 40, 'opaque', entity, known), SHORT)}"


def label_of(entity: str) -> str:
    """The entity's name as it stands in a token: upper case, ASCII, at most 64 characters; `VALUE` if nothing is
    left."""
    name = re.sub(r"[^A-Z0-9]+", "_", entity.upper()).strip("_")[:64].strip("_")
    return name or "VALUE"
