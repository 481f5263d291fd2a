"""Plays a case: asks the gateway as its client, answers it as its provider."""

from __future__ import annotations

import itertools
import json
import string
from collections.abc import Iterator

import aiohttp

from gateway.verify.answers import Answer
from gateway.verify.case import Case, Verdict
from gateway.verify.errors import CannotRun
from gateway.verify.provider import Provider
from gateway.verify.received import Exchange, loads

CASE_SECONDS = 30.0
ANSWER_BYTES_MAX = 4 << 20


def names() -> Iterator[str]:
    """Names of models that look like nobody's data: `verify-a`, `verify-b`, ... `verify-aa`."""
    for size in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=size):
            yield f"verify-{''.join(letters)}"


class Stage:
    """Both sides of one gateway.

    Args:
        base_url: of the gateway, ending in `/v1`.
        session: sends the key.
        provider: is asked by the gateway.
    """

    def __init__(self, base_url: str, session: aiohttp.ClientSession, provider: Provider) -> None:
        self._url = f"{base_url}/chat/completions"
        self._session = session
        self._provider = provider
        self._names = names()

    async def judge(self, case: Case) -> Verdict:
        """Play a case.

        Raises:
            CannotRun: the gateway is gone.
        """
        return case.judge(await self.play(case))

    async def play(self, case: Case) -> Exchange:
        """What came out on both sides.

        Raises:
            CannotRun: the gateway cannot be reached.
        """
        model = next(self._names)
        sent = json.dumps({"model": model, **case.body}, ensure_ascii=False).encode()
        self._provider.expect(model, case.answer)
        try:
            return await self._ask(model, sent, case.answer)
        except aiohttp.ClientConnectorError as error:
            reason = error.os_error.strerror or "no connection"
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            return Exchange(sent, self._provider.forwarded(model), 0, "", "", b"", broke_off=True)
        finally:
            self._provider.forwarded(model)
        raise CannotRun(f"the gateway cannot be reached at {self._url}: {reason}.")

    async def _ask(self, model: str, sent: bytes, answer: Answer) -> Exchange:
        headers = {"Content-Type": "application/json"}
        async with self._session.post(self._url, data=sent, headers=headers, allow_redirects=False) as response:
            body, broke_off = await _read(response)
            said = "\n".join(response.headers.get(name, "") for name, _ in answer.headers)
            forwarded = self._provider.forwarded(model)
            return Exchange(sent, forwarded, response.status, response.content_type, said, body, broke_off=broke_off)


async def _read(response: aiohttp.ClientResponse) -> tuple[bytes, bool]:
    """What came of a body, and whether it broke off."""
    parts: list[bytes] = []
    try:
        async for part in response.content.iter_any():
            parts.append(part)
            if sum(map(len, parts)) > ANSWER_BYTES_MAX:
                return b"".join(parts), True
    except (aiohttp.ClientError, ConnectionError):
        return b"".join(parts), True
    return b"".join(parts), False


def check_contact(exchange: Exchange, base_url: str, provider_url: str) -> None:
    """Whether the gateway knows our key and asks us.

    Raises:
        CannotRun: it does not.
    """
    if exchange.forwarded is not None:
        return
    if exchange.status in (401, 403):
        raise CannotRun(f"the gateway at {base_url} refuses the key (it answered {exchange.status}): see --key.")
    document = loads(exchange.body.decode(errors="replace"))
    error = document.get("error") if isinstance(document, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    answered = f"it answered {exchange.status}{f' {code}' if isinstance(code, str) else ''}"
    port = base_url.removesuffix("/v1").rpartition(":")[2]
    raise CannotRun(
        f"no request of the gateway at {base_url} arrived at {provider_url}, where verify plays the model provider "
        f"({answered}). Point the gateway's upstream there, then run this again:\n\n"
        f"  holdback dev --port {port if port.isdigit() else '8080'} --key KEY --upstream {provider_url}\n"
    )
