"""Recorded findings in words: why something was masked, what another policy would have done. Never a value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gateway.audit.chain import Row
from gateway.audit.event import Kind
from policies.actions import ACTIONS
from policies.policy import Policy

SURE, LIKELY = 0.85, 0.6
_TEXTS = ("recognizer", "action", "direction", "channel", "rule", "clause")
_IN_SENTENCES = ("code", "families", "reason", "score", "left_out")
_DONE = {
    "allow": "passed on as it was, by an exception of the policy",
    "warn": "passed on as it was, and reported",
    "keep": "left as it was: it is one of the gateway's own tokens",
    "restore": "turned back into the caller's own value",
    "mask": "masked: its letters and digits became stars, but for a few",
    "tokenize": "replaced by a token, which turns back into the value in the answer to whoever sent it",
    "hash": "replaced by a keyed hash",
    "redact": "replaced by the name of its kind",
    "block": "the reason why the text was not passed on",
}
_OTHERS = {
    Kind.BLOCK.value: "The request was refused ({code}).",
    Kind.KILL.value: "The answer was stopped because it began to repeat the canary ({code}).",
    Kind.FIREWALL.value: "The firewall took a text for an attack ({families}{reason}), score {score}.",
    Kind.STREAM.value: "{left_out} more findings of this request were counted and not listed.",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """One recorded finding.

    Args:
        entity, what: its name and what that is.
        recognizer, score: what found it, and how sure it was, from 0 to 1.
        action, enforced: what was done, or (not enforced) would have been.
        direction, channel, start, end: where it stood, in code points of that text.
        rule, clause: the line of the policy that says so, and the law or standard that the line cites.
        sentence: all of it for a reader who is no engineer.
    """

    entity: str
    what: str
    recognizer: str
    score: float
    action: str
    enforced: bool
    direction: str
    channel: str
    start: int
    end: int
    rule: str
    clause: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What is on record of one request: fields of the request itself, findings in their order, and sentences about
    whatever else happened."""

    request_id: str
    at_us: int
    about: Mapping[str, str]
    findings: tuple[Explained, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What becomes of some recorded findings of one kind under two policies."""

    entity: str
    direction: str
    before: str
    after: str
    count: int
    widens: bool


def explain(rows: Iterable[Row], summaries: Mapping[str, str]) -> Explanation | None:
    """What the rows of one request say.

    Args:
        rows: of one request, in their order.
        summaries: from entity to what it is, in words.

    Returns:
        None where there are no rows.
    """
    about: dict[str, str] = {}
    findings: list[Explained] = []
    others: list[str] = []
    first: Row | None = None
    for row in rows:
        first = first or row
        body = json.loads(row.body)
        if row.kind in (Kind.REDACTION.value, Kind.RESTORE.value):
            findings.append(_explained(body, summaries))
        elif row.kind == Kind.REQUEST.value:
            about = {name: str(value) for name, value in body.items() if value != ""}
        else:
            others.append(_other(row.kind, body))
    if first is None:
        return None
    return Explanation(first.request_id, first.at_us, about, tuple(findings), tuple(others))


def _explained(body: Mapping[str, object], summaries: Mapping[str, str]) -> Explained:
    entity, score = str(body["entity"]), float(str(body["confidence"]))
    told = {name: str(body.get(name, "")) for name in _TEXTS}
    start, end, enforced = int(str(body["start"])), int(str(body["end"])), bool(body.get("enforced", True))
    what = summaries.get(entity, entity.replace("_", " ").lower())
    place = "your request" if told["direction"] == "request" else "the model's answer"
    sure = "sure" if score >= SURE else "fairly sure" if score >= LIKELY else "not very sure"
    done = _DONE.get(told["action"], told["action"])
    words = [
        f"In {place} ({told['channel']}, characters {start + 1} to {end}) something looked like: {what} ({entity}).",
        f"It was {done}." if enforced else f"It passed: the policy only watches here. Otherwise it would be {done}.",
        f"The recognizer {told['recognizer']} was {sure} ({score:.0%}).",
    ]
    words += [f"The policy says so at {told['rule']}."] if told["rule"] else []
    words += [f"The reason given there: {told['clause']}."] if told["clause"] else []
    return Explained(
        entity=entity,
        what=what,
        score=score,
        enforced=enforced,
        start=start,
        end=end,
        sentence=" ".join(words),
        **told,
    )


def _other(kind: str, body: Mapping[str, object]) -> str:
    known = dict.fromkeys(_IN_SENTENCES, "") | {name: str(value) for name, value in body.items()}
    shown = ", ".join(f"{name} {value}" for name, value in body.items())
    return _OTHERS[kind].format(**known) if kind in _OTHERS else f"{kind.replace('_', ' ')}: {shown}"


def replay(rows: Iterable[Row], before: Policy, after: Policy) -> list[Replayed]:
    """What becomes of recorded findings under two policies, most findings first; those that fare the same are among
    them. What no policy acted on is on no record, so it cannot be replayed."""
    counted: Counter[tuple[str, str, str, str, bool]] = Counter()
    for row in rows:
        if row.kind != Kind.REDACTION.value:
            continue
        body = json.loads(row.body)
        entity, direction, score = str(body["entity"]), str(body["direction"]), float(body["confidence"])
        if body["action"] == "keep":
            continue
        old, new = (_decided(policy, entity, direction, score) for policy in (before, after))
        counted[entity, direction, old[0], new[0], new[1] < old[1]] += 1
    found = [Replayed(*key[:4], count, key[4]) for key, count in counted.items()]
    return sorted(found, key=lambda one: (one.before == one.after, not one.widens, -one.count, one.entity))


def _decided(policy: Policy, entity: str, direction: str, score: float) -> tuple[str, int]:
    """What a policy does with a finding, in words, and how much that protects."""
    decision = policy.decision(entity, direction, score)
    word = decision.action
    if decision.enforced:
        return word, ACTIONS[word].strength
    return f"{word} ({policy.mode_of(entity, direction)})", min(ACTIONS[word].strength, ACTIONS["warn"].strength)
