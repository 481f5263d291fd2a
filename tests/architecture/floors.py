"""The house: which room stands on which floor, what it may import, and which rooms are pure.

Imports only run down. A pure room decides and never awaits; a room that does I/O never decides. A new room needs a row
here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import PACKAGES, Module, modules

# Every room of gateway may read its version.
GROUND = frozenset({"gateway"})
FLOOR_1 = GROUND | {
    "gateway.audit",
    "gateway.spend",
    "recognizers",
    "policies",
    "gateway.errors",
    "gateway.verdict",
    "gateway.observe",
    "gateway.background",
}
FLOOR_2 = {
    "gateway.alerts",
    "gateway.egress",
    "gateway.providers",
    "gateway.settings",
    "gateway.vault",
    "gateway.auth",
    "gateway.firewall",
    "gateway.wire",
    "gateway.stores",
}
FLOOR_3 = {
    "gateway.access_review",
    "gateway.audit.uses",
    "gateway.findings",
    "gateway.access",
    "gateway.tenant_keys",
    "gateway.admission",
    "gateway.control",
    "gateway.erasure",
    "gateway.ledgers",
    "gateway.open_requests",
    "gateway.vaults",
    "gateway.pool",
    "gateway.kms",
    "gateway.stream",
    "gateway.inspection",
    "gateway.models",
    "gateway.metering",
    "gateway.token_keys",
    "gateway.audit.log",
    "gateway.audit.keeper",
    "gateway.audit.anchors",
    "gateway.audit.opened",
    "gateway.guardrail",
    "gateway.alerts.delivery",
    "gateway.alerts.receivers",
    "gateway.alerts.station",
    "gateway.alerts.opened",
}
FLOOR_4 = {"gateway.demo", "gateway.reload", "gateway.readings", "gateway.services"}
FLOOR_5 = {"gateway.server"}
FLOOR_6 = {
    "gateway.agent",
    "gateway.client",
    "gateway.connect",
    "gateway.importers",
    "gateway.verify",
    "gateway.dev",
    "gateway.batch",
    "gateway.explain",
    "gateway.record",
    "gateway.backup",
    "gateway.sidecar",
}

# From room to the rooms that it may import, besides itself.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "gateway": frozenset(),
    "recognizers": frozenset(),
    "policies": frozenset(),
    "gateway.errors": GROUND,
    "gateway.background": frozenset(),
    "gateway.verdict": GROUND | {"gateway.errors"},
    "gateway.observe": GROUND | {"gateway.errors", "gateway.verdict"},
    # Checks a record offline: knows nothing of where it is kept. What writes and signs it stands higher.
    "gateway.audit": GROUND | {"gateway.errors"},
    # Arithmetic of money and rates: settings make its rules, stores decide by its values.
    "gateway.spend": GROUND | {"gateway.errors"},
    "gateway.audit.log": FLOOR_1 | FLOOR_2,
    "gateway.audit.uses": FLOOR_1 | FLOOR_2,
    # Who holds what: read by the control plane and by a command.
    "gateway.access_review": FLOOR_1 | FLOOR_2 | {"gateway.audit.uses"},
    "gateway.audit.opened": FLOOR_1
    | FLOOR_2
    | {"gateway.audit.uses", "gateway.audit.log", "gateway.audit.keeper", "gateway.audit.anchors"},
    "gateway.audit.keeper": FLOOR_1 | FLOOR_2 | {"gateway.audit.log", "gateway.audit.anchors"},
    "gateway.audit.anchors": FLOOR_1 | FLOOR_2,
    **dict.fromkeys(FLOOR_2, FLOOR_1),
    # A library of its own: it could serve another program.
    "gateway.kms": GROUND | {"gateway.errors"},
    # Knows nothing of what personal data is, of policies or of keys.
    "gateway.stream": GROUND | {"gateway.errors", "gateway.verdict", "gateway.wire"},
    # Where providers are asked: connections, kept apart from what a request says.
    "gateway.pool": FLOOR_1 | FLOOR_2,
    "gateway.guardrail": FLOOR_1 | FLOOR_2 | {"gateway.inspection"},
    "gateway.tenant_keys": FLOOR_1 | FLOOR_2 | {"gateway.kms", "gateway.token_keys"},
    "gateway.erasure": FLOOR_1
    | FLOOR_2
    | {"gateway.audit.log", "gateway.ledgers", "gateway.vaults", "gateway.control", "gateway.tenant_keys"},
    "gateway.vaults": FLOOR_1 | FLOOR_2 | {"gateway.tenant_keys", "gateway.ledgers"},
    # Where requests pass rates and budgets, and what they cost is kept.
    "gateway.metering": FLOOR_1 | FLOOR_2 | {"gateway.audit.opened"},
    "gateway.ledgers": FLOOR_1 | FLOOR_2 | {"gateway.tenant_keys", "gateway.token_keys"},
    "gateway.control": FLOOR_1 | FLOOR_2 | {"gateway.tenant_keys", "gateway.token_keys"},
    "gateway.open_requests": FLOOR_1 | FLOOR_2 | {"gateway.tenant_keys", "gateway.token_keys"},
    "gateway.access": FLOOR_1 | FLOOR_2 | {"gateway.control", "gateway.open_requests", "gateway.tenant_keys"},
    "gateway.alerts.delivery": FLOOR_1 | FLOOR_2,
    "gateway.alerts.receivers": FLOOR_1 | FLOOR_2,
    "gateway.alerts.station": FLOOR_1 | FLOOR_2 | {"gateway.alerts.delivery", "gateway.alerts.receivers"},
    "gateway.alerts.opened": FLOOR_1 | FLOOR_2 | FLOOR_3,
    "gateway.inspection": FLOOR_1 | FLOOR_2 | {"gateway.stream"},
    # Words about recorded findings: knows records and policies, and nothing of requests.
    "gateway.findings": GROUND | {"gateway.audit", "policies"},
    "gateway.token_keys": GROUND | {"gateway.errors", "gateway.vault"},
    # Where tier 3 runs. It sees segments, and neither policies nor keys.
    "gateway.models": GROUND
    | {"gateway.errors", "gateway.observe", "gateway.settings", "gateway.egress", "recognizers"},
    # For the batch jobs of others: the tokens without the gateway.
    "gateway.presidio": GROUND | {"gateway.errors", "gateway.vault"},
    # Plays the model provider, so it shares no more with the gateway than a provider does.
    "gateway.demo": GROUND | {"gateway.errors", "gateway.wire"},
    "gateway.reload": FLOOR_1 | FLOOR_2 | FLOOR_3,
    "gateway.readings": FLOOR_1 | FLOOR_2 | FLOOR_3 | {"gateway.reload"},
    "gateway.services": FLOOR_1 | FLOOR_2 | FLOOR_3 | {"gateway.reload", "gateway.readings"},
    "gateway.admission": GROUND | {"gateway.errors", "gateway.observe"},
    "gateway.server": FLOOR_1 | FLOOR_2 | FLOOR_3 | FLOOR_4,
    # Plays the client and the provider of a running gateway: what it proves, it must not share.
    "gateway.verify": GROUND | {"gateway.errors", "gateway.wire", "gateway.demo", "recognizers"},
    "gateway.dev": FLOOR_1 | FLOOR_2 | FLOOR_3 | FLOOR_4 | FLOOR_5,
    # For programs that call a gateway: what it proves, it must not share.
    "gateway.client": GROUND | {"gateway.errors", "gateway.auth"},
    "gateway.agent": GROUND | {"gateway.errors", "gateway.auth", "gateway.wire", "gateway.observe", "gateway.client"},
    # Words for the configs of tools: data, and what fills it in.
    "gateway.connect": GROUND | {"gateway.errors"},
    # Reads what other programs wrote; knows no more of ours than its words.
    "gateway.importers": GROUND,
    "gateway.backup": FLOOR_1 | FLOOR_2,
    "gateway.record": FLOOR_1 | FLOOR_2 | FLOOR_3 | FLOOR_4,
    "gateway.explain": FLOOR_1 | FLOOR_2 | FLOOR_3 | FLOOR_4,
    "gateway.batch": FLOOR_1 | FLOOR_2 | FLOOR_3 | FLOOR_4,
    "gateway.sidecar": GROUND | {"gateway.errors", "gateway.observe", "gateway.settings", "gateway.models"},
    "gateway.commands": FLOOR_1 | FLOOR_2 | FLOOR_3 | FLOOR_4 | FLOOR_5 | FLOOR_6,
    "gateway.cli": GROUND | {"gateway.commands"},
    "gateway.__main__": GROUND | {"gateway.cli"},
}

PURE = frozenset(
    {
        "gateway.findings",
        "gateway",
        "gateway.audit",
        "gateway.spend",
        "recognizers",
        "policies",
        "gateway.errors",
        "gateway.verdict",
        "gateway.vault",
        "gateway.auth",
        "gateway.alerts",
        "gateway.firewall",
        "gateway.providers",
        "gateway.wire",
        "gateway.stream",
        "gateway.inspection",
    }
)

# Clock, chance, environment, log, network and processes: a pure room is handed what it needs of them.
IMPURE = (
    *(
        "asyncio",
        "aiohttp",
        "uvloop",
        "socket",
        "ssl",
        "select",
        "selectors",
        "http",
        "urllib.request",
        "httpx",
        "requests",
    ),
    *("os", "time", "random", "secrets", "subprocess", "multiprocessing", "threading", "concurrent", "signal"),
    *("logging", "structlog", "prometheus_client", "opentelemetry"),
    *("boto3", "botocore", "aiobotocore", "google.cloud", "google.auth", "azure", "redis", "sqlalchemy", "asyncpg"),
)

# Optional packages are imported on first use, commands when they are called.
LATE_IMPORTS = (
    "gateway.audit.anchors",
    "gateway.client.kept",
    "gateway.kms",
    "gateway.stores",
    "gateway.commands",
    "gateway.models.local",
    "gateway.observe.opened",
    "recognizers.presidio",
)
# One file per thing: these find modules by folder walk or by a name in the configuration.
FOLDER_WALKS = (
    "gateway.providers",
    "recognizers.catalogue",
    "recognizers.checksums",
    "recognizers.checks_eu",
    "gateway.errors",
    "gateway.wire",
    "gateway.wire.translation",
    "gateway.vault.formats.catalogue",
    "gateway.kms",
    "gateway.stores",
    "gateway.server.admin.catalogue",
    "gateway.cli",
    "policies.catalogue",
)


def floor_violations(root: Path) -> list[str]:
    """Imports that run up or sideways, rooms without a floor, imports in places where they hide."""
    return [line for module in modules(root).values() for line in _floor_violations(module)]


def purity_violations(root: Path) -> list[str]:
    """Where a pure room waits, or reaches for the world."""
    pure = (module for module in modules(root).values() if room_of(module.name) in PURE)
    return [line for module in pure for line in _purity_violations(module)]


def room_of(name: str) -> str:
    """The room that a module or a name in it belongs to."""
    parts = name.split(".")
    prefixes = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((prefix for prefix in prefixes if prefix in MAY_IMPORT), "")


def may_import(room: str) -> frozenset[str]:
    allowed = MAY_IMPORT[room] | {room}
    return allowed & PURE if room in PURE else allowed


def _within(name: str, places: tuple[str, ...]) -> bool:
    return any(name == place or name.startswith(place + ".") for place in places)


def _floor_violations(module: Module) -> Iterator[str]:
    room = room_of(module.name)
    if room == "gateway" != module.name:
        yield f"{module.path}: {module.name} stands on no floor: add a row to {Path(__file__).name}"
        return
    for found in module.imports:
        where = f"{module.path}:{found.line}"
        if found.target == "?":
            if not _within(module.name, FOLDER_WALKS):
                yield f"{where}: imports by a name known at run time only"
            continue
        if found.in_function and not _within(module.name, LATE_IMPORTS):
            yield f"{where}: imports {found.target} inside a function"
        if _within(found.target, PACKAGES) and room_of(found.target) not in may_import(room):
            yield f"{where}: {room} may not import {found.target}"


def _purity_violations(module: Module) -> Iterator[str]:
    for found in module.imports:
        if _within(found.target, IMPURE):
            yield f"{module.path}:{found.line}: a pure room imports {found.target}"
    for node in ast.walk(module.tree):
        match node:
            case ast.AsyncFunctionDef() | ast.Await() | ast.AsyncFor() | ast.AsyncWith():
                yield f"{module.path}:{node.lineno}: a pure room waits"
            case ast.comprehension(is_async=1):
                yield f"{module.path}:{node.iter.lineno}: a pure room waits"
            case ast.Attribute(
                attr="now" | "utcnow" | "today", value=ast.Name(id=owner) | ast.Attribute(attr=owner)
            ) if owner in {"datetime", "date"}:
                yield f"{module.path}:{node.lineno}: a pure room reads the clock"
            case _:
                pass
