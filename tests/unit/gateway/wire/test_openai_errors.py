"""Errors in OpenAI's shape, for every error there is."""

from __future__ import annotations

import json

import pytest

from gateway.errors import ConfigurationError, GatewayError, Reason, UpstreamRefused, all_errors
from gateway.wire.openai_errors import error_body

STATUSES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    408: "invalid_request_error",
    413: "invalid_request_error",
    429: "rate_limit_error",
    500: "api_error",
    502: "api_error",
    504: "api_error",
}


def made(error: type[GatewayError]) -> GatewayError:
    if issubclass(error, UpstreamRefused):
        return error(429)
    if issubclass(error, ConfigurationError):
        return error("a secret setting", file="holdback.yaml")
    return error()


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_every_error_has_the_four_fields(error: type[GatewayError]) -> None:
    one = made(error)
    body = json.loads(error_body(one))
    assert list(body) == ["error"]
    assert list(body["error"]) == ["message", "type", "code", "param"]
    assert body["error"]["code"] == error.code
    assert body["error"]["message"] == one.message
    assert body["error"]["param"] is None
    assert b"secret setting" not in error_body(one)


@pytest.mark.parametrize(("status", "kind"), STATUSES.items())
def test_type_by_status(status: int, kind: str) -> None:
    assert json.loads(error_body(UpstreamRefused(status)))["error"]["type"] == kind


def test_reason_place_and_param() -> None:
    error = GatewayError(param="messages[2].content", reason=Reason.DEPTH, at_byte=7)
    body = json.loads(error_body(error))["error"]
    assert body["param"] == "messages[2].content"
    assert body["message"].endswith("It is nested too deeply. See byte 7.")


def test_one_line_of_ascii() -> None:
    for error in all_errors():
        body = error_body(made(error))
        assert body.isascii()
        assert b"\n" not in body
