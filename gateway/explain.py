"""`holdback recognizers`: what can be found, and why something was. Prints the text that it is given."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from gateway.services import build_engine
from gateway.stream.holdback import redact
from recognizers.catalogue import catalogue

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
