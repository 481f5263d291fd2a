"""The auth flow of httpx and httpx2, which have the same interface: proofs, challenges and sessions below the SDK."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Generator
from typing import Any

import anyio

from gateway.client.login import Login
from gateway.client.signer import Answer, Ask, Sign, Signer, Steps

TRIES = 2
"""Of a request: as it is, and with another session where its own ended early."""
OTHER_CREDENTIALS = ("x-api-key", "api-key")
"""Where SDKs put what they were given as a key."""


class ProvingFlow:
    """What both auth classes do. For one client, or several of one kind: sync ones, or async ones.

    Args:
        login: whose key and proofs (`gateway.client.kept.login()` reads what `holdback agent login` kept).
        sessions: use short-lived session keys, where the gateway has them.
    """

    requires_request_body = False
    requires_response_body = False

    def __init__(self, login: Login, *, sessions: bool = True) -> None:
        self._signer = Signer(login, sessions=sessions)
        self._thread_turn, self._task_turn = threading.Lock(), anyio.Lock()

    def sync_auth_flow(self, request: Any) -> Generator[Any, Any, None]:
        """As httpx calls it."""
        self._signer.check(str(request.url))
        for _ in range(TRIES):
            if self._signer.is_due():
                with self._thread_turn:
                    run = _Run(self._signer.renew()) if self._signer.is_due() else _DONE
                    while run.step is not None:
                        response = yield _applied(run.step, request)
                        response.read()
                        run.tell(response, response.content)
                if not run.result:
                    return
            run = _Run(self._signer.sign(request.method, str(request.url)))
            while run.step is not None:
                run.tell((yield _applied(run.step, request)))
            if run.result:
                return

    async def async_auth_flow(self, request: Any) -> AsyncGenerator[Any, Any]:
        """As httpx calls it."""
        self._signer.check(str(request.url))
        for _ in range(TRIES):
            if self._signer.is_due():
                async with self._task_turn:
                    run = _Run(self._signer.renew()) if self._signer.is_due() else _DONE
                    while run.step is not None:
                        response = yield _applied(run.step, request)
                        await response.aread()
                        run.tell(response, response.content)
                if not run.result:
                    return
            run = _Run(self._signer.sign(request.method, str(request.url)))
            while run.step is not None:
                run.tell((yield _applied(run.step, request)))
            if run.result:
                return


class _Run:
    """Steps, one by one; `step` is None at their end, and `result` then holds."""

    def __init__(self, steps: Steps | None) -> None:
        self._steps = steps
        self.step: Sign | Ask | None = next(steps) if steps is not None else None
        self.result = True

    def tell(self, response: Any, body: bytes = b"") -> None:
        """What was answered to the step."""
        if self._steps is None:
            return
        try:
            self.step = self._steps.send(Answer(response.status_code, response.headers, body))
        except StopIteration as ended:
            self.step, self.result = None, ended.value


_DONE = _Run(None)


def _applied(step: Sign | Ask, request: Any) -> Any:
    """The request of a step: the caller's own with our credentials, or one of ours with the caller's deadlines."""
    if isinstance(step, Ask):
        return type(request)(
            step.method, step.url, headers=step.headers, content=step.body, extensions=request.extensions
        )
    for name in OTHER_CREDENTIALS:
        request.headers.pop(name, None)
    request.headers.update(step.headers)
    return request
