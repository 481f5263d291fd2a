"""Rates and budgets on a request's way: it passes its gates before it is inspected, and tells its cost at its end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import orjson
from aiohttp import web

from gateway.errors import GatewayError
from gateway.inspection.engine import Engine
from gateway.metering.desk import Desk
from gateway.metering.visit import Answered, Coming, Offer, Visit
from gateway.pool import Provider
from gateway.providers.kind import COUNT_TOKENS, EMBEDDINGS, MODELS, MODERATIONS
from gateway.server.caller import CLIENT_IP, caller_of, grant_of
from gateway.server.off_loop import off_loop
from gateway.server.permitted import permitted_model, permitted_providers
from gateway.server.reporting import ENGINE
from gateway.server.tracing import Came
from gateway.server.translated import others_of
from gateway.server.upstream import Answer
from gateway.services import Services
from gateway.spend.prices import nano
from gateway.spend.reserve import asked_of
from gateway.spend.rules import Budget, By, Owned, Subject, read_budget
from gateway.stream.channels import Channels
from gateway.stream.holdback import redact
from gateway.wire.format import WireFormat
from gateway.wire.json_text import Node
from gateway.wire.openai_conversations import KEPT
from gateway.wire.translation.translation import Asked
from gateway.wire.usage import ASKABLE, Metered, asking, asks

TAGS_HEADER = "X-Holdback-Tags"
"""`team=search, env=production`: usage is summed up by them. No personal data; they never go to the provider."""
TAGS_MAX = 8
DEFAULT_AGENT = "default"
LIMITS = web.RequestKey("limits", dict[str, str])
FREE = frozenset({COUNT_TOKENS, MODERATIONS, KEPT.path})
"""Endpoints that cost nothing."""
_TAG = re.compile(r"[a-z][a-z0-9_.-]{0,31}=[A-Za-z0-9][A-Za-z0-9_.:/-]{0,63}")
_MODEL = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9._:/+-]{1,128}")
_GLOB = re.compile(r"[*?\[]")
OTHER = "other"
COST_SCOPE = "max_cost_per_day_usd"
LABELS_MAX = 1000


@dataclass(slots=True)
class Spent:
    """A request that is in, and what its answer says it cost."""

    desk: Desk
    visit: Visit
    format: WireFormat
    asks: bool
    translates: bool
    is_hidden: bool = False
    metered: Metered | None = None
    provider: str = ""
    channels: Channels | None = None
    label: Callable[[str], str] = str

    def came(self, providers: Mapping[str, Provider]) -> Came:
        """What came of the request, for its trace."""
        offers = self.visit.coming.offers
        offer = next((one for one in offers if one.provider == self.provider), offers[0] if offers else None)
        if offer is None:
            return Came(None, "")
        provider = providers[offer.provider]
        asked = self.label(offer.model)
        if self.metered is None:
            return Came(provider, asked)
        answered = self.label(self.metered.model) if self.metered.model else ""
        return Came(provider, asked, answered, self.metered.usage, tuple(self.metered.reasons))

    @property
    def model(self) -> str:
        """The model of the agent that serves in the place of the client's; empty: what the client says."""
        return self.visit.fallback[1] if self.visit.fallback is not None else ""

    def edits(self, root: Node) -> list[tuple[int, int, bytes]]:
        """What the request has to say more, so that the provider counts."""
        stream = root.get("stream")
        if self.format.path not in ASKABLE or stream is None or stream.raw != b"true":
            return []
        self.is_hidden = not asks(root)
        return asking(root) if self.asks else []

    def asked(self, asked: Asked) -> Asked:
        """The same of a translation: it has the counts anyway."""
        return replace(asked, has_usage=True) if self.translates else asked

    def wire(self, answer: Answer) -> WireFormat:
        """The format of an answer, which notes what it says of its tokens; from now on the request has one."""
        told = self.asks or (self.translates and answer.translation is not None)
        self.metered = Metered(self.format, hides=self.is_hidden and told)
        self.provider = answer.provider.name
        return self.metered

    @property
    def answered(self) -> Answered | None:
        """What came of the request by now."""
        if self.metered is None:
            return None
        chars = self.channels.came_chars if self.channels is not None else 0
        return Answered(self.provider, self.metered.model, self.metered.usage, chars)

    async def settle(self) -> None:
        """Tell what it cost; once, whoever comes first."""
        await self.desk.leave(self.visit, self.answered)


class Spending:
    """The gates of one wire format's endpoint."""

    def __init__(self, services: Services, wire: WireFormat) -> None:
        self._services, self._wire = services, wire
        self._desk, self._ask = services.metering.desk, services.settings.budgets.ask_usage
        routes = services.settings.routes
        self._routed = {name for route in routes for name in (*route.models, route.model) if not _GLOB.search(name)} - {
            ""
        }
        self._labels: dict[str, str] = {}
        self._labelled_by: Engine | None = None

    @asynccontextmanager
    async def visit(self, request: web.Request, body: bytes | None = None) -> AsyncIterator[Spent]:
        """While a request is served; `body` None for one that only lists models.

        Raises:
            GatewayError: it may not pass (`Desk.enter`).
        """
        values = await off_loop(body, _glance) if body is not None else {}
        grant = grant_of(request)
        agent = grant.agent.slug if grant is not None else request.match_info.get("agent", DEFAULT_AGENT)

        def coming(agent: str, model: str) -> Coming:
            return self._coming(request, values, None if body is None else len(body), agent, model)

        def tell(headers: dict[str, str]) -> None:
            request[LIMITS] = headers

        visit = await self._desk.enter(coming(agent, ""), tell, coming)
        spent = Spent(self._desk, visit, self._wire, self._asks(visit), self._ask != "never")
        spent.label = self._known
        try:
            yield spent
        except (asyncio.CancelledError, GeneratorExit):
            self._desk.leave_soon(visit, spent.answered)
            raise
        finally:
            await self._desk.leave(visit, spent.answered)

    def _asks(self, visit: Visit) -> bool:
        if self._ask != "auto":
            return self._ask == "always"
        providers = self._services.pool.providers
        offers = visit.coming.offers
        knows = bool(offers) and all(providers[offer.provider].kind.tells_usage for offer in offers)
        return visit.is_counted or knows

    def _coming(
        self, request: web.Request, values: Mapping[str, Any], size: int | None, agent: str, model: str
    ) -> Coming:
        path = self._wire.path if size is not None else MODELS
        caller = caller_of(request)
        client = request.get(CLIENT_IP) or request.remote or ""
        subject = Subject(caller.tenant, caller.gateway_id, agent, caller.key_id, client, path)
        if size is None:
            return Coming(subject)
        said = values.get("model")
        name = model or permitted_model(request, said if isinstance(said, str) else "")
        engine, pool = request[ENGINE], self._services.pool
        offers = tuple(
            Offer(one.provider, pool.providers[one.provider].kind.name, sent, self._label(engine, sent))
            for one in permitted_providers(request)(pool.routing.candidates(name, path, others_of(path)))
            for sent in (one.model or name,)
        )
        return Coming(
            subject,
            offers,
            None if path in FREE else asked_of(values, size, answers=path != EMBEDDINGS),
            values.get("stream") is True,
            owned=_owned(request, agent),
            person=self._services.metering.ledger.person(subject.tenant, caller.user),
            tags=tags_of(request.headers.get(TAGS_HEADER, ""), engine),
        )

    def _known(self, model: str) -> str:
        """A model's name for traces, which leave the house: one of the price book or of the routes, word for word."""
        return model if model in self._routed else self._desk.named(model) or OTHER

    def _label(self, engine: Engine, model: str) -> str:
        """A model's name for the record: what does not look like one, or the policy would not let pass, is not kept."""
        if self._labelled_by is not engine or len(self._labels) >= LABELS_MAX:
            self._labels, self._labelled_by = {}, engine
        if model not in self._labels:
            self._labels[model] = model if _MODEL.fullmatch(model) and _is_clean(engine, model) else OTHER
        return self._labels[model]


async def add_limits(request: web.Request, response: web.StreamResponse) -> None:
    """What rates and budgets say, on every answer, whichever it is."""
    for name, value in request.get(LIMITS, {}).items():
        response.headers[name] = value


def _owned(request: web.Request, agent: str) -> tuple[Owned, ...]:
    """The budgets of the key's gateway and agent, and what its own scope lets it cost a day."""
    grant = grant_of(request)
    if grant is None:
        return ()
    found = []
    if grant.agent.gateway_budget:
        found.append(Owned(By.GATEWAY, read_budget(grant.agent.gateway_budget)))
    # Another agent that serves has its own budget, which is not the key's to know.
    if grant.agent.rules.budget and agent == grant.agent.slug:
        found.append(Owned(By.AGENT, read_budget(grant.agent.rules.budget)))
    if grant.scope.max_cost_per_day_usd is not None:
        found.append(Owned(By.KEY, Budget(daily=nano(grant.scope.max_cost_per_day_usd)), COST_SCOPE))
    return tuple(found)


def tags_of(header: str, engine: Engine) -> str:
    """The tags of a request, sorted; those that are none, or hold what the policy would not let pass, are left out."""
    found = {tag.strip() for tag in header[:2048].split(",")}
    good = sorted(tag for tag in found if _TAG.fullmatch(tag) and _is_clean(engine, tag))
    return ",".join(good[:TAGS_MAX])


def _is_clean(engine: Engine, text: str) -> bool:
    try:
        return redact(engine.forms, text).text == text
    except GatewayError:
        return False


def _glance(body: bytes) -> dict[str, Any]:
    """What a body says of its size and model, before it is inspected; what is no object says nothing."""
    try:
        values = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return values if isinstance(values, dict) else {}
