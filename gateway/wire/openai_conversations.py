"""OpenAI conversations, and all that is asked of things that the provider keeps: `/v1/conversations` and what stands
below it, and below `/v1/responses/{id}`.

Source: OpenAI API reference, 'Conversations' and 'Responses'. The items are those of responses. Nothing is streamed.
"""

from __future__ import annotations

from dataclasses import replace

from gateway.wire.format import Slot, slots
from gateway.wire.json_text import Node
from gateway.wire.openai_responses import RULES, OpenAIResponses

KEPT_RULES = replace(
    RULES,
    identifiers=RULES.identifiers | {"first_id", "last_id"},
    keys=RULES.keys | {"items", "data", "first_id", "last_id", "has_more", "deleted"},
)


class OpenAIConversations(OpenAIResponses):
    """See `gateway.wire.format.WireFormat`. Its bodies have no system prompt."""

    path = "/v1/conversations"
    system_field = ""
    rules = KEPT_RULES

    def request_slots(self, root: Node) -> list[Slot]:
        return list(slots(root, KEPT_RULES))

    def response_slots(self, root: Node) -> list[Slot]:
        return list(slots(root, KEPT_RULES))


KEPT = OpenAIConversations()
