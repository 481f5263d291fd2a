"""The sidecar that `holdback sidecar` serves: the REST contract of presidio-analyzer over our workers.

`POST /analyze` with `{"text", "language", "entities"?, "score_threshold"?}` answers a list of
`{"entity_type", "start", "end", "score"}`; a list of texts, a list of lists. `GET /health`, `GET /supportedentities`.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import orjson
from aiohttp import web

from gateway.errors import InspectionFailed
from gateway.models.pool import WorkerPool
from gateway.models.queueing import Ticket
from recognizers.ner.entities import MODEL_ENTITIES, Entity

BODY_BYTES_MAX = 1 << 20
TEXTS_MAX = 256
LANGUAGE = "en"
POOL = web.AppKey("pool", WorkerPool)


def application(pool: WorkerPool) -> web.Application:
    """The sidecar's routes over a pool that is open."""
    app = web.Application(client_max_size=BODY_BYTES_MAX)
    app[POOL] = pool
    app.router.add_post("/analyze", analyze)
    app.router.add_get("/health", health)
    app.router.add_get("/supportedentities", supported_entities)
    return app


async def analyze(request: web.Request) -> web.Response:
    """`POST /analyze`."""
    asked: Any = None
    with suppress(orjson.JSONDecodeError):
        asked = orjson.loads(await request.read())
    problem = _problem(asked)
    if problem:
        return web.json_response({"error": problem}, status=400)
    text = asked["text"]
    texts = [text] if isinstance(text, str) else text
    wanted = set(asked.get("entities") or MODEL_ENTITIES)
    least = float(asked.get("score_threshold") or 0)
    try:
        tickets = [request.app[POOL].ask(one, request) for one in texts]
        found = [await _found(ticket) for ticket in tickets]
    except InspectionFailed:
        return web.json_response({"error": "analysis failed"}, status=500)
    shown = [[_shown(one) for one in entities if one.entity in wanted and one.score >= least] for entities in found]
    return web.json_response(shown[0] if isinstance(text, str) else shown)


async def health(request: web.Request) -> web.Response:
    """`GET /health`: 200 once a worker has its model."""
    is_ready = request.app[POOL].is_ready
    return web.Response(text="ready" if is_ready else "loading", status=200 if is_ready else 503)


async def supported_entities(_: web.Request) -> web.Response:
    """`GET /supportedentities`."""
    return web.json_response(list(MODEL_ENTITIES))


async def _found(ticket: Ticket) -> tuple[Entity, ...]:
    await ticket.done()
    return ticket.wait()


def _problem(asked: Any) -> str:
    """What is wrong with a call; nothing of its text."""
    if not isinstance(asked, dict):
        return "no JSON object"
    text = asked.get("text")
    if isinstance(text, list):
        if not all(isinstance(one, str) for one in text) or len(text) > TEXTS_MAX:
            return f"text: a string, or at most {TEXTS_MAX} of them"
    elif not isinstance(text, str):
        return "No text provided"
    if asked.get("language") != LANGUAGE:
        return f"language: only {LANGUAGE} is served"
    if not isinstance(asked.get("entities") or [], list):
        return "entities: a list"
    return "" if isinstance(asked.get("score_threshold") or 0, (int, float)) else "score_threshold: a number"


def _shown(entity: Entity) -> dict[str, object]:
    return {
        "analysis_explanation": None,
        "end": entity.end,
        "entity_type": entity.entity,
        "score": entity.score,
        "start": entity.start,
    }
