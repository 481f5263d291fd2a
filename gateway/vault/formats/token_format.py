"""What a token format is, and the laws that all of them keep.

1. Deterministic: a token depends on the canonical value and the keys (tenant, version, scope), on nothing else: no
   neighbour, no order, no clock.
2. Two values with one canonical form have one token. Two values may share a token only where `reversal` is `LEDGER`;
   the ledger sees that and gives both the long opaque form.
3. `token` is never equal to the value: where it would be, it is `None`.
4. `None` means that this format has no token for this value: take the opaque one.
5. `canonical`, `token` and `value` read and write canonical forms; `surface` writes a token with the separators of a
   value. They take no longer than the text is long.
"""

from __future__ import annotations

from enum import Enum
from typing import Protocol

from gateway.vault.keys import TokenKeys


class Reversal(Enum):
    """How a value is found again from its token."""

    CIPHER = "cipher"
    """By key: every token decrypts. There is no integrity: a number that is no token decrypts to something, too."""

    LEDGER = "ledger"
    """By look-up only: the token is a keyed hash."""


class TokenFormat(Protocol):
    """One format.

    Attributes:
        name: what a policy calls it.
        entities: the entities whose values it fits.
        chosen: used only where the policy names it; else it is the default of its entities.
        reversal: by cipher or by look-up.
        shape: a regular expression (`re`, full match) of its tokens if the shape alone tells a token of ours from
            values of the world; `None` where only the ledger can.
    """

    @property
    def name(self) -> str: ...
    @property
    def entities(self) -> frozenset[str]: ...
    @property
    def chosen(self) -> bool: ...
    @property
    def reversal(self) -> Reversal: ...
    @property
    def shape(self) -> str | None: ...

    def canonical(self, value: str) -> str:
        """What two spellings of one value have in common. Values that do not fit the format stay as they are."""
        ...

    def token(self, value: str, keys: TokenKeys) -> str | None:
        """The token of a value in any spelling, in canonical form."""
        ...

    def value(self, token: str, keys: TokenKeys) -> str | None:
        """The canonical value of a token, by cipher; `None` where only the ledger knows, or where no token is read."""
        ...

    def surface(self, token: str, like: str) -> str:
        """`token` written as `like`, a value, is written."""
        ...
