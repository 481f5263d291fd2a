"""In whose words a path speaks: OpenAI's or Anthropic's."""

from __future__ import annotations

from aiohttp import web

from gateway.errors import GatewayError
from gateway.wire import anthropic_errors, openai_errors


def speaks_anthropic(request: web.Request) -> bool:
    """Whether a request is one of Anthropic's API."""
    return anthropic_errors.speaks_anthropic(request.path, has_version="anthropic-version" in request.headers)


def error_body(error: GatewayError, request: web.Request) -> bytes:
    """An error in the words of the path."""
    return anthropic_errors.error_body(error) if speaks_anthropic(request) else openai_errors.error_body(error)
