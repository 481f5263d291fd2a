"""`allow_terms`: literal exceptions, each with a reason and a last day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import yaml

from policies.key import FLAG, Key
from policies.nodes import Nodes
from policies.policy import AllowTerm, Policy

NAMES = ("term", "reason", "expires", "entities", "ignore_case")
TERM_CHARS_MAX = 90
TERMS_MAX = 500


def _read(nodes: Nodes, node: yaml.Node, policy: Policy) -> Policy:
    terms = {term.term: term for term in policy.allow_terms}
    for item in nodes.items(node):
        term = _term(nodes, item, policy)
        terms[term.term] = term
    if len(terms) > TERMS_MAX:
        raise nodes.error(node, f"more than {TERMS_MAX} terms")
    return replace(policy, allow_terms=tuple(terms.values()))


def _term(nodes: Nodes, node: yaml.Node, policy: Policy) -> AllowTerm:
    members = nodes.mapping(node, NAMES)
    for name in ("term", "reason", "expires"):
        if name not in members:
            raise nodes.error(node, f"an exception needs a `{name}`")
    term, reason = nodes.text(members["term"]), nodes.text(members["reason"]).strip()
    if not 1 <= len(term.strip()) == len(term) <= TERM_CHARS_MAX:
        raise nodes.error(members["term"], f"a term has 1 to {TERM_CHARS_MAX} characters, no space at its ends")
    if not reason:
        raise nodes.error(members["reason"], "say why, for who checks this policy")
    try:
        expires = date.fromisoformat(nodes.text(members["expires"]))
    except ValueError:
        raise nodes.error(members["expires"], "the last day is written like 2027-01-31") from None
    known = {*nodes.facts.entities, *(recognizer.entity for recognizer in policy.recognizers)}
    items = nodes.items(members["entities"]) if "entities" in members else []
    return AllowTerm(
        term,
        reason,
        expires,
        frozenset(nodes.word(item, tuple(sorted(known))) for item in items),
        ignore_case=nodes.flag(members["ignore_case"]) if "ignore_case" in members else False,
        place=nodes.place_of(node),
    )


KEY = Key(
    "allow_terms",
    "Literal exceptions: what is found wholly inside such a term, as it is written here, passes, and is reported. Each "
    "has a `reason` and a last day (`expires`, UTC); `entities` narrows it, `ignore_case` lets either case match.",
    {
        "type": "array",
        "maxItems": TERMS_MAX,
        "items": {
            "type": "object",
            "properties": {
                "term": {"type": "string", "minLength": 1, "maxLength": TERM_CHARS_MAX},
                "reason": {"type": "string", "minLength": 1},
                "expires": {"type": "string", "format": "date"},
                "entities": {"type": "array", "items": {"type": "string"}},
                "ignore_case": FLAG,
            },
            "required": ["term", "reason", "expires"],
            "additionalProperties": False,
        },
    },
    _read,
    rank=1,
)
