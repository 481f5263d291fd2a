"""What a request may cost at most, before it is asked; and about what it cost, when nobody says.

The reserve is an upper bound: a prompt has no more tokens than its body has bytes (a token of a byte-level vocabulary
is one at least), an answer no more than the request or the model allows. What can make a prompt longer than its body,
text that the provider has already or fetches, counts as the whole context of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from gateway.spend.prices import Price, Usage, cost

OUTPUT_FIELDS = ("max_completion_tokens", "max_output_tokens", "max_tokens")
STORED_FIELDS = ("previous_response_id", "conversation", "prompt_cache_id")
CONTEXT_TOKENS = 200_000
"""Of a model whose context is not known."""
CHARS_PER_TOKEN = 3
"""For estimates: English has about four, code and other languages fewer."""
TOKENS_MAX = 10_000_000
CHOICES_MAX = 128


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says about its size.

    Args:
        body_bytes: of the whole body.
        output_tokens: that each choice may have; None when it does not say.
        choices: how many answers are asked for.
        brings_more: the prompt is longer than the body: text that the provider keeps or fetches.
        answers: whether tokens are answered at all (embeddings have none).
    """

    body_bytes: int
    output_tokens: int | None = None
    choices: int = 1
    brings_more: bool = False
    answers: bool = True


def asked_of(values: Mapping[str, Any], body_bytes: int, *, answers: bool = True) -> Asked:
    """What a body says, by the names of all endpoints; what is no count there says nothing."""
    caps = [count for name in OUTPUT_FIELDS if (count := _count(values.get(name))) is not None]
    choices = [count for name in ("n", "best_of") if (count := _count(values.get(name))) is not None]
    prompt = values.get("prompt")
    more = any(values.get(name) for name in STORED_FIELDS) or isinstance(prompt, Mapping)
    return Asked(
        body_bytes,
        max(caps, default=None),
        min(max((1, *choices)), CHOICES_MAX),
        more or _has_urls(values),
        answers,
    )


def reserve(price: Price, asked: Asked, output_default: int, prompt_least: int = 0) -> int:
    """The most that a request may cost, in nano-dollars.

    Args:
        price: of the model.
        asked: what the request says.
        output_default: tokens of an answer where neither request nor price book say.
        prompt_least: tokens of a prompt, at least: providers add words of their own (for tools, for formats).
    """
    prompt = max(asked.body_bytes, prompt_least) + ((price.context or CONTEXT_TOKENS) if asked.brings_more else 0)
    output = asked.output_tokens if asked.output_tokens is not None else price.output_max or output_default
    output = output * asked.choices if asked.answers else 0
    # Writing to the cache costs more than reading the prompt: whichever is dearest.
    ways = (Usage(prompt, output), Usage(prompt, output, 0, prompt), Usage(prompt, output, 0, 0, prompt))
    return max(cost(price, usage) for usage in ways)


def estimated(asked: Asked, said_chars: int) -> Usage:
    """About the tokens of an answer whose provider did not count them, or that broke off before it did."""
    return Usage(ceil(asked.body_bytes / CHARS_PER_TOKEN), ceil(said_chars / CHARS_PER_TOKEN))


def _count(value: Any) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return min(value, TOKENS_MAX)
    return None


def _has_urls(values: Mapping[str, Any]) -> bool:
    """Whether a message names an image or a file that the provider fetches: few bytes here, many tokens there."""
    waiting: list[Any] = [values.get("messages"), values.get("input")]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting += found
        elif isinstance(found, Mapping):
            if not found.keys().isdisjoint(("image_url", "file_id", "file_url", "url", "video_url")):
                return True
            waiting += [found.get("content"), found.get("source"), found.get("file"), found.get("output")]
    return False
