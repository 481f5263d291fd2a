"""In whose words a path speaks: OpenAI's or Anthropic's."""

from __future__ import annotations

import re

from aiohttp import web

from gateway.errors import GatewayError
from gateway.wire import anthropic_errors, openai_errors

_ANTHROPIC_PATH = re.compile(r"/v1/(?:ai/[^/]+/)?messages(?:/|$)")
_MODELS_PATH = re.compile(r"/v1/(?:ai/[^/]+/)?models(?:/|$)")


def speaks_anthropic(request: web.Request) -> bool:
    """Whether a request is one of Anthropic's API: by its path, or by the version header where a path is both's."""
    if _ANTHROPIC_PATH.match(request.path):
        return True
    return _MODELS_PATH.match(request.path) is not None and "anthropic-version" in request.headers


def error_body(error: GatewayError, request: web.Request) -> bytes:
    """An error in the words of the path."""
    return anthropic_errors.error_body(error) if speaks_anthropic(request) else openai_errors.error_body(error)
