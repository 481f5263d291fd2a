"""`holdback import litellm`: what comes out loads and routes, what does not come over is named."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from gateway.cli import main
from gateway.inspection.fit import facts
from gateway.pool import open_pool
from gateway.settings import load
from policies.loader import load as load_policy

CONFIG = """
model_list:
  - model_name: gpt-4o
    litellm_params: {model: openai/gpt-4o, api_key: os.environ/OPENAI_API_KEY, rpm: 10}
  - model_name: gpt-4o
    litellm_params: {model: azure/gpt-4o, api_base: "https://acme.openai.azure.com", api_key: os.environ/AZURE_KEY}
  - model_name: claude
    litellm_params: {model: anthropic/claude-opus-4-1, api_key: sk-ant-literal-key}
  - model_name: local
    litellm_params: {model: ollama/llama3, api_base: "http://10.0.0.7:11434"}
  - model_name: house
    litellm_params: {model: openai/mistral, api_base: "http://10.0.0.8:9000/v1"}
  - model_name: titan
    litellm_params: {model: bedrock/amazon.titan}
router_settings:
  num_retries: 2
  cooldown_time: 60
  routing_strategy: simple-shuffle
  model_group_alias: {gpt-4: gpt-4o}
litellm_settings:
  fallbacks: [{gpt-4o: [claude]}]
  drop_params: true
general_settings: {master_key: os.environ/MASTER}
guardrails:
  - guardrail_name: pii
    litellm_params:
      guardrail: presidio
      mode: pre_call
      output_parse_pii: true
      pii_entities_config: {EMAIL_ADDRESS: MASK, CREDIT_CARD: BLOCK, MADE_UP: MASK}
  - guardrail_name: other
    litellm_params: {guardrail: lakera}
"""
LEFT = {
    "model_list[0].litellm_params.rpm",
    "model_list[2].litellm_params.api_key: a key in the file; name a variable instead",
    "model_list[5]: a provider that has no kind here (bedrock)",
    "router_settings.routing_strategy",
    "litellm_settings.fallbacks: gpt-4o to claude (a fallback here keeps the model's name)",
    "litellm_settings.drop_params",
    "general_settings",
    "guardrails[0].pii_entities_config.MADE_UP",
    "guardrails[1]: lakera",
}


async def test_what_comes_out_can_be_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = tmp_path / "litellm.yaml", tmp_path / "out"
    source.write_text(CONFIG, encoding="utf-8")
    result = CliRunner().invoke(main, ["import", "litellm", str(source), "--out", str(out)])
    assert result.exit_code == 0, result.output
    lines = result.stderr.splitlines()
    assert {line.removeprefix("not carried: ") for line in lines[:-1]} == LEFT
    assert lines[-1] == f"{len(LEFT)} settings not carried"
    assert "sk-ant" not in (out / "holdback.yaml").read_text(encoding="utf-8") + result.output
    environment = dict.fromkeys(("OPENAI_API_KEY", "AZURE_KEY", "HOLDBACK_KEY"), "k" * 20)
    settings = load(out / "holdback.yaml", environment)
    async with open_pool(settings) as pool:
        for model, providers, sent in (
            ("gpt-4o", ["openai", "azure-openai"], ""),
            ("gpt-4", ["openai", "azure-openai"], "gpt-4o"),
            ("local", ["ollama"], "llama3"),
            ("house", ["openai-compatible"], "mistral"),
        ):
            found = pool.routing.candidates(model, "/v1/chat/completions")
            assert [one.provider for one in found] == providers
            assert {one.model for one in found} == {sent}
        (one,) = pool.routing.candidates("claude", "/v1/messages")
        assert (one.provider, one.model) == ("anthropic", "claude-opus-4-1")
        assert pool.providers["azure-openai"].base_url == "https://acme.openai.azure.com/openai/v1"
        assert pool.providers["ollama"].base_url == "http://10.0.0.7:11434/v1"
    assert (settings.routing.rounds, settings.routing.breaker_seconds) == (3, 60)
    policy = load_policy(str(out / "policy.yaml"), facts())
    assert policy.decide("CREDIT_CARD", "request", 1.0) == "block"
    assert policy.decide("EMAIL_ADDRESS", "request", 1.0) == "tokenize"


def test_to_standard_output(tmp_path: Path) -> None:
    source = tmp_path / "litellm.yaml"
    source.write_text("model_list: [{model_name: a, litellm_params: {model: gpt-4o}}]", encoding="utf-8")
    result = CliRunner().invoke(main, ["import", "litellm", str(source)])
    assert result.stderr == "everything carried\n"
    assert yaml.safe_load(result.stdout)["routes"] == [{"models": ["a"], "providers": ["openai"], "model": "gpt-4o"}]


def test_what_is_no_configuration(tmp_path: Path) -> None:
    source = tmp_path / "litellm.yaml"
    source.write_text("a: [", encoding="utf-8")
    result = CliRunner().invoke(main, ["import", "litellm", str(source)])
    assert result.exit_code == 78
    assert "is not YAML" in result.stderr
