"""Anthropic."""

from gateway.providers.kind import COUNT_TOKENS, MESSAGES, MODELS, Kind

KIND = Kind(
    name="anthropic",
    speaks=frozenset({MESSAGES, COUNT_TOKENS, MODELS}),
    base_url="https://api.anthropic.com/v1",
    key_header="x-api-key",
    key_prefix="",
    headers={"anthropic-version": "2023-06-01"},
    source="Anthropic API reference",
)
