"""Google Gemini, by its OpenAI-compatible surface."""

from gateway.providers.kind import CHAT, EMBEDDINGS, MODELS, Kind

KIND = Kind(
    name="gemini",
    speaks=frozenset({CHAT, EMBEDDINGS, MODELS}),
    base_url="https://generativelanguage.googleapis.com/v1beta/openai",
    tells_usage=True,
    source="Gemini API, 'OpenAI compatibility'",
)
