"""The taxonomy is a contract: codes, statuses and public texts, and no way for a user's text to get in."""

import copy
import pickle
import re
import sys

import pytest

from gateway.errors import (
    AttachmentBlocked,
    AuthenticationError,
    ConfigurationError,
    DuplicateKey,
    GatewayError,
    InspectionFailed,
    MalformedRequest,
    MethodNotAllowed,
    Overloaded,
    Reason,
    RequestError,
    RequestTimeout,
    RequestTooLarge,
    ResponseTooLarge,
    StreamMisuse,
    UnknownEndpoint,
    UnreadableAnswer,
    UnsupportedEncoding,
    UnsupportedField,
    UpstreamError,
    UpstreamProtocolError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    all_errors,
)

# Callers' scripts rely on these: a row may be added, never changed.
CONTRACT = [
    (MalformedRequest, 400, "malformed_request", False),
    (DuplicateKey, 400, "duplicate_json_key", False),
    (UnsupportedField, 400, "unsupported_field", False),
    (AttachmentBlocked, 400, "attachment_blocked", False),
    (AuthenticationError, 401, "invalid_api_key", False),
    (UnknownEndpoint, 404, "unknown_endpoint", False),
    (MethodNotAllowed, 405, "method_not_allowed", False),
    (RequestTimeout, 408, "request_timeout", True),
    (RequestTooLarge, 413, "request_too_large", False),
    (UnsupportedEncoding, 415, "unsupported_encoding", False),
    (UpstreamUnavailable, 502, "upstream_unavailable", True),
    (UpstreamTimeout, 504, "upstream_timeout", True),
    (UpstreamProtocolError, 502, "upstream_protocol_error", False),
    (UnreadableAnswer, 502, "unreadable_answer", False),
    (ResponseTooLarge, 502, "response_too_large", False),
    (InspectionFailed, 500, "inspection_failed", False),
    (StreamMisuse, 500, "stream_misuse", False),
    (Overloaded, 503, "overloaded", True),
]
ALL = all_errors()


def make(error: type[GatewayError]) -> GatewayError:
    if issubclass(error, ConfigurationError):
        return error("unknown setting `upstrem`")
    if issubclass(error, UpstreamRefused):
        return error(429, retry_after_seconds=3)
    return error(param="messages[2].content", reason=Reason.DEPTH, at_byte=7, retry_after_seconds=3)


@pytest.mark.parametrize(("error", "status", "code", "retryable"), CONTRACT)
def test_the_contract(error: type[GatewayError], status: int, code: str, retryable: bool) -> None:
    raised = error()
    assert (raised.status, raised.code, raised.retryable) == (status, code, retryable)


@pytest.mark.parametrize("error", ALL)
def test_the_tree_in_the_docstring_is_the_tree(error: type[GatewayError]) -> None:
    status = "the provider's own status" if error is UpstreamRefused else str(error.status)
    # Columns are set apart by two spaces or more.
    row = rf"\b{error.__name__}  +{re.escape(status)}  +{error.code}(  .*)?$"
    found = re.search(row, sys.modules[error.__module__].__doc__ or "", re.MULTILINE)
    assert found
    assert ("retryable" in found[0]) == error.retryable


@pytest.mark.parametrize("error", ALL)
def test_the_parent_says_whose_fault_it_is(error: type[GatewayError]) -> None:
    assert (400 <= error.status < 500) == issubclass(error, RequestError)
    # Key services answer with 502 too, and so does a blocked answer.
    assert error.status in {502, 504} or not issubclass(error, UpstreamError)


@pytest.mark.parametrize("error", ALL)
def test_every_class_speaks_for_itself(error: type[GatewayError]) -> None:
    assert {"code", "public"} <= vars(error).keys()
    assert error.__doc__
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", error.code)
    assert re.fullmatch(r"[A-Z][^{}%]*\.", error.public)


def test_codes_and_public_texts_are_told_apart() -> None:
    assert len({error.code for error in ALL}) == len(ALL)
    assert len({error.public for error in ALL}) == len(ALL)


def test_all_errors_lists_parents_first_and_only_this_room() -> None:
    class Planted(RequestError):
        """Not part of the contract."""

    assert ALL[0] is GatewayError
    assert set(ALL) >= {error for error, *_ in CONTRACT} | {ConfigurationError, UpstreamRefused}
    assert all(ALL.index(parent) < ALL.index(error) for error in ALL[1:] for parent in error.__bases__)
    assert len(ALL) == len(set(ALL))
    assert Planted not in all_errors()


@pytest.mark.parametrize("error", [error for error in ALL if error not in {ConfigurationError, UpstreamRefused}])
def test_there_is_no_place_for_free_text(error: type[GatewayError]) -> None:
    make_anyhow: type[Exception] = error
    with pytest.raises(TypeError):
        make_anyhow("jane@example.com")


@pytest.mark.parametrize("error", ALL)
def test_errors_survive_a_process_boundary(error: type[GatewayError]) -> None:
    raised = make(error)
    for again in (pickle.loads(pickle.dumps(raised)), copy.copy(raised)):
        assert type(again) is error
        assert vars(again) == vars(raised)
        assert str(again) == str(raised)


def test_a_message_adds_reason_and_place() -> None:
    assert str(MalformedRequest()) == MalformedRequest.public
    full = MalformedRequest(reason=Reason.DEPTH, at_byte=12, param="messages[2].content")
    assert str(full) == f"{MalformedRequest.public} It is nested too deeply. See byte 12."
    assert full.param == "messages[2].content"


@pytest.mark.parametrize(
    ("status", "shown", "retryable"),
    [
        (400, 400, False),
        (401, 401, False),
        (404, 404, False),
        (408, 408, True),
        (429, 429, True),
        (500, 500, True),
        (503, 503, True),
        (529, 529, True),
        (599, 599, False),
        (200, 502, False),
        (302, 502, False),
        (600, 502, False),
        (-1, 502, False),
    ],
)
def test_the_status_of_a_refusal_passes(status: int, shown: int, retryable: bool) -> None:
    refused = UpstreamRefused(status, retry_after_seconds=5)
    assert (refused.status, refused.retryable, refused.retry_after_seconds) == (shown, retryable, 5)
    assert UpstreamRefused.status == 502


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConfigurationError("No provider."), "No provider."),
        (ConfigurationError("No provider.", cure="Set `upstream`."), "No provider. Set `upstream`."),
        (ConfigurationError("Unknown `upstrem`.", file="a.yaml"), "a.yaml: Unknown `upstrem`."),
        (ConfigurationError("Unknown `upstrem`.", file="a.yaml", line=3), "a.yaml:3: Unknown `upstrem`."),
        (
            ConfigurationError("Unknown `upstrem`.", file="a.yaml", line=3, column=5, cure="Did you mean `upstream`?"),
            "a.yaml:3:5: Unknown `upstrem`. Did you mean `upstream`?",
        ),
    ],
)
def test_a_configuration_error_points_into_the_file(error: ConfigurationError, text: str) -> None:
    assert str(error) == text
    assert error.message == ConfigurationError.public
    assert error.exit_code == 78
