"""What whoever answers for the data asks, over a day or a month."""

from __future__ import annotations

from typing import Any

from panels import board, increase, one, rate, row, series


def protection() -> dict[str, Any]:
    """What whoever answers for the data asks, over a day or a month."""
    return board(
        "holdback-protection",
        "Holdback: data protection",
        "What was found, replaced, let pass and refused in the time that is shown. Who it was is in the record, never "
        "in a metric: docs/audit.md.",
        [
            row("In the time shown"),
            one("Replaced", increase("holdback_findings_total"), "Values, in requests and answers."),
            one(
                "Let pass, monitored only",
                increase("holdback_monitored_findings_total"),
                "By `mode: monitor`.",
                red_from=None,
            ),
            one("Refused", increase("holdback_blocks_total"), "Requests and streams."),
            one("Attacks seen", increase("holdback_attacks_total"), "By the prompt firewall."),
            series(
                "By kind and action, in requests",
                [
                    (
                        increase("holdback_findings_total", "entity, action", 'direction="request"'),
                        "{{entity}}: {{action}}",
                    )
                ],
                kind="bargauge",
            ),
            series(
                "By kind and action, in answers",
                [
                    (
                        increase("holdback_findings_total", "entity, action", 'direction="response"'),
                        "{{entity}}: {{action}}",
                    )
                ],
                kind="bargauge",
            ),
            series(
                "Monitored only, by kind",
                [
                    (
                        increase("holdback_monitored_findings_total", "direction, entity, action"),
                        "{{direction}} {{entity}}: not {{action}}",
                    )
                ],
                kind="bargauge",
            ),
            series("Refused, by whom", [(increase("holdback_blocks_total", "by"), "{{by}}")], kind="bargauge"),
            row("Over time"),
            series(
                "Replaced", [(rate("holdback_findings_total", "direction, action"), "{{direction}}: {{action}}")], "ops"
            ),
            series("Attacks by family", [(rate("holdback_attacks_total", "family"), "{{family}}")], "ops"),
            series(
                "Policies put in force, or refused",
                [(increase("holdback_policy_loads_total", "outcome"), "{{outcome}}")],
                kind="bargauge",
            ),
            series(
                "Alerts by rule",
                [(increase("holdback_alerts_total", "rule, outcome"), "{{rule}} {{outcome}}")],
                kind="bargauge",
            ),
            row("Is it proven?"),
            one("Events on record", increase("holdback_audit_events_total"), "Written in the time shown."),
            one(
                "Batches that failed",
                increase("holdback_audit_write_failures_total"),
                "And were tried again.",
                red_from=1,
            ),
            one(
                "Requests without a check of budgets",
                increase("holdback_unchecked_requests_total"),
                "By your setting.",
                red_from=1,
            ),
            one("Tenants sealed", increase("holdback_seals_total"), "Times that a tenant's key could not be used."),
        ],
    )
