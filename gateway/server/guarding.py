"""The application's own scanner in the path of a request: redact, ask, restore.

A request is asked about once it is inspected and before it goes up; an answer before its first character goes down: a
body as a whole, a stream text by text, each of which is held until its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from gateway.audit.event import Kind
from gateway.errors.firewall import GuardrailUnavailable
from gateway.guardrail import About
from gateway.inspection.exchange import Caller, Exchange
from gateway.inspection.rendering import Told, hiding, rendered
from gateway.models.bridge import wait_for
from gateway.server.errors import REQUEST_ID
from gateway.server.off_loop import off_loop
from gateway.server.recording import RECORDER
from gateway.server.reporting import ENGINE
from gateway.services import Services
from gateway.stream.release import Judging
from gateway.verdict import Direction
from gateway.wire.format import Slot, WireFormat
from gateway.wire.json_text import Node
from policies.guardrail_rules import OFF
from policies.keys.guardrail import KEY
from policies.policy import Policy

IN_STREAM = "stream"
"""The path of a text that comes in pieces."""


class Guarding:
    """The scanner of one request and its answer."""

    def __init__(
        self, services: Services, request: web.Request, caller: Caller, policy: Policy, found: Exchange
    ) -> None:
        self._guardrail, self._request, self._rules = services.guardrail, request, KEY.of(policy)
        self._about = About(request[REQUEST_ID], caller.tenant, caller.agent)
        self._scanner = hiding(request[ENGINE].rendering, found.ledger)
        self._loop = asyncio.get_running_loop()

    async def request(self, body: bytes, root: Node, slots: Sequence[Slot], wire: WireFormat) -> None:
        """Ask about a request.

        Raises:
            GuardrailBlocked, GuardrailUnavailable.
        """
        if self._rules.judges(Direction.REQUEST.value):
            way = Direction.REQUEST
            told = await off_loop(body, lambda _: rendered(root, slots, wire, self._scanner, way))
            await self._ask(way, told)

    def answer(self, root: Node, slots: Sequence[Slot], wire: WireFormat) -> None:
        """Ask about a whole answer, in plain code that may wait.

        Raises:
            GuardrailBlockedAnswer, GuardrailUnavailable.
        """
        if self._rules.judges(Direction.RESPONSE.value):
            told = rendered(root, slots, wire, self._scanner, Direction.RESPONSE)
            wait_for(self._ask(Direction.RESPONSE, told), self._loop)

    def judging(self) -> Judging | None:
        """How the texts of a stream are asked about; None where they are not."""
        if not self._rules.judges(Direction.RESPONSE.value):
            return None

        def judge(text: str) -> None:
            wait_for(self._ask(Direction.RESPONSE, [Told(IN_STREAM, "assistant", text)]), self._loop)

        return Judging(self._scanner, judge)

    async def _ask(self, way: Direction, told: Sequence[Told]) -> None:
        answered = False
        try:
            answered = await self._guardrail.ask(self._rules, way, self._about, told)
        except GuardrailUnavailable:
            self._note(way, "closed")
            await self._request[RECORDER].durable()
            raise
        if not answered:
            self._note(way, "open")

    def _note(self, way: Direction, outcome: str) -> None:
        fields: dict[str, str | int | float | bool] = {
            "agent": self._about.agent,
            "reason": "guardrail_unavailable",
            "direction": way.value,
            "outcome": outcome,
        }
        self._request[RECORDER].note(Kind.FIREWALL, fields)


GUARDING = web.RequestKey("guarding", Guarding)


async def guard(
    services: Services,
    request: web.Request,
    caller: Caller,
    policy: Policy,
    found: Exchange,
    body: tuple[bytes, Node, Sequence[Slot], WireFormat],
) -> None:
    """Ask about a request where its policy says so, and keep what asks about its answer.

    Raises:
        GuardrailBlocked, GuardrailUnavailable.
    """
    if KEY.of(policy).mode != OFF:
        guarding = request[GUARDING] = Guarding(services, request, caller, policy, found)
        await guarding.request(*body)
