"""Conversations that the provider keeps: tokens of earlier turns turn back for their owner, from any replica, and for
nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from gateway.services import Services
from gateway.stores.tables.audit import Filter
from tests.fakes.gateway import KEY, serve_gateway
from tests.fakes.provider import Provider, serve_provider

VALUES = ("jane.doe@mail.example.com", "4111 1111 1111 1111", "536-22-8726")
PROMPT = "Write to {}, card {}, SSN {}.".format(*VALUES)
SHOWN = "So: {}, {}, {}."


@dataclass
class Replicas:
    """Two gateways with one database, and their provider."""

    provider: Provider
    urls: list[str]
    services: list[Services]
    http: aiohttp.ClientSession

    async def ask(
        self, path: str, body: object = None, *, at: int = 0, method: str = "POST", user: str = ""
    ) -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {KEY}", **({"X-Holdback-User": user} if user else {})}
        given: dict[str, Any] = {} if body is None else {"json": body}
        async with self.http.request(method, self.urls[at] + path, headers=headers, **given) as answer:
            return answer.status, await answer.text()

    async def begin(self, answer_id: str, text: str = PROMPT, **more: Any) -> list[str]:
        """A first turn; the tokens that the provider saw."""
        self.provider.body = said(answer_id, "ok")
        user = more.pop("user", "")
        status, answer = await self.ask("/v1/responses", {"model": "m", "input": text, **more}, user=user)
        assert status == 200, answer
        return tokens_of(self.last["input"])

    async def events(self) -> list[dict[str, Any]]:
        rows = await self.services[0].audit.store.rows(Filter())
        return [{"kind": row.kind, **json.loads(row.body)} for row in rows]

    @property
    def last(self) -> Any:
        return json.loads(self.provider.requests[-1])


def said(answer_id: str, text: str) -> dict[str, Any]:
    part = {"type": "output_text", "text": text, "annotations": []}
    message: dict[str, Any] = {"type": "message", "id": f"msg_{answer_id}", "role": "assistant", "status": "completed"}
    message["content"] = [part]
    return {"id": answer_id, "object": "response", "status": "completed", "output": [message]}


def tokens_of(text: str) -> list[str]:
    words = text.removeprefix("Write to ").removesuffix(".")
    email, rest = words.split(", card ")
    return [email, *rest.split(", SSN ")]


def heard(answer: str) -> str:
    return str(json.loads(answer)["output"][0]["content"][0]["text"])


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replicas(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Replicas]:
    folder: Path = tmp_path_factory.mktemp("kept")
    async with AsyncExitStack() as stack:
        provider = await stack.enter_async_context(serve_provider())
        http = await stack.enter_async_context(aiohttp.ClientSession())
        opened = [
            await stack.enter_async_context(serve_gateway(provider.base_url, data_dir=str(folder))) for _ in range(2)
        ]
        yield Replicas(provider, [url for url, _ in opened], [services for _, services in opened], http)


async def test_tokens_of_earlier_turns_turn_back_from_another_replica(replicas: Replicas) -> None:
    tokens = await replicas.begin("resp_1")
    assert not any(value in replicas.provider.requests[-1].decode() for value in VALUES)
    replicas.provider.body = said("resp_2", SHOWN.format(*tokens))
    body = {"model": "m", "input": "And now?", "previous_response_id": "resp_1"}
    status, answer = await replicas.ask("/v1/responses", body, at=1)
    assert (status, heard(answer)) == (200, SHOWN.format(*VALUES))
    assert replicas.last["previous_response_id"] == "resp_1"

    # Two turns on, with a new value: the old ones still turn back, and equal values keep their tokens.
    replicas.provider.body = said("resp_3", SHOWN.format(*tokens))
    body = {"model": "m", "input": f"Card {VALUES[1]}?", "previous_response_id": "resp_2"}
    status, answer = await replicas.ask("/v1/responses", body)
    assert (status, heard(answer)) == (200, SHOWN.format(*VALUES))
    assert replicas.last["input"] == f"Card {tokens[1]}?"


async def test_a_stream_is_written_down_before_it_ends(replicas: Replicas) -> None:
    response = said("resp_s", "ok")
    events = [
        {"type": "response.created", "response": {**response, "output": [], "status": "in_progress"}},
        {"type": "response.completed", "response": response},
    ]
    replicas.provider.body = None
    replicas.provider.pieces = [b"data: %b\n\n" % json.dumps(event).encode() for event in events]
    status, answer = await replicas.ask("/v1/responses", {"model": "m", "input": PROMPT, "stream": True})
    assert status == 200
    assert "response.completed" in answer
    tokens = tokens_of(replicas.last["input"])
    replicas.provider.body = said("resp_t", SHOWN.format(*tokens))
    body = {"model": "m", "input": "?", "previous_response_id": "resp_s"}
    status, answer = await replicas.ask("/v1/responses", body, at=1)
    assert heard(answer) == SHOWN.format(*VALUES)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/responses"),
        ("GET", "/v1/responses/resp_a"),
        ("DELETE", "/v1/responses/resp_a"),
        ("POST", "/v1/responses/resp_a/cancel"),
        ("GET", "/v1/responses/resp_a/input_items"),
    ],
)
async def test_somebody_elses_response_is_not_there(replicas: Replicas, method: str, path: str) -> None:
    await replicas.begin("resp_a", user="alice")
    before = len(replicas.provider.requests)
    body = {"model": "m", "input": "?", "previous_response_id": "resp_a"} if path.endswith("responses") else None
    foreign = await replicas.ask(path, body, method=method, user="bob")
    if body:
        body["previous_response_id"] = "resp_none"
    unknown = await replicas.ask(path.replace("resp_a", "resp_none"), body, method=method, user="bob")
    assert foreign[0] == unknown[0] == 404
    assert json.loads(foreign[1])["error"] == json.loads(unknown[1])["error"]
    assert json.loads(foreign[1])["error"]["code"] == "unknown_response"
    assert len(replicas.provider.requests) == before
    seen = [(one["kind"], one["reason"]) for one in await replicas.events() if one.get("code") == "unknown_response"]
    assert {("enumeration", "foreign"), ("block", "unknown")} <= set(seen)


async def test_a_response_is_read_and_deleted_by_its_owner(replicas: Replicas) -> None:
    tokens = await replicas.begin("resp_d", user="carol")
    replicas.provider.body = said("resp_d", SHOWN.format(*tokens))
    status, answer = await replicas.ask("/v1/responses/resp_d?include=x&stream=true", method="GET", user="carol", at=1)
    assert (status, heard(answer)) == (200, SHOWN.format(*VALUES))
    assert replicas.provider.paths[-1] == "/v1/responses/resp_d?include=x"
    replicas.provider.body = {"id": "resp_d", "object": "response", "deleted": True}
    status, _ = await replicas.ask("/v1/responses/resp_d", method="DELETE", user="carol")
    assert status == 200
    assert (await replicas.ask("/v1/responses/resp_d", method="GET", user="carol", at=1))[0] == 404


async def test_what_is_not_kept_is_not_written_down(replicas: Replicas) -> None:
    await replicas.begin("resp_n", store=False)
    body = {"model": "m", "input": "?", "previous_response_id": "resp_n"}
    assert (await replicas.ask("/v1/responses", body))[0] == 404


def referring(*items: str) -> dict[str, Any]:
    """A turn that names items in place of saying them."""
    listed: list[dict[str, str]] = [{"type": "item_reference", "id": item} for item in items]
    return {"model": "m", "input": [{"role": "user", "content": "So?"}, *listed]}


async def test_an_item_is_referred_to_by_its_owner_alone(replicas: Replicas) -> None:
    await replicas.begin("resp_i", user="gus")
    replicas.provider.body = None
    response = said("resp_j", "ok")
    [item] = response["output"]
    events = [
        {"type": "response.created", "response": {**response, "output": []}},
        {"type": "response.output_item.done", "output_index": 0, "item": {**item, "id": "msg_streamed"}},
        {"type": "response.completed", "response": {**response, "output": [{**item, "id": "msg_streamed"}]}},
    ]
    replicas.provider.pieces = [b"data: %b\n\n" % json.dumps(event).encode() for event in events]
    await replicas.ask("/v1/responses", {"model": "m", "input": "?", "stream": True}, user="gus")
    replicas.provider.body = said("resp_k", "ok")
    body = referring("msg_resp_i", "msg_streamed")
    assert (await replicas.ask("/v1/responses", body, at=1, user="gus"))[0] == 200
    assert replicas.last["input"] == body["input"]

    before = len(replicas.provider.requests)
    bare = {"model": "m", "input": [{"id": "msg_resp_i"}]}
    answers = [
        await replicas.ask("/v1/responses", named, user="hal")
        for named in (
            *(referring("msg_resp_i"), referring("msg_resp_k", "msg_streamed"), bare),
            *(referring("msg_none"), {**referring("msg_none"), "conversation": None}),
        )
    ]
    assert {(status, json.dumps(json.loads(answer)["error"])) for status, answer in answers} == {
        (404, json.dumps(json.loads(answers[0][1])["error"]))
    }
    assert json.loads(answers[0][1])["error"]["code"] == "unknown_item"
    assert len(replicas.provider.requests) == before
    seen = [(one["kind"], one["reason"]) for one in await replicas.events() if one.get("code") == "unknown_item"]
    assert {("enumeration", "foreign"), ("block", "unknown")} == set(seen)


async def test_an_item_put_into_a_conversation_is_its_owners(replicas: Replicas) -> None:
    replicas.provider.body = {"id": "conv_i", "object": "conversation"}
    await replicas.ask("/v1/conversations", {}, user="ivy")
    replicas.provider.body = {"object": "list", "data": [{"id": "msg_put", "type": "message"}], "has_more": False}
    item = {"type": "message", "role": "user", "content": "Hi"}
    assert (await replicas.ask("/v1/conversations/conv_i/items", {"items": [item]}, user="ivy"))[0] == 200
    replicas.provider.body = said("resp_l", "ok")
    for user, status in (("ivy", 200), ("joe", 404)):
        assert (await replicas.ask("/v1/responses", referring("msg_put"), user=user))[0] == status


async def test_a_conversation_holds_the_tokens_of_all_its_turns(replicas: Replicas) -> None:
    replicas.provider.body = {"id": "conv_1", "object": "conversation", "metadata": {}}
    item: dict[str, Any] = {"type": "message", "role": "user", "content": f"I am {VALUES[0]}"}
    status, _ = await replicas.ask("/v1/conversations", {"items": [item]}, user="dan")
    assert status == 200
    email = replicas.last["items"][0]["content"].removeprefix("I am ")
    assert email != VALUES[0]

    replicas.provider.body = said("resp_c1", "ok")
    body = {"model": "m", "input": f"Card {VALUES[1]}", "conversation": "conv_1"}
    assert (await replicas.ask("/v1/responses", body, at=1, user="dan"))[0] == 200
    card = replicas.last["input"].removeprefix("Card ")

    replicas.provider.body = {"object": "list", "data": [], "has_more": False}
    more = {"items": [{"type": "message", "role": "user", "content": f"SSN {VALUES[2]}"}]}
    assert (await replicas.ask("/v1/conversations/conv_1/items", more, user="dan"))[0] == 200
    number = replicas.last["items"][0]["content"].removeprefix("SSN ")

    replicas.provider.body = said("resp_c2", SHOWN.format(email, card, number))
    asked = {"model": "m", "input": "So?", "conversation": {"id": "conv_1"}}
    status, answer = await replicas.ask("/v1/responses", asked, user="dan")
    assert (status, heard(answer)) == (200, SHOWN.format(*VALUES))
    assert (await replicas.ask("/v1/responses", asked, user="eve"))[0] == 404
    assert (await replicas.ask("/v1/conversations/conv_1", method="GET", user="eve"))[0] == 404

    stored = item | {"content": f"I am {email}"}
    replicas.provider.body = {"object": "list", "data": [stored], "has_more": False}
    status, answer = await replicas.ask("/v1/conversations/conv_1/items?limit=5", method="GET", user="dan", at=1)
    assert json.loads(answer)["data"][0]["content"] == f"I am {VALUES[0]}"
    assert (await replicas.ask("/v1/conversations/conv_1", method="DELETE", user="dan"))[0] == 200
    assert (await replicas.ask("/v1/responses", asked, user="dan"))[0] == 404


async def test_nothing_of_it_stands_in_the_database(replicas: Replicas) -> None:
    await replicas.begin("resp_secretid", user="frank@mail.example.com")
    stored = _all_bytes(Path(replicas.services[0].settings.stores.data_dir))
    for text in (*VALUES, "resp_secretid", "frank@mail"):
        assert text.encode() not in stored


def _all_bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())
