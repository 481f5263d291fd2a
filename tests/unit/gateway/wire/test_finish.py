"""Why an answer ended, in each format's words; any other text is none."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gateway.wire.finish import reasons
from gateway.wire.json_text import parse


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"choices": [{"finish_reason": "stop"}, {"finish_reason": "length"}]}, ["stop", "length"]),
        ({"choices": [{"delta": {"content": "x"}, "finish_reason": None}]}, []),
        ({"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, ["end_turn"]),
        ({"content": [], "stop_reason": "tool_use"}, ["tool_use"]),
        ({"type": "response.created", "response": {"status": "in_progress", "output": []}}, []),
        ({"type": "response.completed", "response": {"status": "completed", "output": []}}, ["completed"]),
        (
            {"status": "incomplete", "output": [], "incomplete_details": {"reason": "max_output_tokens"}},
            ["incomplete", "max_output_tokens"],
        ),
        ({"choices": [{"finish_reason": "ann@example.com"}]}, ["other"]),
        ({"choices": "stop", "delta": "stop", "response": [1], "stop_reason": 3}, []),
    ],
)
def test_reasons(body: dict[str, Any], said: list[str]) -> None:
    assert list(reasons(parse(orjson.dumps(body), max_depth=9, max_nodes=99))) == said
