"""Anthropic token counting: `/v1/messages/count_tokens`. Its request is that of a message; what is counted is what the
provider would see. Source: Anthropic API reference, 'Count tokens in a message'."""

from __future__ import annotations

from gateway.wire.anthropic_messages import AnthropicMessages


class AnthropicCountTokens(AnthropicMessages):
    """See `gateway.wire.format.WireFormat`."""

    path = "/v1/messages/count_tokens"


FORMAT = AnthropicCountTokens()
