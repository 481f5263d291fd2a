"""Ollama, on a machine of one's own."""

from gateway.providers.kind import CHAT, COMPLETIONS, EMBEDDINGS, MODELS, RESPONSES, Kind

KIND = Kind(
    name="ollama",
    speaks=frozenset({CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS, MODELS}),
    base_url="http://127.0.0.1:11434/v1",
    is_private=True,
    tells_usage=True,
    source="Ollama, 'OpenAI compatibility'",
)
