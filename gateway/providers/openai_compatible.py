"""Any server that speaks as OpenAI does."""

from gateway.providers.kind import CHAT, COMPLETIONS, EMBEDDINGS, MODELS, MODERATIONS, RESPONSES, Kind

KIND = Kind(
    name="openai-compatible",
    speaks=frozenset({CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS, MODERATIONS, MODELS}),
    source="whoever runs it",
)
