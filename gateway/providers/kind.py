"""What the gateway knows of a kind of provider: data, no code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

CHAT, COMPLETIONS, RESPONSES = "/v1/chat/completions", "/v1/completions", "/v1/responses"
EMBEDDINGS, MODERATIONS, MODELS = "/v1/embeddings", "/v1/moderations", "/v1/models"
MESSAGES, COUNT_TOKENS = "/v1/messages", "/v1/messages/count_tokens"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Args:
        name: as the configuration says it.
        speaks: the endpoints that it has, by our own paths.
        base_url: where it is, up to and with the version; empty: the configuration says.
        key_header, key_prefix: how it wants its key.
        headers: what every request of it needs, unless the client sends it.
        tells_usage: asked for the token counts of a stream (`stream_options.include_usage`), it tells them.
        is_private: it usually runs on a machine of one's own, over plain HTTP or at a private address.
        source: where this is written.
    """

    name: str
    speaks: frozenset[str]
    base_url: str = ""
    key_header: str = "Authorization"
    key_prefix: str = "Bearer "
    headers: Mapping[str, str] = field(default_factory=dict)
    tells_usage: bool = False
    is_private: bool = False
    source: str = ""
