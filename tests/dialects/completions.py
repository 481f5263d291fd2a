"""Completions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from gateway.wire.format import WireFormat
from gateway.wire.openai_completions import FORMAT
from tests.dialects.dialect import Dialect, plain
from tests.playbook import DONE

HEAD = {"id": "cmpl-7", "object": "text_completion", "created": 1700000000, "model": "m"}


class Completions:
    """See `Dialect`."""

    name = "completions"
    wire: WireFormat = FORMAT
    fields: tuple[str, ...] = ("text", "x_new")
    json_fields: frozenset[str] = frozenset()

    def stream(
        self, field: str, pieces: Sequence[str], *, cut_off: bool = False, ascii_only: bool = True
    ) -> list[bytes]:
        def event(said: dict[str, Any], finish: str | None = None) -> bytes:
            choice = {**said, "index": 0, "logprobs": None, "finish_reason": finish}
            return plain({**HEAD, "choices": [choice]}, ascii_only=ascii_only)

        return [
            *(event({field: piece}) for piece in pieces),
            event({"text": ""}, "length" if cut_off else "stop"),
            DONE,
        ]

    def told(self, datas: Iterable[Any], field: str) -> list[str]:
        choices = (choice for data in datas if isinstance(data, dict) for choice in data.get("choices", ()))
        return ["".join(choice.get(field, "") for choice in choices)]

    def is_error(self, data: Any) -> bool:
        return isinstance(data, dict) and "error" in data


COMPLETIONS: Dialect = Completions()
