"""What a caller's key permits about models and providers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aiohttp import web

from gateway.auth.grant import providers, real_model
from gateway.errors.access import ModelNotAllowed
from gateway.providers.routing import Candidate
from gateway.server.caller import grant_of
from gateway.wire.json_text import Kind, Node

Permitted = Callable[[Sequence[Candidate]], list[Candidate]]


def model_of(root: Node) -> str:
    """The model that a body names; empty where it names none."""
    model = root.get("model")
    return model.text() if model is not None and model.kind is Kind.STRING else ""


def permitted_model(request: web.Request, name: str) -> str:
    """The model that a name stands for.

    Raises:
        ModelNotAllowed, ScopeDenied: the key may not use it.
    """
    grant = grant_of(request)
    return real_model(grant, name) if grant is not None and name else name


def permitted_providers(request: web.Request) -> Permitted:
    """Which of the providers that could be asked may be.

    What it gives raises ScopeDenied or ModelNotAllowed where none is left.
    """
    grant = grant_of(request)
    if grant is None:
        return list

    def choose(candidates: Sequence[Candidate]) -> list[Candidate]:
        # A route may send another name than the client's: what the agent denies is denied by that name, too.
        rules = grant.agent.rules
        left = [one for one in candidates if not one.model or not rules.denies(one.model)]
        if candidates and not left:
            raise ModelNotAllowed(param="model")
        by_name = {one.provider: one for one in left}
        return [by_name[name] for name in providers(grant, list(by_name))]

    return choose
