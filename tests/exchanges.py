"""Requests and answers through the desk of a policy: what the provider sees, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from gateway.inspection.engine import Engine
from gateway.inspection.exchange import Caller, Desk, Exchange
from gateway.inspection.guard import Guard
from gateway.inspection.inspector import Inspector
from gateway.stream.body import apply, inspect_slots
from gateway.stream.session import Session
from gateway.vault.keys import CipherName, TenantRoot, TokenKeys
from gateway.verdict import Direction, Finding
from gateway.wire.json_text import parse
from gateway.wire.openai_chat import FORMAT
from policies.keys.tokens import KEY
from policies.policy import Policy, Rule
from policies.token_rules import TokenRules
from tests.playbook import DONE, arguments, content, pipeline, play, stop

ROOT = TenantRoot(b"k" * 32, "t", 1)
Body = dict[str, Any]
Text = dict[tuple[str | int, ...], str]


@cache
def keys(version: int = 1, tenant: str = "t", short_bits: int = 40) -> TokenKeys:
    return TokenKeys(TenantRoot(bytes([version]) * 32, tenant, version), short_bits=short_bits)


@dataclass
class Gateway:
    """One policy and the live key versions, the active one first."""

    rules: TokenRules = field(default_factory=TokenRules)
    versions: Sequence[TokenKeys] = ()
    caller: Caller = field(default_factory=Caller)
    request: str = "tokenize"

    def policy(self) -> Policy:
        return KEY.set(Policy("p", rules={"*": Rule(self.request, "redact")}), self.rules)

    def ask(self, body: Body) -> Asked:
        policy, raw = self.policy(), json.dumps(body).encode()
        ways = [Inspector(pipeline(), policy, way) for way in Direction]
        desk = Desk(Engine(policy, pipeline(), ways[0], ways[1], Guard(policy), ways[0]))
        root = parse(raw, max_depth=64, max_nodes=500_000)
        slots = FORMAT.request_slots(root)
        scope = desk.scope(root, slots, self.caller)
        live = [one.within(scope) for one in self.versions or (keys(),)]
        exchange = desk.take(root, slots, FORMAT, self.caller, live)
        return Asked(apply(raw, exchange.inspected.edits), exchange)


@dataclass
class Asked:
    """What reached the provider, and what its answers become."""

    forwarded: bytes
    exchange: Exchange

    @property
    def seen(self) -> Any:
        return json.loads(self.forwarded)

    @property
    def last(self) -> str:
        """The last message, as the provider sees it."""
        return str(self.seen["messages"][-1]["content"])

    @property
    def request_findings(self) -> list[Finding]:
        return [one for _, found in self.exchange.inspected.reports for one in found]

    def session(self) -> Session:
        return Session(FORMAT, self.exchange.answers)

    def streamed(self, pieces: Iterable[str], field_name: str = "content") -> str:
        """What the client gets of a text that is streamed in these pieces."""
        trace = play([content(*pieces, field_name=field_name) + stop() + DONE], using=self.session())
        return trace.texts.get((0, field_name), "")

    def said(self, text: str) -> str:
        """The same at once."""
        return self.streamed([text])

    def findings(self, text: str) -> list[Finding]:
        trace = play([content(text) + stop() + DONE], using=self.session())
        return [finding for report in trace.reports for finding in report.findings]

    def called(self, pieces: Iterable[str], name: str = "note") -> str:
        """The arguments of a tool call, as the client gets them."""
        head = [{"index": 0, "id": "c", "type": "function", "function": {"name": name, "arguments": ""}}]
        from_head = content() + _delta({"tool_calls": head})
        trace = play([from_head + arguments(*pieces) + stop("tool_calls") + DONE], using=self.session())
        return trace.texts[0, "tool_calls", 0, "function", "arguments"]

    def whole(self, body: Body) -> Any:
        """A whole answer."""
        raw = json.dumps(body).encode()
        slots = FORMAT.response_slots(parse(raw, max_depth=64, max_nodes=10_000))
        answers = self.exchange.answers
        inspected = inspect_slots(slots, answers, FORMAT.rules, Direction.RESPONSE, attachments=False)
        return json.loads(apply(raw, inspected.edits))


def user(text: Any, *more: Body) -> Body:
    return {"model": "m", "messages": [{"role": "user", "content": text}, *more]}


def then(body: Body, *messages: Body) -> Body:
    """The next turn."""
    return {**body, "messages": [*body["messages"], *messages]}


def says(role: str, text: str) -> Body:
    return {"role": role, "content": text}


def with_rules(**rules: Any) -> Gateway:
    return Gateway(replace(TokenRules(), **rules))


def _delta(delta: Body) -> bytes:
    return b"data: %b\n\n" % json.dumps({"choices": [{"index": 0, "delta": delta}]}).encode()


__all__ = ["CipherName", "Gateway", "keys", "says", "then", "user", "with_rules"]
