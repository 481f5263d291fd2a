"""What `holdback connect` prints can be used as it stands."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.connect.catalogue import Config, Dialect, Values, Way, companion, filled, tools
from gateway.errors import ConfigurationError

WANTED = {
    *("cursor", "claude-code", "cline", "continue", "openai-python", "openai-node", "anthropic-python"),
    *("anthropic-node", "openai-compatible", "anthropic-compatible"),
}
VALUES = Values("https://gate.example/v1", "m-1", "work", "kc_live_a_0123456789abcdef_key")
CONFIGS = [(tool.name, way) for tool in tools().values() for way in tool.ways]


def test_the_tools() -> None:
    assert set(tools()) >= WANTED
    for tool in tools().values():
        assert tool.source.startswith("https://")
        assert Way.BEARER in tool.ways
        assert (Way.PROOF in tool.ways) == tool.name.endswith(("-python", "-node"))
    assert set(tools()["cursor"].ways) == {Way.BEARER}, "its servers ask, so nothing on this machine can sign"


@pytest.mark.parametrize(("name", "way"), CONFIGS)
def test_each_config(name: str, way: Way, tmp_path: Path) -> None:
    tool = tools()[name]
    config = tool.ways[way]
    text = filled(config, VALUES)
    assert "<<" not in text
    assert VALUES.base_url in text
    assert VALUES.model in text
    assert (VALUES.key in text) == ((way is not Way.PROOF and name != "claude-code") or way is Way.BEARER)
    assert all(companion(file) for file in config.files)
    if name.endswith("-python"):
        ast.parse(text)
    elif name.endswith("-node"):
        _is_javascript(text, tmp_path)
    elif name == "claude-code":
        read = json.loads(text)
        assert read["env"]["ANTHROPIC_BASE_URL"] == VALUES.base_url
        assert ("apiKeyHelper" in read) == (way is Way.AGENT)
    elif name == "continue":
        model: dict[str, Any] = yaml.safe_load(text)["models"][0]
        assert (model["apiBase"], model["apiKey"], model["provider"]) == (VALUES.base_url, VALUES.key, "openai")
    elif name.endswith("-compatible"):
        said = subprocess.run(["sh", "-c", f"{text}\nenv"], capture_output=True, text=True, check=True).stdout
        assert f"_BASE_URL={VALUES.base_url}\n" in said
        assert f"_API_KEY={VALUES.key}\n" in said


def _is_javascript(text: str, folder: Path) -> None:
    node = shutil.which("node")
    if node is None:
        assert text.count("{") == text.count("}")
        return
    (folder / "snippet.mjs").write_text(text)
    subprocess.run([node, "--check", str(folder / "snippet.mjs")], check=True, capture_output=True)


@pytest.mark.parametrize("value", ['a"; rm -rf ~; "', "a'b", "a\nb", "a b", "$(id)", "`id`", "a\\", ""])
def test_nothing_breaks_out_of_a_config(value: str) -> None:
    with pytest.raises(ConfigurationError):
        filled(Config('key: "<<key>>"'), Values("https://gate.example", "m", "work", value))


def test_dialects_say_what_they_are() -> None:
    for tool in tools().values():
        texts = " ".join(config.config for config in tool.ways.values()).lower()
        assert (tool.speaks is Dialect.ANTHROPIC) == ("anthropic" in texts), tool.name


def test_the_page_shows_the_module_that_is_shipped() -> None:
    page = (Path(__file__).parents[4] / "docs" / "connect.md").read_text("utf-8")
    shown = re.findall(r"```js\n(.*?)```", page, re.DOTALL)
    assert companion("holdback-fetch.mjs") in shown
