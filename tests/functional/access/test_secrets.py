"""No key, credential, proof or nonce in any log at debug level, in the record, the database, or an error body."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text

from gateway.auth.capability import KeyKind
from gateway.observe import log
from gateway.server.session_door import PATH
from tests.fakes.access import CHAT, Answered, Gate, Holder

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """All that is logged, by us and by libraries, from the least severe level on."""
    before = structlog.get_config()
    out = io.StringIO()
    log.configure("debug", human=False, stream=out)
    root, handler = logging.getLogger(), logging.StreamHandler(out)
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)
    structlog.configure(**before)


async def test_secrets_are_nowhere(gate: Gate, lines: io.StringIO) -> None:
    holder, thief = Holder(), Holder()
    bound, free = await gate.key(thumbprint=holder.thumbprint), await gate.key()
    once = await gate.key(kind=KeyKind.ONESHOT)
    secrets, answers = [bound.text, free.text, once.text], list[Answered]()
    for _ in range(2):
        answers.append(await gate.prove(holder, bound.text))
    for given in (free.text, once.text, once.text, free.text[:-1] + "_", bound.text):
        answers.append(await gate.bearer(given))
    answers.append(await gate.bearer(free.text, f"{CHAT}?api_key={free.text}"))
    answers.append(await gate.prove(thief, bound.text))
    proof = holder.proof("POST", PATH, bound.text)
    opened = await gate.send({"Authorization": f"DPoP {bound.text}", "DPoP": proof}, PATH, {})
    secrets += [proof, opened.body["refresh_token"], opened.body["access_token"]]
    for _ in range(4):  # the last one is theft
        proof = holder.proof("POST", PATH, "")
        answers.append(await gate.send({"DPoP": proof}, PATH, {"refresh_token": opened.body["refresh_token"]}))
        secrets.append(proof)
        if answers[-1].status == 200:
            secrets += [answers[-1].body["refresh_token"], answers[-1].body["access_token"]]
            answers.pop()
    assert {answer.status for answer in answers} >= {200, 401}
    assert "refresh_reused" in {answer.code for answer in answers if answer.status != 200}
    async with gate.services.stores.database.read() as connection:
        tables = await connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        kept = "".join(
            [str((await connection.execute(text(f"SELECT * FROM {name}"))).all()) for (name,) in tables.all()]
        )
    said = json.dumps([answer.body for answer in answers])
    for place, written in (("log", lines.getvalue()), ("database", kept), ("answers", said)):
        assert len(written) > 1000, place
        for secret in secrets:
            # The id of a key is public; what follows it is not, nor is any good part of it.
            parts = [secret.split("_")[-1][:20]] if secret.startswith("kc_") else secret.split(".")[1:]
            assert not [part for part in parts if part in written], (place, secret[:12])
    assert "access.theft" in lines.getvalue()
    lines.write(free.text)
    assert free.text.split("_")[-1][:20] in lines.getvalue(), "and it would be seen"
