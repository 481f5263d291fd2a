"""Writes `docs/reference/` from the code: `make docs`. A test compares, so that the pages cannot go stale."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import NoneType
from typing import get_args

from pydantic import BaseModel, SecretStr

from deploy.supply import licences
from gateway.auth.roles import ACTIONS, Role
from gateway.errors import ConfigurationError, all_errors
from gateway.explain import found_by
from gateway.observe.catalogue import exposed
from gateway.observe.metrics import Metrics
from gateway.server.admin.catalogue import admin_routes
from gateway.services import build_engine
from gateway.settings import Settings
from policies.catalogue import keys
from policies.evidence import evidence
from policies.loader import preset_text
from policies.report import page
from policies.schema import schema
from recognizers.catalogue import catalogue
from recognizers.ner.entities import SUMMARIES
from recognizers.patterns import compile_pattern
from recognizers.recognizer import HOLDBACK_CHARS, Recognizer

sys.path.insert(0, str(Path(__file__).parent))  # this folder is no package
kinds = importlib.import_module("kinds")

FOLDER = Path(__file__).parent / "reference"
NOTE = "<!-- Made by docs/generate.py: change the code, then run `make docs`. -->\n\n"


def cell(text: str) -> str:
    """Text that cannot break out of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


def errors() -> str:
    """The error taxonomy."""
    rows = ["# Errors", ""]
    rows += ['Before the headers of an answer: JSON, `{"error": {"message", "type", "code", "param"}}`.', ""]
    rows += ["After them: an event with the same body; the stream then ends without `[DONE]`.", ""]
    rows += ["No message ever holds text of a request or an answer.", ""]
    rows += ["| code | status | a retry can help | message |", "|---|---|---|---|"]
    for error in all_errors():
        if error is not ConfigurationError:
            rows.append(f"| `{error.code}` | {error.status} | {'yes' if error.retryable else 'no'} | {error.public} |")
    rows += ["", "A configuration that cannot be used stops the start with one line and exit code 78."]
    return NOTE + "\n".join(rows) + "\n"


def settings() -> str:
    """Everything that can be set in a configuration file."""
    rows = ["# Settings", "", "For `holdback serve --config FILE`. Secrets are named here, never written.", ""]
    rows += ["| setting | default | meaning |", "|---|---|---|"]
    rows += _fields(Settings, "")
    return NOTE + "\n".join(rows) + "\n"


def _fields(model: type[BaseModel], prefix: str) -> list[str]:
    rows = []
    for name, info in model.model_fields.items():
        inner = next((t for t in (info.annotation, *get_args(info.annotation)) if _is_model(t)), None)
        if inner is not None:
            rows += _fields(inner, f"{prefix}{name}.")
        elif SecretStr not in (info.annotation, *get_args(info.annotation)):
            default = "required" if info.is_required() else f"`{info.default}`" if info.default != "" else ""
            rows.append(f"| `{prefix}{name}` | {default} | {cell(info.description or '')} |")
    return rows


def _is_model(annotation: object) -> bool:
    return isinstance(annotation, type) and annotation is not NoneType and issubclass(annotation, BaseModel)


def metrics() -> str:
    """What `/metrics` has."""
    rows = [
        "# Metrics",
        "",
        "At `/metrics`, in Prometheus' text format. Labels never hold values. What a histogram is called",
    ]
    rows[-1] += (
        " here, has `_bucket`, `_sum` and `_count` behind it there. [How to use them](../operations/observe.md)."
    )
    rows += ["", "| metric | kind | labels | meaning |", "|---|---|---|---|"]
    for one in exposed(Metrics().registry):
        rows.append(f"| `{one.name}` | {one.kind} | {', '.join(one.labels)} | {cell(one.meaning)} |")
    return NOTE + "\n".join(rows) + "\n"


def roles() -> str:
    """Who may do what in the control plane."""
    rows = ["# Roles", "", "Who may do what in a tenant's control plane. An action that is not here is nobody's.", ""]
    rows += [
        "| action | what | owner | admin | developer | viewer | step-up | routes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for action in ACTIONS.values():
        marks = " | ".join("yes" if role in action.roles else "" for role in Role)
        step_up = f"{action.step_up_seconds // 60} minutes" if action.step_up_seconds else ""
        routes = ", ".join(f"`{r.method} {r.path}`" for r in admin_routes() if r.action == action.name)
        rows.append(f"| `{action.name}` | {cell(action.summary)} | {marks} | {step_up} | {routes} |")
    return NOTE + "\n".join(rows) + "\n"


def entities() -> str:
    """The catalogue."""
    known = catalogue()
    rows = ["# Entities", "", f"{len(known)} entities. In the examples, what stands between « and » is found.", ""]
    rows += ["| entity | what | longest | checked by | example | source |", "|---|---|---|---|---|---|"]
    rows += [_entity(recognizer) for _, recognizer in sorted(known.items())]
    rows += kinds.section()
    rows += ["", "## Found by a model", "", "Tier 3 (see [names](../names.md)); a policy says in which directions.", ""]
    rows += ["| entity | what |", "|---|---|", *(f"| `{name}` | {what} |" for name, what in SUMMARIES.items())]
    return NOTE + "\n".join(rows) + "\n"


def _entity(recognizer: Recognizer) -> str:
    compiled = [compile_pattern(recognizer, p, i, HOLDBACK_CHARS) for i, p in enumerate(recognizer.patterns)]
    longest = str(max(c.shape.longest for c in compiled))
    if any(p.tail for p in recognizer.patterns):
        longest += " and a tail"
    checks = sorted({f"`{p.checksum}`" for p in recognizer.patterns if p.checksum})
    context = ["context words"] if any(p.needs_context for p in recognizer.patterns) else []
    cells = (
        f"`{recognizer.entity}`",
        cell(recognizer.summary),
        longest,
        ", ".join([*checks, *context]),
        cell(recognizer.examples[0]) if recognizer.examples else "",
        cell(recognizer.source),
    )
    return "| " + " | ".join(cells) + " |"


def compliance(name: str) -> Callable[[], str]:
    """What a preset covers and what it does not."""

    def made() -> str:
        engine = build_engine(name)
        return NOTE + page(engine.policy, preset_text(name), evidence(), found_by(engine))

    return made


def policy_keys() -> str:
    """The keys of the policy language."""
    rows = ["# Keys of a policy", "", "[How to write one](../policies.md).", "", "| key | meaning |", "|---|---|"]
    rows.append("| `extends` | A preset, or the path of a policy file; what you write here wins. |")
    rows += [f"| `{name}` | {cell(key.summary)} |" for name, key in keys().items()]
    rows += ["", "An entity's rule has `request` and `response` (or one word for both), and any of these:", ""]
    rows += ["| property | meaning |", "|---|---|"]
    rows += [f"| `{name}` | {meaning} |" for name, meaning in PROPERTIES.items()]
    return NOTE + "\n".join(rows) + "\n"


PROPERTIES = {
    "threshold": "Least score that counts for this entity, from 0 to 1.",
    "mode": "`enforce` or `monitor`, for both directions or for each.",
    "mask": "Of the action `mask`: `keep_first` (0 to 6), `keep_last` (0 to 4), `character` (`*`, `#`, `X`, `x`).",
    "context": "`words` that are added to the entity's own; `required: on`: nothing is found without one.",
}


def policy_schema() -> str:
    """The JSON Schema of policy files."""
    return json.dumps(schema(catalogue()), indent=1) + "\n"


PAGES = {
    "errors.md": errors,
    "settings.md": settings,
    "metrics.md": metrics,
    "entities.md": entities,
    "roles.md": roles,
    "licences.md": licences.page,
    "policy.md": policy_keys,
    "policy.schema.json": policy_schema,
    **{f"../compliance/{name}.md": compliance(name) for name in evidence().presets},
}


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(exist_ok=True)
    (FOLDER.parent / "compliance").mkdir(exist_ok=True)
    for name, made in PAGES.items():
        (FOLDER / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main()
