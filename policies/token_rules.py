"""What a policy says of tokens: how they are made, and when they turn back into values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

RESTORES = ("detokenize", "redact")
DETOKENIZE, LEAVE = RESTORES
SCOPES = ("conversation", "tenant")
CIPHERS = ("ff3-1", "ff1")
EVERY_TOOL = "*"
FORMATS = {
    "CREDIT_CARD": ("pan", "pan_marked"),
    "EMAIL_ADDRESS": ("email", "email_mapped"),
    "DATE_TIME": ("date_shift",),
}
"""Entities whose tokens have a form to choose (see `gateway.vault.formats`)."""


@dataclass(frozen=True, slots=True)
class ToolRules:
    """Which tools get values in their arguments: those in `allow` (`*`: all) that are not in `deny`."""

    allow: frozenset[str] = frozenset({EVERY_TOOL})
    deny: frozenset[str] = frozenset()

    def restores(self, name: str) -> bool:
        """Whether the tool of this name gets values."""
        return (EVERY_TOOL in self.allow or name in self.allow) and not {name, EVERY_TOOL} & self.deny


@dataclass(frozen=True, slots=True)
class TokenRules:
    """The part of a policy that is about tokens.

    Args:
        response: `detokenize`: own tokens in an answer turn back into values; `redact`: they stay tokens.
        scope: within what equal values have equal tokens: a word of `SCOPES`.
        cipher: of tokens that keep a format: a word of `CIPHERS`.
        formats: by entity, the name of a format in the place of its default (`CREDIT_CARD: pan_marked`).
        hint: tell the model, in a system message, to keep tokens as they are.
        restore_hosts: hosts in whose URLs values may stand; `*.example.com` stands for all below.
        restore_tools: which tools get values.
    """

    response: str = DETOKENIZE
    scope: str = "conversation"
    cipher: str = "ff3-1"
    formats: Mapping[str, str] = field(default_factory=dict)
    hint: bool = False
    restore_hosts: tuple[str, ...] = ()
    restore_tools: ToolRules = ToolRules()
