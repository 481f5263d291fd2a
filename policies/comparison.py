"""What differs between two policies, and which differences let more pass."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from policies.actions import ACTIONS
from policies.policy import ATTACHMENTS, DIRECTIONS, ENFORCE, SIGNED_PASS, SPELLINGS, Policy, Rule

_ATTACHMENT_STRENGTH = {"allow": 0, "strip": 1, "block": 2}
_SCALARS = ("threshold", "holdback_chars", "release", "attachments", "signed_thinking", "retention_days")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: of what, from what to what, and whether more passes after it than before."""

    what: str
    before: str
    after: str
    widens: bool = False


def changes(before: Policy, after: Policy, entities: Iterable[str]) -> list[Change]:
    """Every difference of two policies.

    Args:
        before, after: compared.
        entities: the catalogue's; those of the policies' own recognizers are added.
    """
    return [*_settings(before, after), *_lists(before, after), *_rules(before, after, entities)]


def _settings(before: Policy, after: Policy) -> list[Change]:
    found = []
    for name in _SCALARS:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            widens = (
                (name == "threshold" and new > old)
                or (name == "attachments" and _ATTACHMENT_STRENGTH[new] < _ATTACHMENT_STRENGTH[old])
                or (name == "signed_thinking" and new == SIGNED_PASS)
            )
            found.append(Change(name, str(old), str(new), widens))
    for spelling in SPELLINGS:
        old, new = spelling not in before.unread_spellings, spelling not in after.unread_spellings
        if old != new:
            found.append(Change(f"hidden_spellings.{spelling}", _flag(old), _flag(new), old))
    if before.regions != after.regions:
        widens = bool(before.regions) and not (after.regions and after.regions <= before.regions)
        found.append(Change("regions", _list(before.regions), _list(after.regions), widens))
    names = (name for name in sorted({*before.more, *after.more}) if before.more.get(name) != after.more.get(name))
    return found + [Change(name, str(before.more.get(name)), str(after.more.get(name))) for name in names]


def _lists(before: Policy, after: Policy) -> list[Change]:
    old, new = ({one.name: one for one in policy.recognizers} for policy in (before, after))
    found = [Change(f"recognizer {name}", "there", "gone", widens=True) for name in old if name not in new]
    found += [Change(f"recognizer {name}", "", "new") for name in new if name not in old]
    found += [
        Change(f"recognizer {name}", "", "other patterns", widens=True)
        for name in old
        if name in new and _essence(old[name]) != _essence(new[name])
    ]
    terms = {term.term for term in before.allow_terms}
    found += [
        Change(f"allow_terms {term.term!r}", "", f"until {term.expires}", widens=True)
        for term in after.allow_terms
        if term.term not in terms
    ]
    kept = {term.term for term in after.allow_terms}
    found += [Change(f"allow_terms {term!r}", "there", "gone") for term in sorted(terms - kept)]
    return found


def _essence(recognizer: object) -> object:
    """A recognizer without where it stands."""
    return {name: value for name, value in _fields(recognizer) if name != "place"}


def _fields(value: object) -> list[tuple[str, object]]:
    return [(name, getattr(value, name)) for name in value.__slots__]  # type: ignore[attr-defined]


def _rules(before: Policy, after: Policy, entities: Iterable[str]) -> list[Change]:
    own = {one.entity for policy in (before, after) for one in policy.recognizers}
    found = []
    for entity in ["*", *sorted({*entities, *own})]:
        for way in DIRECTIONS:
            old, new = (_in_words(policy, entity, way) for policy in (before, after))
            if old != new:
                widens = _strength(after, entity, way) < _strength(before, entity, way)
                found.append(Change(f"{entity} {way}", old, new, widens))
        old_score, new_score = before.threshold_of(entity), after.threshold_of(entity)
        shifted = (old_score, new_score) != (before.threshold, after.threshold)
        if old_score != new_score and shifted:
            found.append(Change(f"{entity} threshold", f"{old_score:g}", f"{new_score:g}", new_score > old_score))
        found += _details(entity, before.rule(entity), after.rule(entity))
    named = {change.what for change in found if change.what.startswith("*")}
    return [change for change in found if not _repeats(change, named, before, after, found)]


def _repeats(change: Change, named: set[str], before: Policy, after: Policy, found: list[Change]) -> bool:
    """Whether a change is only that of `*`, for an entity that neither policy names."""
    entity, _, what = change.what.partition(" ")
    if entity == "*" or entity in before.rules or entity in after.rules or f"* {what}" not in named:
        return False
    general = next(one for one in found if one.what == f"* {what}")
    return (general.before, general.after) == (change.before, change.after)


def _details(entity: str, old: Rule, new: Rule) -> list[Change]:
    found = []
    if old.mask != new.mask:
        widens = new.mask.keep_first + new.mask.keep_last > old.mask.keep_first + old.mask.keep_last
        found.append(Change(f"{entity} mask", _kept(old), _kept(new), widens))
    if old.context.required != new.context.required:
        required = new.context.required
        found.append(Change(f"{entity} context", _flag(not required), f"{_flag(required)} (required)", required))
    return found


def _kept(rule: Rule) -> str:
    return f"first {rule.mask.keep_first}, last {rule.mask.keep_last}"


def _in_words(policy: Policy, entity: str, way: str) -> str:
    mode = policy.mode_of(entity, way)
    action = policy.rule(entity).action(way)
    return action if mode == ENFORCE else f"{action} ({mode})"


def _strength(policy: Policy, entity: str, way: str) -> int:
    """How much an entity is protected in a direction: what is only monitored passes, and is reported."""
    action = ACTIONS[policy.rule(entity).action(way)]
    warn = ACTIONS["warn"].strength
    return action.strength if policy.mode_of(entity, way) == ENFORCE else min(action.strength, warn)


def _flag(value: bool) -> str:
    return "on" if value else "off"


def _list(values: Iterable[str]) -> str:
    return ", ".join(sorted(values)) or "any"


assert set(_ATTACHMENT_STRENGTH) >= set(ATTACHMENTS)  # noqa: S101 - a new word needs its strength here
