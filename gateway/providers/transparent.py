"""A server of which nothing is known: every endpoint is passed on as it is. What `upstream` means when it says no
kind."""

from gateway.providers.kind import (
    CHAT,
    COMPLETIONS,
    COUNT_TOKENS,
    EMBEDDINGS,
    MESSAGES,
    MODELS,
    MODERATIONS,
    RESPONSES,
    Kind,
)

KIND = Kind(
    name="transparent",
    speaks=frozenset(
        {CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS, MODERATIONS, MODELS, MESSAGES, COUNT_TOKENS},
    ),
    source="whoever runs it",
)
