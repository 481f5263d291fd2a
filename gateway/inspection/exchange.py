"""One request and its answer: who asks, within what scope tokens are equal, and what the answer may turn back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from gateway.firewall.canary import planted
from gateway.inspection.engine import Engine
from gateway.inspection.guard import Attack, stripped, with_sentences
from gateway.inspection.links import Hosts
from gateway.inspection.memory import Remembering, ScanMemory
from gateway.inspection.requests import tokenize
from gateway.inspection.restoring import LEFT, Restoring
from gateway.inspection.roles import Roles
from gateway.stream.body import Inspected, inspect_slots
from gateway.stream.claimants import together
from gateway.stream.scanner import Scanner
from gateway.vault.keys import CipherName, TokenKeys, encode
from gateway.verdict import Direction
from gateway.wire.format import Slot, WireFormat
from gateway.wire.json_text import Node
from policies.keys.tokens import KEY
from policies.token_rules import LEAVE, TokenRules

CONVERSATION_CHARS_MAX = 256
TENANT_SCOPE = ""
HINT = (
    "Words like KC_PERSON_7F3K2Q9B or kc-7f3k2q9b@example.com stand for real values. Use them where the values belong, "
    "exactly as they are written."
)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    Args:
        tenant, agent, subject: as authenticated; empty where there is none.
        conversation: what the client calls it; empty when it does not say.
        detokenizes: whether this key or agent may see values; a policy that says no is not overruled.
    """

    tenant: str = "local"
    agent: str = ""
    subject: str = ""
    conversation: str = ""
    detokenizes: bool = True


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request after inspection, and the scanner of its answer."""

    inspected: Inspected
    answers: Scanner
    attacks: tuple[Attack, ...] = ()
    had_canary: bool = False


class Desk:
    """Inspects requests by one policy.

    Args:
        engine: of the policy in force.
        memory: what has been found before; None to scan all anew.
    """

    def __init__(self, engine: Engine, memory: ScanMemory | None = None) -> None:
        self._engine = engine
        self._memory = memory
        self._request = engine.request
        self._response = engine.response
        self._policy = policy = engine.policy
        self._guard = engine.guard
        self.rules: TokenRules = KEY.of(policy)
        self.cipher = CipherName(self.rules.cipher)
        self._tokenizes = policy.tokenizes
        self.needs_keys = self._tokenizes or self._guard.has_canary

    def scope(self, root: Node, slots: Sequence[Slot], caller: Caller) -> str:
        """Within what equal values have equal tokens: the conversation, by the name that the client gives it, else by
        its first message; `""` for the whole tenant."""
        if self.rules.scope == "tenant":
            return TENANT_SCOPE
        told = caller.conversation[:CONVERSATION_CHARS_MAX]
        words = ("named", told) if told else ("begun", *Roles(root, slots).first_words())
        return hashlib.sha256(encode(caller.agent, caller.subject, *words)).hexdigest()

    def take(
        self,
        root: Node,
        slots: Sequence[Slot],
        wire: WireFormat,
        caller: Caller,
        keys: Sequence[TokenKeys],
        *,
        epoch: int = 0,
    ) -> Exchange:
        """Inspect a request.

        Args:
            root: its body.
            slots: of the body.
            wire: its format.
            caller: who asks.
            keys: within its scope, the one that makes tokens first; none where `needs_keys` says so.
            epoch: of the caller's canary.

        Raises:
            GatewayError: it cannot be forwarded.
        """
        attacks = self._guard.judge(root, slots, wire.rules.keys)
        canaries = self._guard.canaries(keys[0], caller.agent, epoch) if self._guard.has_canary else None
        clean, strips = stripped(slots, canaries.strips) if canaries else (slots, [])
        inspected, answers, has_tokens = self._inspected(root, clean, wire, caller, keys)
        sentences = [HINT] if self.rules.hint and has_tokens else []
        if canaries:
            sentences.append(planted(canaries.word))
            answers = together([answers, canaries.answers])
        # What is rewritten anyway is rewritten from the clean text.
        edits = with_sentences(root, [*inspected.edits, *strips], sentences, wire.system_field)
        return Exchange(replace(inspected, edits=tuple(edits)), answers, attacks, had_canary=bool(strips))

    def _inspected(
        self, root: Node, slots: Sequence[Slot], wire: WireFormat, caller: Caller, keys: Sequence[TokenKeys]
    ) -> tuple[Inspected, Scanner, bool]:
        """The request after inspection, the scanner of its answer, and whether the model gets to see tokens."""
        attachments = self._policy.attachments == "allow"
        request = self._remembering(self.scope(root, slots, caller), caller, keys)
        if not self._tokenizes:
            inspected = inspect_slots(slots, request, wire.rules, Direction.REQUEST, attachments=attachments)
            return inspected, self._response, False
        rules = self.rules if caller.detokenizes else replace(self.rules, response=LEAVE)
        roles = Roles(root, slots)
        made = tokenize(
            slots,
            roles,
            request,
            keys,
            rules,
            wire.rules,
            attachments=attachments,
            holdback_chars=self._policy.holdback_chars,
        )
        hosts = Hosts(rules.restore_hosts, roles.trusted_texts())
        left = LEFT if rules.response == LEAVE else ""
        answers = Restoring(self._response, made.ledger, hosts, rules.restore_tools.restores, left)
        return made.inspected, answers, len(made.ledger) > 0

    def _remembering(self, scope: str, caller: Caller, keys: Sequence[TokenKeys]) -> Scanner:
        """The scanner of requests, which looks up what it has seen (rule 37 of the security decisions)."""
        if self._memory is None or not self._engine.fingerprint:
            return self._request
        versions = ",".join(str(one.version) for one in keys)
        with_model = str(Direction.REQUEST in self._engine.waits)
        names = (caller.tenant, scope, versions, self._engine.fingerprint, with_model)
        return Remembering(self._request, self._memory, names)
