"""`holdback recognizers`: what can be found, and why something was. Prints the text that it is given."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table

from gateway.audit.chain import Row
from gateway.findings import replay
from gateway.inspection.engine import Engine, entities_of
from gateway.services import build_engine
from gateway.stream.holdback import redact
from policies.comparison import changes
from policies.evidence import evidence, limits, settings
from policies.loader import is_path, preset_text
from policies.report import rows
from recognizers.catalogue import catalogue
from recognizers.fingerprint import fingerprint
from recognizers.ner.entities import MODEL_ENTITIES
from recognizers.recognizer import Recognizer

EXAMPLE_KEY = bytes(32)
"""Hashes that are shown here are examples, not what the gateway writes."""


def list_recognizers() -> None:
    """A table of all built-in recognizers."""
    table = Table("entity", "what", "source")
    for entity, recognizer in sorted(catalogue().items()):
        table.add_row(entity, recognizer.summary, recognizer.source)
    Console().print(table)


def explain(policy: str, text: str) -> None:
    """What in a text matches.

    Args:
        policy: preset name or path.
        text: anything.

    Raises:
        ConfigurationError: the policy cannot be used.
    """
    engine = build_engine(policy, hash_key=EXAMPLE_KEY)
    table = Table("text", "entity", "pattern", "score", "checked", "request", "response")
    for span in sorted(engine.pipeline.find_all(text), key=lambda span: (span.start, span.end)):
        decided = (engine.policy.decide(span.entity, way, span.score) for way in ("request", "response"))
        checked = "yes" if span.validated else ""
        shown = text[span.start : span.end]
        table.add_row(shown, span.entity, span.recognizer.partition("/")[2], f"{span.score:.2f}", checked, *decided)
    console = Console()
    console.print(table)
    console.print(redact(engine.request, text).text, markup=False, highlight=False)


def found_by(engine: Engine) -> dict[str, str]:
    """What finds each entity, in words."""
    return dict.fromkeys(MODEL_ENTITIES, "model (tier 3)") | {
        one.entity: forms(one) + ("; model (tier 3)" if one.entity in MODEL_ENTITIES else "")
        for one in engine.pipeline.recognizers
    }


def forms(recognizer: Recognizer) -> str:
    """What finds an entity, in words: how many forms, which checks, whether a word must stand before it."""
    patterns = recognizer.patterns
    said = [f"{len(patterns)} form{'s' if len(patterns) > 1 else ''}"]
    checks = sorted({pattern.checksum for pattern in patterns if pattern.checksum})
    said += [f"checked by {', '.join(checks)}"] if checks else []
    needing = sum(pattern.needs_context for pattern in patterns)
    if needing:
        said.append("in context only" if needing == len(patterns) else f"{needing} in context only")
    return "; ".join(said)


def coverage(source: str) -> None:
    """The coverage table of a policy, and what it does not do.

    Args:
        source: preset name or path.

    Raises:
        ConfigurationError: the policy cannot be used.
    """
    engine = build_engine(source, hash_key=EXAMPLE_KEY)
    policy, shipped = engine.policy, evidence()
    text = "" if is_path(source) else preset_text(source)
    console = Console(width=None if Console().is_terminal else 200)
    console.print(f"{policy.name}: {policy.description}", markup=False, highlight=False)
    for key, value, clause in settings(text):
        console.print(f"  {key}: {value}  ({clause})", markup=False, highlight=False)
    table = Table("identifier", "clause", "recognizers", "action", "found", "false alarms")
    for row in rows(policy, text, shipped, found_by(engine)):
        table.add_row(row.entity, row.clause, row.recognizers, row.action, row.recall, row.false_alarms)
    console.print(table)
    if policy.name in shipped.presets:
        console.print(f"Measured on {shipped.date} with catalogue {shipped.catalogue}.", highlight=False)
        if shipped.catalogue != fingerprint():
            console.print(f"This catalogue is {fingerprint()}: the figures are of another one.", highlight=False)
    for limit in limits(text):
        console.print(f"Not: {limit}", markup=False, highlight=False)


def compare(before: str, after: str) -> bool:
    """Print what differs between two policies; whether more passes under the second.

    Args:
        before, after: preset names or paths.

    Raises:
        ConfigurationError: one of them cannot be used.
    """
    old, new = (build_engine(source, hash_key=EXAMPLE_KEY) for source in (before, after))
    found = changes(old.policy, new.policy, [*entities_of(old.policy), *entities_of(new.policy)])
    table = Table("what", old.policy.name, new.policy.name, "")
    for change in found:
        table.add_row(change.what, change.before, change.after, "lets more pass" if change.widens else "")
    Console(width=None if Console().is_terminal else 160).print(table if found else "no difference")
    return any(change.widens for change in found)


def replayed(record: Iterable[Row], before: str, after: str) -> bool:
    """Print what becomes of recorded findings under two policies; whether more passes under the second.

    Args:
        record: rows of findings.
        before, after: preset names or paths.

    Raises:
        ConfigurationError: one of them cannot be used.
    """
    old, new = (build_engine(source, hash_key=EXAMPLE_KEY).policy for source in (before, after))
    found = replay(record, old, new)
    table = Table("entity", "direction", "findings", old.name, new.name, "")
    for one in found:
        mark = "lets more pass" if one.widens else "" if one.before == one.after else "changes"
        table.add_row(one.entity, one.direction, str(one.count), one.before, one.after, mark)
    console = Console(width=None if Console().is_terminal else 160)
    console.print(table if found else "no findings are on record")
    total, same = sum(one.count for one in found), sum(one.count for one in found if one.before == one.after)
    console.print(f"{total} findings, {total - same} would fare differently.", highlight=False)
    return any(one.widens for one in found)
