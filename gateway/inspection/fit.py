"""Which actions fit which entities: what a policy is checked against, and what operators fall back from."""

from __future__ import annotations

from functools import cache

from policies.actions import ACTIONS, HASH, MASK, TOKENIZE
from policies.nodes import Facts
from recognizers.catalogue import catalogue
from recognizers.ner.entities import MODEL_ENTITIES

AUTHENTICATION_DATA = frozenset({"CARD_CVV", "CARD_PIN", "CARD_TRACK_DATA"})
"""PCI DSS 3.3.1: may not be kept after authorization in any form, not even encrypted."""
KEEPING = frozenset({HASH, MASK, TOKENIZE})
"""Actions after which the value, or some of it, is kept in one form or another."""


@cache
def unfit(entity: str, action: str) -> str:
    """Why an action does not fit an entity; `""` when it does.

    Args:
        entity: any; about one that a policy brings nothing is known but that its patterns have no tails.
        action: a word of `policies.actions.ACTIONS`.
    """
    if entity in AUTHENTICATION_DATA and action in KEEPING:
        return "sensitive authentication data may not be kept in any form (PCI DSS 3.3.1); `redact` or `block` it"
    if not ACTIONS[action].needs_whole_value:
        return ""
    if action == MASK and entity.startswith("SECRET_"):
        return "no part of a secret may stay in sight; `redact` or `block` it"
    recognizer = catalogue().get(entity)
    if recognizer is not None and all(pattern.tail is not None for pattern in recognizer.patterns):
        return "only its head is ever held, never the whole value; `redact` or `block` it"
    return ""


def facts() -> Facts:
    """What policies are checked against: the catalogue, and what tier 3 finds."""
    return Facts(frozenset((*catalogue(), *MODEL_ENTITIES)), unfit)
