"""What whoever is woken asks first, from top to bottom."""

from __future__ import annotations

from typing import Any

from panels import ALL, board, mean, one, percentiles, rate, ratio, row, series, total


def on_call() -> dict[str, Any]:
    """What whoever is woken asks first, from top to bottom."""
    return board(
        "holdback-on-call",
        "Holdback: on call",
        "First questions of whoever is woken. What to do about each: docs/operations/runbook.md.",
        [*_flowing(), *_failing(), *_blocked(), *_delayed(), *_keys(), *_record(), *_cost()],
    )


def _flowing() -> list[dict[str, Any]]:
    served = f'holdback_requests_total{ALL[:-1]},status!~"5.."}}'
    return [
        row("Are streams flowing?"),
        one("Open streams", total("holdback_open_streams"), "Requests that are being served."),
        one(
            "Served without an error of ours or the provider's",
            ratio(
                f"sum(rate({served}[$__rate_interval]))", f"sum(rate(holdback_requests_total{ALL}[$__rate_interval]))"
            ),
            "Share of requests whose status is under 500.",
            unit="percentunit",
            red_below=0.95,
        ),
        one("Processes", total("holdback_processes"), "That serve, over all replicas.", red_below=1),
        one("Draining", total("holdback_draining"), "Processes that take nobody new: expected in a rollout."),
        series("Requests by status", [(rate("holdback_requests_total", "status"), "{{status}}")], "reqps"),
        series(
            "Streams by how they ended",
            [(rate("holdback_streams_total", "outcome"), "{{outcome}}")],
            "ops",
            "`gone`: the client went first.",
        ),
        series(
            "Pieces in and out",
            [(rate("holdback_stream_chunks_total", "direction"), "{{direction}}")],
            "ops",
            "Of streams: read from providers, written to clients. They part where text is held for long.",
        ),
        series("Open streams by replica", [(total("holdback_open_streams", "instance"), "{{instance}}")]),
    ]


def _failing() -> list[dict[str, Any]]:
    return [
        row("What fails, and is it us or the provider?"),
        series(
            "Failures by code",
            [(rate("holdback_failures_total", "code"), "{{code}}")],
            "ops",
            "Codes: docs/reference/errors.md; what to do: the runbook, by code.",
        ),
        series(
            "Attempts at providers by outcome",
            [(rate("holdback_provider_attempts_total", "provider, outcome"), "{{provider}} {{outcome}}")],
            "ops",
            "`answered`, a status that says `not now`, or the code of the failure.",
        ),
        series(
            "Provider: time to the head of its answer",
            percentiles("holdback_provider_seconds", "provider", levels=(0.5, 0.99)),
            "s",
        ),
        series("Connections to providers in use", [(total("holdback_provider_open", "provider"), "{{provider}}")]),
    ]


def _blocked() -> list[dict[str, Any]]:
    return [
        row("Is somebody leaking, or blocked?"),
        series(
            "Replaced in answers, by kind",
            [(rate("holdback_findings_total", "entity", 'direction="response"'), "{{entity}}")],
            "ops",
            "What models said. That it suddenly stops is as telling as that it rises.",
        ),
        series(
            "Replaced in requests, by kind",
            [(rate("holdback_findings_total", "entity", 'direction="request"'), "{{entity}}")],
            "ops",
        ),
        series(
            "Passed, because the policy only monitors",
            [(rate("holdback_monitored_findings_total", "direction, entity"), "{{direction}} {{entity}}")],
            "ops",
        ),
        series("Blocked, by whom", [(rate("holdback_blocks_total", "by"), "{{by}}")], "ops"),
        series("Attacks seen, by family", [(rate("holdback_attacks_total", "family"), "{{family}}")], "ops"),
        series(
            "Held back by rates and budgets",
            [
                (rate("holdback_limited_total", "kind, rule"), "{{kind}} {{rule}}"),
                (rate("holdback_unchecked_requests_total"), "served without a check"),
            ],
            "ops",
        ),
    ]


def _delayed() -> list[dict[str, Any]]:
    return [
        row("Is the delay fine?"),
        series(
            "Added delay",
            percentiles("holdback_added_delay_seconds"),
            "s",
            "From the arrival of a piece of text to the release of its last character.",
        ),
        series("Time to first text", percentiles("holdback_first_text_seconds"), "s", "As clients see it."),
        series("Characters held", percentiles("holdback_held_characters"), "short"),
        series("Inspecting a request", percentiles("holdback_inspect_request_seconds"), "s"),
        series(
            "Inspecting a request, by tier (mean)",
            [
                (mean("holdback_inspect_request_seconds_sum"), "all tiers"),
                (mean("holdback_tier3_wait_seconds_total"), "of it, waiting for tier 3"),
            ],
            "s",
        ),
        series("Inspecting a piece of an answer", percentiles("holdback_inspect_chunk_seconds"), "s"),
        series("Tier 3: a batch", percentiles("holdback_tier3_batch_seconds"), "s"),
        series(
            "Tier 3: segments",
            [(rate("holdback_tier3_segments_total", "outcome"), "{{outcome}}")],
            "ops",
            "Texts whose segment failed are refused.",
        ),
        series(
            "Event loop: how late",
            percentiles("holdback_loop_lag_seconds", "instance", levels=(0.99,)),
            "s",
            "What every stream of a process waits for. Over 20 ms the process has too much to do.",
        ),
        series("Memory", [(total("holdback_memory_bytes", "instance"), "{{instance}}")], "bytes"),
    ]


def _keys() -> list[dict[str, Any]]:
    return [
        row("Are the keys fine?"),
        one(
            "Sealed tenants",
            f"max(holdback_sealed_tenants{ALL})",
            "Their key services refuse, or are away past the life of the warm key. One: theirs. Many: our way out.",
            red_from=1,
        ),
        series(
            "Calls to key services by outcome",
            [
                (
                    rate("holdback_kms_calls_total", "provider, operation, outcome"),
                    "{{provider}} {{operation}} {{outcome}}",
                )
            ],
            "ops",
        ),
        series(
            "Key services: time of a call", percentiles("holdback_kms_seconds", "provider", levels=(0.5, 0.99)), "s"
        ),
        series(
            "Seals and unseals",
            [
                (rate("holdback_seals_total", "reason"), "sealed: {{reason}}"),
                (rate("holdback_unseals_total"), "unsealed"),
            ],
            "ops",
        ),
        series(
            "Caches: share of hits",
            [
                (
                    ratio(
                        rate("holdback_cache_lookups_total", "cache", 'outcome="hit"'),
                        rate("holdback_cache_lookups_total", "cache"),
                    ),
                    "{{cache}}",
                )
            ],
            "percentunit",
        ),
    ]


def _record() -> list[dict[str, Any]]:
    return [
        row("Does the record keep up?"),
        one(
            "Cannot write the record",
            total("holdback_audit_unavailable"),
            "Processes; their answers do not end.",
            red_from=1,
        ),
        series(
            "Queues: how full",
            [
                (
                    f"max by (queue) (holdback_queue_length{ALL} / holdback_queue_limit{ALL})",
                    "{{queue}}",
                )
            ],
            "percentunit",
            "Of the fullest replica. At 1 the requests behind it fail closed.",
        ),
        series(
            "Writing the record",
            [
                *percentiles("holdback_audit_write_seconds", levels=(0.5, 0.99)),
            ],
            "s",
        ),
        series(
            "Record: events written, batches that failed",
            [
                (rate("holdback_audit_events_total"), "events"),
                (rate("holdback_audit_write_failures_total"), "failed batches"),
            ],
            "ops",
        ),
        series(
            "Alerts",
            [
                (rate("holdback_alerts_total", "rule, outcome"), "{{rule}} {{outcome}}"),
                (f"max(holdback_alerts_waiting{ALL})", "waiting for a receiver"),
            ],
            "short",
        ),
        series(
            "Traces: spans",
            [
                (rate("holdback_spans_ended_total"), "ended"),
                (rate("holdback_spans_exported_total", "outcome"), "{{outcome}}"),
            ],
            "ops",
            "What ended and is in neither `sent` nor `failed` found no room.",
        ),
        series(
            "Usage not written yet",
            [
                (total("holdback_usage_waiting"), "sums of usage"),
                (total("holdback_unsettled_requests"), "requests without a cost"),
            ],
        ),
    ]


def _cost() -> list[dict[str, Any]]:
    return [
        row("What does it cost?"),
        series(
            "US dollars an hour",
            [(f"{rate('holdback_cost_usd_total', 'provider')} * 3600", "{{provider}}")],
            "currencyUSD",
        ),
        series(
            "Tokens",
            [(rate("holdback_tokens_total", "provider, direction"), "{{provider}} {{direction}}")],
            "ops",
        ),
        series(
            "Answers of models without a price",
            [(rate("holdback_unpriced_answers_total", "provider"), "{{provider}}")],
            "ops",
        ),
    ]
