"""OpenAI."""

from gateway.providers.kind import CHAT, COMPLETIONS, EMBEDDINGS, MODELS, MODERATIONS, RESPONSES, Kind

KIND = Kind(
    name="openai",
    speaks=frozenset({CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS, MODERATIONS, MODELS}),
    base_url="https://api.openai.com/v1",
    tells_usage=True,
    source="OpenAI API reference",
)
