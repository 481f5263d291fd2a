"""Clients that are not of this environment: Node's, LangChain, LiteLLM. `make test-clients`."""
