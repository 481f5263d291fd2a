"""Routes that read the record: events by filters and pages, and why something in a request was masked."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Literal

from pydantic import Field

from gateway.audit.chain import Row
from gateway.audit.event import Kind, chain_of
from gateway.audit.log import subject_of
from gateway.audit.opened import erasure
from gateway.auth.roles import Role, may
from gateway.errors.admin import RoleDenied
from gateway.errors.stores import NotFound
from gateway.findings import explain
from gateway.observe.events import ControlEvent
from gateway.server.admin.route import AdminRoute, Answer, Body, Call, Empty, Query
from gateway.stores.tables.audit import Filter
from recognizers.catalogue import catalogue
from recognizers.ner.entities import SUMMARIES

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
ROWS_MAX = 5000
"""Rows of one request: findings are capped, and there is little else."""


class AuditQuery(Query):
    """Which events: what is not given does not limit. `chain`: `critical` ones are never pruned. `cursor`: `next` of
    the page before. `personal`: with users and addresses, where they have not been erased; that is recorded itself."""

    chain: Literal["ordinary", "critical"] = "ordinary"
    kind: Kind | None = None
    request_id: str = Field("", pattern=r"^[A-Za-z0-9_-]{0,64}$")
    entity: str = Field("", pattern=r"^[A-Z0-9_]{0,64}$")
    since: datetime | None = None
    until: datetime | None = None
    order: Literal["newest", "oldest"] = "newest"
    cursor: int | None = Field(None, ge=0)
    limit: int = Field(100, ge=1, le=1000)
    personal: bool = False


class Event(Answer):
    """One event, by its place in the chain."""

    seq: int
    at: datetime
    kind: str
    request_id: str
    fields: dict[str, str | int | float | bool]
    user: str | None = None
    ip: str | None = None
    hash: str


class Events(Answer):
    """A page; `next` is the cursor of the one behind it, null at the end."""

    chain: str
    data: list[Event]
    next: int | None


class FindingAnswer(Answer):
    """One finding: what, where, how sure, what was done, by which line of the policy, and all of it as a sentence."""

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


class FindingsAnswer(Answer):
    """What is on record of a request."""

    request_id: str
    at: datetime
    about: dict[str, str]
    findings: list[FindingAnswer]
    others: list[str]


class Person(Body):
    """A user or an address, as it was noted."""

    person: str = Field(min_length=1, max_length=256)


class Erased(Answer):
    """How many fields there were."""

    erased: int


async def events(call: Call[Empty]) -> Events:
    """Events of the caller's tenant."""
    query, admin, store = call.query_as(AuditQuery), call.caller, call.services.audit.store
    role, critical = Role(admin.role), query.chain == "critical"
    if (critical and not may(role, "audit.read_critical")) or (query.personal and not may(role, "audit.read_personal")):
        raise RoleDenied
    chain = chain_of(admin.tenant_id, critical=critical)
    which = Filter(
        chains=(chain,),
        kinds=(query.kind.value,) if query.kind else (),
        request_id=query.request_id,
        entity=query.entity,
        from_us=_microseconds(query.since),
        to_us=_microseconds(query.until),
    )
    if query.personal:
        event = ControlEvent("audit.read_personal", admin.tenant_id, admin.id, chain)
        call.services.control.events.emit(event)
    newest = query.order == "newest"
    rows = await store.page(which, query.cursor, limit=query.limit + 1, newest=newest)
    more, rows = len(rows) > query.limit, rows[: query.limit]
    people = await _people(call, chain, rows) if query.personal else {}
    data = [_event(row, people.get((row.seq, "user")), people.get((row.seq, "ip"))) for row in rows]
    return Events(chain=chain, data=data, next=rows[-1].seq if more else None)


async def _people(call: Call[Empty], chain: str, rows: list[Row]) -> dict[tuple[int, str], str]:
    audit = call.services.audit
    sealed = await audit.store.sides(chain, [row.seq for row in rows])
    return {(seq, name): audit.log.opened(one, chain, seq, name).value for (seq, name), one in sealed.items()}


def _event(row: Row, user: str | None, ip: str | None) -> Event:
    return Event(
        seq=row.seq,
        at=_moment(row.at_us),
        kind=row.kind,
        request_id=row.request_id,
        fields=json.loads(row.body),
        user=user,
        ip=ip,
        hash=row.hash.hex(),
    )


async def findings(call: Call[Empty]) -> FindingsAnswer:
    """Why something in a request was masked; 404 for another tenant's request."""
    tenant, request_id = call.caller.tenant_id, call.path["request_id"]
    chains = tuple(chain_of(tenant, critical=critical) for critical in (False, True))
    which = Filter(chains=chains, request_id=request_id)
    rows = await call.services.audit.store.rows(which, limit=ROWS_MAX) if request_id else []
    told = explain(rows, await asyncio.to_thread(summaries))
    if told is None:
        raise NotFound
    return FindingsAnswer(
        request_id=told.request_id,
        at=_moment(told.at_us),
        about=dict(told.about),
        findings=[
            FindingAnswer(**{name: getattr(one, name) for name in FindingAnswer.model_fields}) for one in told.findings
        ],
        others=list(told.others),
    )


async def erase(call: Call[Person]) -> Erased:
    """Erase what names a person in the tenant's record; which person is on no record."""
    audit, admin = call.services.audit, call.caller
    chains = tuple(chain_of(admin.tenant_id, critical=critical) for critical in (False, True))
    gone = await audit.store.erase_subject(subject_of(audit.keys, call.body.person), chains)
    await audit.log.record(erasure(admin.tenant_id, admin.id, gone))
    return Erased(erased=gone)


@cache
def summaries() -> dict[str, str]:
    """What each entity is, in words."""
    return {**SUMMARIES, **{entity: recognizer.summary for entity, recognizer in catalogue().items()}}


def _moment(at_us: int) -> datetime:
    return _EPOCH + at_us * _MICROSECOND


def _microseconds(moment: datetime | None) -> int | None:
    if moment is None:
        return None
    return ((moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH) // _MICROSECOND


ROUTES = (
    AdminRoute("GET", "/admin/audit", "audit.read", "What happened", Empty, Events, events, query=AuditQuery),
    AdminRoute("POST", "/admin/audit/erasures", "audit.erase", "Erase what names a person", Person, Erased, erase),
    AdminRoute(
        "GET",
        "/admin/requests/{request_id}/findings",
        "audit.read",
        "Why something in a request was masked",
        Empty,
        FindingsAnswer,
        findings,
    ),
)
