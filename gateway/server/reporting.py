"""What is said of a request while it runs: findings and attacks in metrics, log and record, and marks on its answer."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from gateway.inspection.engine import Engine
from gateway.inspection.guard import Attack
from gateway.observe.log import logger
from gateway.server.errors import REQUEST_ID
from gateway.server.recording import RECORDER, note_attack, note_findings
from gateway.services import Services
from gateway.stream.body import Inspected
from gateway.verdict import Direction, Finding
from policies.firewall_rules import WARN

ENGINE = web.RequestKey("engine", Engine)
"""What inspects a request and its answer: in force when it began."""
MONITOR_HEADER = "X-Holdback-Monitor"
FIREWALL_HEADER = "X-Holdback-Firewall"
FIREWALL_MARK = web.RequestKey("firewall", str)


def report_body(services: Services, request: web.Request, direction: Direction, inspected: Inspected) -> None:
    """What was found in a body, place by place."""
    for path, findings in inspected.reports:
        report(services, request, direction, path, findings)


def report(
    services: Services, request: web.Request, direction: Direction, channel: str, findings: tuple[Finding, ...]
) -> None:
    """What was found in one place: counted, on record, and in the log."""
    note_findings(request[RECORDER], direction, channel, findings, request[ENGINE].policy)
    services.metrics.count(direction.value, findings)
    entities = sorted({finding.entity for finding in findings})
    # A piece of a stream comes in the context of whoever opened the connection: say whose it is.
    log = logger().bind(request_id=request[REQUEST_ID])
    log.debug("redacted", direction=direction.value, channel=channel, entities=entities, count=len(findings))
    passed = [finding for finding in findings if not finding.enforced]
    if passed:
        entities = sorted({finding.entity for finding in passed})
        log.info("monitored", direction=direction.value, channel=channel, entities=entities, count=len(passed))


def report_attacks(services: Services, request: web.Request, attacks: Sequence[Attack]) -> None:
    """What the firewall saw: counted, logged, and kept for a header of the answer when the policy warns."""
    for attack in attacks:
        note_attack(request[RECORDER], attack)
        services.metrics.attack(attack.families)
        logger().info("attack", path=attack.path, score=attack.score, families=attack.families)
    if attacks and request[ENGINE].guard.action == WARN:
        request[FIREWALL_MARK] = f"warn; score={attacks[0].score}; families={' '.join(attacks[0].families)}"


def marks(request: web.Request) -> dict[str, str]:
    """What an answer says of the policy: what is only monitored, and what the firewall warns of."""
    monitored = request[ENGINE].policy.monitored()
    headers = {MONITOR_HEADER: ", ".join(monitored)} if monitored else {}
    return headers | ({FIREWALL_HEADER: request[FIREWALL_MARK]} if FIREWALL_MARK in request else {})
