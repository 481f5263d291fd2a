"""Azure OpenAI, by its v1 surface: `https://<resource>.openai.azure.com/openai/v1`, where a model is a deployment."""

from gateway.providers.kind import CHAT, COMPLETIONS, EMBEDDINGS, MODELS, RESPONSES, Kind

KIND = Kind(
    name="azure-openai",
    speaks=frozenset({CHAT, COMPLETIONS, RESPONSES, EMBEDDINGS, MODELS}),
    key_header="api-key",
    key_prefix="",
    tells_usage=True,
    source="Azure OpenAI in Foundry Models, 'API version lifecycle'",
)
