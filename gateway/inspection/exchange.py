"""One request and its answer: who asks, within what scope tokens are equal, and what the answer may turn back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from gateway.firewall.canary import planted
from gateway.inspection.engine import Engine
from gateway.inspection.guard import Attack, Edit, Recall, stripped, with_sentences
from gateway.inspection.links import Hosts
from gateway.inspection.memory import Remembering, ScanMemory, recalled
from gateway.inspection.requests import Tokenized, tokenize
from gateway.inspection.restoring import LEFT, Restoring
from gateway.inspection.roles import Roles
from gateway.stream.body import Inspected, inspect_slots
from gateway.stream.scanner import Scanner
from gateway.stream.watched import Watched
from gateway.vault.keys import CipherName, TokenKeys, encode
from gateway.vault.matcher import TokenIndex
from gateway.vault.tokenizer import Entry, Ledger
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
        key_id: public part of the capability key; of a session, that of the key it came from.
        gateway_id: that the agent stands in.
        user: for whom the client says it asks: only noted.
    """

    tenant: str = "local"
    agent: str = ""
    subject: str = ""
    conversation: str = ""
    detokenizes: bool = True
    key_id: str = ""
    gateway_id: str = ""
    user: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Earlier:
    """What is known of the earlier turns of a conversation that the provider keeps.

    Args:
        scope: that it began with; empty when nothing has begun.
        entries: the tokens that it has seen.
    """

    scope: str = ""
    entries: tuple[Entry, ...] = field(default=(), repr=False)


NOTHING = Earlier()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request after inspection, and the scanner of its answer. `is_canary_known`: the canary of this epoch came in
    with it. `made`: its tokens and their values."""

    inspected: Inspected
    answers: Scanner
    attacks: tuple[Attack, ...] = ()
    had_canary: bool = False
    is_canary_known: bool = False
    made: tuple[Entry, ...] = field(default=(), repr=False)
    ledger: Ledger | None = field(default=None, repr=False)


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
        self.strips = policy.attachments == "strip"
        self._tokenizes = policy.tokenizes
        self.needs_keys = self._tokenizes or self._guard.has_canary

    def scope(self, root: Node, slots: Sequence[Slot], caller: Caller, earlier: Earlier = NOTHING) -> str:
        """Within what equal values have equal tokens: the conversation, by the name that the client gives it, else by
        how it began, else by its first message; `""` for the whole tenant."""
        if self.rules.scope == "tenant":
            return TENANT_SCOPE
        told = caller.conversation[:CONVERSATION_CHARS_MAX]
        if not told and earlier.scope:
            return earlier.scope
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
        earlier: Earlier = NOTHING,
        own: frozenset[str] = frozenset(),
    ) -> Exchange:
        """Inspect a request.

        Args:
            root: its body.
            slots: of the body.
            wire: its format.
            caller: who asks.
            keys: within its scope, the one that makes tokens first; none where `needs_keys` says so.
            epoch: of the caller's canary.
            earlier: turns that are not in the body.
            own: numbers in it that are tokens already.

        Raises:
            GatewayError: it cannot be forwarded.
        """
        names = self._names(self.scope(root, slots, caller, earlier), caller, keys)
        attacks = self._guard.judge(root, slots, wire.rules.keys, self._recall(names))
        canaries = self._guard.canaries(keys[0], caller.agent, epoch) if self._guard.has_canary else None
        clean, strips, is_known = slots, list[Edit](), False
        if canaries:
            clean, strips = stripped(slots, self._remembering(canaries.strips, (*names, "canary", str(epoch))))
            # One that was known before says nothing new: a history that holds it comes back with every turn.
            is_known = bool(strips and stripped(slots, canaries.own)[1])
        made, answers = self._inspected(root, clean, wire, caller, keys, names, earlier, own)
        sentences = [HINT] if self.rules.hint and len(made.ledger) else []
        if canaries:
            sentences.append(planted(canaries.word))
            answers = Watched(answers, canaries.answers)
        # What is rewritten anyway is rewritten from the clean text.
        edits = with_sentences(root, [*made.inspected.edits, *strips], sentences, wire.system_field)
        inspected, had_canary = replace(made.inspected, edits=tuple(edits)), bool(strips)
        entries = tuple(made.made)
        return Exchange(
            inspected, answers, attacks, had_canary, is_canary_known=is_known, made=entries, ledger=made.ledger
        )

    def recall(self, caller: Caller, earlier: Earlier) -> Scanner:
        """The scanner of what the provider has kept of earlier turns."""
        ledger = TokenIndex(((one.token, one) for one in earlier.entries), holdback_chars=self._policy.holdback_chars)
        return self._restoring(caller, ledger, ())

    def _inspected(
        self,
        root: Node,
        slots: Sequence[Slot],
        wire: WireFormat,
        caller: Caller,
        keys: Sequence[TokenKeys],
        names: tuple[str, ...],
        earlier: Earlier,
        own: frozenset[str],
    ) -> tuple[Tokenized, Scanner]:
        """The request after inspection, and the scanner of its answer."""
        attachments = self._policy.attachments == "allow"
        request = self._remembering(self._request, names)
        if not self._tokenizes and not earlier.entries:
            inspected = inspect_slots(slots, request, wire.rules, Direction.REQUEST, attachments=attachments)
            return Tokenized(inspected, TokenIndex(())), self._response
        roles = Roles(root, slots)
        made = tokenize(
            slots,
            roles,
            request,
            keys,
            self._rules_for(caller),
            wire.rules,
            attachments=attachments,
            holdback_chars=self._policy.holdback_chars,
            stored=earlier.entries,
            own=own,
        )
        return made, self._restoring(caller, made.ledger, roles.trusted_texts())

    def leaves_tokens(self, caller: Caller) -> bool:
        """Whether this caller's answers keep their tokens."""
        return self._tokenizes and self._rules_for(caller).response == LEAVE

    def _rules_for(self, caller: Caller) -> TokenRules:
        return self.rules if caller.detokenizes else replace(self.rules, response=LEAVE)

    def _restoring(self, caller: Caller, ledger: Ledger, trusted: Sequence[str]) -> Restoring:
        left = LEFT if self._rules_for(caller).response == LEAVE else ""
        hosts = Hosts(self.rules.restore_hosts, trusted)
        return Restoring(self._response, ledger, hosts, self.rules.restore_tools.restores, left)

    def _names(self, scope: str, caller: Caller, keys: Sequence[TokenKeys]) -> tuple[str, ...]:
        """What is remembered of a text belongs to these (rule 37 of the security decisions)."""
        versions = ",".join(str(one.version) for one in keys)
        return caller.tenant, scope, versions, self._engine.mark

    def _remembering(self, scanner: Scanner, names: tuple[str, ...]) -> Scanner:
        """A scanner that looks up what it has seen."""
        if self._memory is None or not self._engine.fingerprint:
            return scanner
        return Remembering(scanner, self._memory, names)

    def _recall(self, names: tuple[str, ...]) -> Recall:
        """Lets the firewall look up what it has judged."""
        memory = self._memory
        if memory is None or not self._engine.fingerprint:
            return lambda judge: judge
        return lambda judge: recalled(memory.judgements, names, judge)
