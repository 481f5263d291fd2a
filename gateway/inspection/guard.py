"""Attacks on the model: the prompt firewall over a request, the canary in its system prompt and in its answer.

Laws kept here:
1. Without a word of the policy the firewall does not do more than warn.
2. The canary is planted last, into what is forwarded; what came in with one has it taken out, and nobody's answer is
   stopped for it.
3. A report names families, scores and the path of a text, never the text.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from gateway.errors.firewall import FirewallBlocked
from gateway.firewall.canary import Watch, canary
from gateway.firewall.injection import Firewall, Judgement
from gateway.firewall.rules import FirewallRuleError, own_rule
from gateway.stream.holdback import Scanner, redact
from gateway.vault.keys import TokenKeys
from gateway.wire.conversation import Speaker, add_to_system, speaker_of
from gateway.wire.format import Slot, SlotKind
from gateway.wire.json_text import Node, path_of, quote
from policies.firewall_rules import BLOCK, OFF, FirewallRules
from policies.keys.canary import KEY as CANARY
from policies.keys.firewall import KEY as FIREWALL
from policies.policy import Policy, PolicyError

Edit = tuple[int, int, bytes]
Judge = Callable[[str], Judgement]
Recall = Callable[[Judge], Judge]
WATCHES_MAX = 64
EPOCHS_WATCHED = 2
"""The canary of now, and the one before it: a conversation may have begun with that."""
_JUDGED = frozenset({Speaker.USER, Speaker.TOOL, Speaker.OTHER})


@dataclass(frozen=True, slots=True)
class Attack:
    """What the firewall saw in one text."""

    path: str
    score: float
    families: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Canaries:
    """The canary of a request: the word to plant, who watches for it, and who strips it off. `own` strips the word of
    this epoch alone."""

    word: str
    answers: Watch
    strips: Watch
    own: Watch


class Guard:
    """Firewall and canaries of one policy; immutable, shared by all requests."""

    def __init__(self, policy: Policy) -> None:
        """
        Raises:
            PolicyError: a rule of the policy cannot be used.
        """
        rules: FirewallRules = FIREWALL.of(policy)
        self._rules = rules
        self.has_canary: bool = CANARY.of(policy)
        try:
            own = [own_rule(r.name, r.pattern, r.weight, is_keyword=r.is_keyword, place=r.place) for r in rules.rules]
            self._firewall = _firewall() if not own else Firewall(own)
        except FirewallRuleError as error:
            raise PolicyError(str(error)) from None

    @property
    def action(self) -> str:
        """What the policy does about an attack."""
        return self._rules.action

    @property
    def threshold(self) -> float:
        """Least score that counts."""
        return self._rules.threshold

    def explain(self, text: str) -> Judgement:
        """What the firewall thinks of one text."""
        return self._firewall.judge(text)

    def judge(
        self, root: Node, slots: Sequence[Slot], known: Container[str], recall: Recall = lambda judge: judge
    ) -> tuple[Attack, ...]:
        """The attacks in a request, the worst first.

        Args:
            root: of the body.
            slots: of the body.
            known: the format's own keys, for paths.
            recall: gives what judges a text what it has said before.

        Raises:
            FirewallBlocked: there is one, and the policy blocks it.
        """
        if self._rules.action == OFF:
            return ()
        found, judge = [], recall(self._firewall.judge)
        for slot in slots:
            if slot.kind not in (SlotKind.TEXT, SlotKind.JSON) or speaker_of(root, slot.steps) not in _JUDGED:
                continue
            judgement = judge(slot.text)
            if judgement.score >= self._rules.threshold:
                families = tuple(sorted(judgement.families))
                found.append(Attack(path_of(slot.steps, known), round(judgement.score, 2), families))
        found.sort(key=lambda attack: (-attack.score, attack.path))
        if found and self._rules.action == BLOCK:
            raise FirewallBlocked(param=found[0].path)
        return tuple(found)

    def canaries(self, keys: TokenKeys, agent: str, epoch: int) -> Canaries | None:
        """The canary of an agent in this epoch; None when the policy has none."""
        if not self.has_canary:
            return None
        key = keys.within("").long_hash("canary").to_bytes(32, "big")
        epochs = range(max(epoch - EPOCHS_WATCHED + 1, 0), epoch + 1)
        words = tuple(canary(key, keys.tenant, agent, number) for number in epochs)
        answers, strips = _watches(words)
        return Canaries(words[-1], answers, strips, _watches(words[-1:])[1])


@lru_cache(maxsize=1)
def _firewall() -> Firewall:
    return Firewall()


@lru_cache(maxsize=WATCHES_MAX)
def _watches(words: tuple[str, ...]) -> tuple[Watch, Watch]:
    watch = Watch(words)
    return watch, watch.stripping()


def stripped(slots: Sequence[Slot], watch: Scanner) -> tuple[list[Slot], list[Edit]]:
    """Slots without canaries in them, and the edits that take them out; no edit when there is none."""
    kept: list[Slot] = []
    edits: list[Edit] = []
    for slot in slots:
        text = slot.text
        if slot.kind is SlotKind.TEXT:
            text = redact(watch, text).text
        if text == slot.text:
            kept.append(slot)
            continue
        kept.append(replace(slot, text=text))
        edits.append((slot.start, slot.end, quote(text)))
    return kept, edits


def with_sentences(root: Node, edits: Sequence[Edit], sentences: Sequence[str], field: str) -> list[Edit]:
    """The edits of a body, and sentences at the end of its system prompt.

    Args:
        root: of the body.
        edits: that are made anyway; one of them may rewrite the text that the sentences go to.
        sentences: plain text, all that are to be added: a second call would make a second prompt.
        field: of the format (see `conversation.add_to_system`).
    """
    added = add_to_system(root, "\n\n".join(sentences), field=field) if sentences and field else None
    if added is None:
        return list(edits)
    at, _, literal = added
    for place, (start, end, new) in enumerate(edits):
        if start < at < end:
            return [*edits[:place], (start, end, new[:-1] + literal + new[-1:]), *edits[place + 1 :]]
    return [*edits, added]
