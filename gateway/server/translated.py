"""A provider's stream in the client's words, for the driver: read like the provider's own."""

from __future__ import annotations

import time
from collections.abc import Mapping

import aiohttp

from gateway.errors import GatewayError
from gateway.providers.routing import Candidate
from gateway.wire.json_text import Node
from gateway.wire.translation.catalogue import translations
from gateway.wire.translation.translation import Asked, StreamTranslator, Translation


def translation_of(endpoint: str, candidate: Candidate) -> Translation | None:
    """What translates between a client of `endpoint` and this candidate; None when both speak alike."""
    return None if candidate.path == endpoint else translations()[endpoint, candidate.path]


def others_of(endpoint: str) -> tuple[str, ...]:
    """The endpoints that requests to this one can be translated to."""
    return tuple(provider for client, provider in translations() if client == endpoint)


def asked_of(root: Node, model: str, event_bytes: int) -> Asked:
    """What a translation of the answer needs to know of the request."""
    options = root.get("stream_options")
    usage = options.get("include_usage") if options is not None else None
    has_usage = usage is not None and usage.raw == b"true"
    return Asked(model, has_usage=has_usage, created=int(time.time()), event_bytes=event_bytes)


def translated(translation: Translation, body: bytes, status: int, asked: Asked) -> bytes:
    """A whole answer, or an error, in the client's words.

    Raises:
        UpstreamProtocolError: it cannot be read.
    """
    return translation.error(body, status) if status >= 400 else translation.response(body, asked)


UNREADABLE = b"data: {\n\n"
"""What a stream that cannot be translated becomes: the session cannot read it either, and says so to the client."""


class TranslatedStream:
    """Has what the driver needs of an `aiohttp.ClientResponse`: `content.readany` and `close`."""

    def __init__(self, response: aiohttp.ClientResponse, translator: StreamTranslator) -> None:
        self._response = response
        self._translator = translator
        self._is_over = False

    @property
    def content(self) -> TranslatedStream:
        """Itself: it is read, too."""
        return self

    @property
    def headers(self) -> Mapping[str, str]:
        """The provider's."""
        return self._response.headers

    async def readany(self) -> bytes:
        """What came, in the client's words; empty at the end."""
        while not self._is_over:
            data = await self._response.content.readany()
            self._is_over = not data
            try:
                made = self._translator.feed(data) if data else self._translator.end()
            except GatewayError:
                self._is_over = True
                return UNREADABLE
            if made:
                return made
        return b""

    def close(self) -> None:
        """Let go of the provider."""
        self._response.close()
