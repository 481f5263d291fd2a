"""What a provider shows of its key goes nowhere."""

from __future__ import annotations

import json

import pytest

from gateway.wire.key_fragments import without_keys

KEY = "sk-proj-Zx81Kq02LmPz77aTwxyz"


@pytest.mark.parametrize(
    "shown",
    [
        KEY,
        "sk-proj-********************wxyz",
        "sk-pr***wxyz",
        "***wxyz",
        "sk-proj-Zx81***",
        "sk-proj-Zx81...wxyz",
        "sk-proj-Zx81…wxyz",
        "sk-\u2022\u2022\u2022\u2022wxyz",
    ],
)
def test_no_part_of_a_key_is_left(shown: str) -> None:
    body = json.dumps({"error": {"message": f"Incorrect API key provided: {shown}. Find it."}}, ensure_ascii=False)
    left = without_keys(body.encode(), KEY).decode()
    assert json.loads(left)["error"]["message"] == "Incorrect API key provided: [KEY]. Find it."


@pytest.mark.parametrize("message", ["wait...then retry", "a ** b * c", "skip... done", "5 * 3", "**bold** text"])
def test_other_words_stay(message: str) -> None:
    body = json.dumps({"error": {"message": message}}).encode()
    assert without_keys(body, KEY) == body
    assert without_keys(body, "") == body
