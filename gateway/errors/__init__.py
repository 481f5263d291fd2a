"""The error taxonomy: what went wrong, in words that are always safe to show.

    GatewayError                        500  gateway_error
    ├── ConfigurationError              500  configuration_error        start only, exit 78
    ├── RequestError                    400  request_error              the caller can cure it
    │   ├── MalformedRequest            400  malformed_request
    │   ├── DuplicateKey                400  duplicate_json_key
    │   ├── UnsupportedField            400  unsupported_field
    │   ├── AttachmentBlocked           400  attachment_blocked
    │   ├── AuthenticationError         401  invalid_api_key
    │   ├── UnknownEndpoint             404  unknown_endpoint
    │   ├── MethodNotAllowed            405  method_not_allowed
    │   ├── RequestTimeout              408  request_timeout            retryable
    │   ├── RequestTooLarge             413  request_too_large
    │   └── UnsupportedEncoding         415  unsupported_encoding
    ├── UpstreamError                   502  upstream_error             the model provider is at fault
    │   ├── UpstreamUnavailable         502  upstream_unavailable       retryable
    │   ├── UpstreamTimeout             504  upstream_timeout           retryable
    │   ├── UpstreamProtocolError       502  upstream_protocol_error
    │   ├── UnreadableAnswer            502  unreadable_answer
    │   ├── UpstreamRefused             the provider's own status       upstream_refused
    │   └── ResponseTooLarge            502  response_too_large
    ├── InspectionFailed                500  inspection_failed          fail closed: no text left
    ├── StreamMisuse                    500  stream_misuse              a bug of ours
    └── Overloaded                      503  overloaded                 retryable

Laws:

1. No message carries request or response text. The texts are constants of this room; what an instance adds is an enum
   member, a number, or a path made of our own field names. There is no parameter that takes free text, except in
   `ConfigurationError`, whose text is about the operator's own file.
2. Foreign exceptions do not travel: theirs hold the document (`JSONDecodeError.doc`, `UnicodeDecodeError.object`).
   Raise ours after the `except` block: `from None` inside one only hides the foreign one, it stays in `__context__`.
3. `code` is a contract with callers' scripts: it may be added, never renamed.
4. Errors of one room are a file beside this one, with their part of the tree in its docstring, found by folder walk.
"""

import importlib
import pkgutil
from collections.abc import Iterator
from typing import ClassVar

from gateway.errors.reason import Reason as Reason

_RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 529})  # 529: Anthropic's "overloaded"


class GatewayError(Exception):
    """The root. `public` goes to the client as it stands; `retryable` says that the same request may succeed later.

    `param` is a field path in our own vocabulary (`messages[2].content`, see `wire.json_text.path_of`), `at_byte` an
    offset in the body, `retry_after_seconds` what a `Retry-After` header should say.
    """

    code: ClassVar[str] = "gateway_error"
    public: ClassVar[str] = "The gateway failed."
    status: int = 500
    retryable: bool = False

    def __init__(
        self,
        *,
        param: str | None = None,
        reason: Reason | None = None,
        at_byte: int | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__()
        self.param, self.reason, self.at_byte = param, reason, at_byte
        self.retry_after_seconds = retry_after_seconds

    @property
    def message(self) -> str:
        """`public`, then the reason and the place when they are known. Safe for clients and logs alike."""
        reason = "" if self.reason is None else f" {self.reason.value}"
        place = "" if self.at_byte is None else f" See byte {self.at_byte}."
        return self.public + reason + place

    def __str__(self) -> str:
        return self.message


class ConfigurationError(GatewayError):
    """The configuration cannot be used: the process ends with exit code 78 before it listens.

    `problem` and `cure` are about the operator's file (names, types, near misses), never the value of a secret. `str()`
    gives `file:line:column: problem cure`; `message` stays generic.
    """

    code = "configuration_error"
    public = "The configuration of the gateway is not valid."
    exit_code: ClassVar[int] = 78  # EX_CONFIG of sysexits.h

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        cure: str | None = None,
    ) -> None:
        super().__init__()
        self.args = (problem,)  # for pickle, which calls the class with `args`
        self.problem, self.cure = problem, cure
        self.file, self.line, self.column = file, line, column

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        said = f"{self.problem} {self.cure}" if self.cure else self.problem
        return f"{place}: {said}" if place else said


class RequestError(GatewayError):
    """The request cannot be served as it is; the caller can cure it."""

    code = "request_error"
    public = "The request cannot be served."
    status = 400


class MalformedRequest(RequestError):
    """The body is not the JSON that this endpoint reads, or is over a structural cap (depth, number of values)."""

    code = "malformed_request"
    public = "The request body is not acceptable JSON."


class DuplicateKey(RequestError):
    """One object has a key twice: we might inspect one value and the provider read the other (SECURITY B.5)."""

    code = "duplicate_json_key"
    public = "The request body has an object with a duplicate key."


class UnsupportedField(RequestError):
    """A field, or a value of a field, that the gateway cannot inspect; `param` names it."""

    code = "unsupported_field"
    public = "The request uses a field or a value that this gateway does not support."


class AttachmentBlocked(RequestError):
    """An image, file or audio part in a request whose policy does not let them through unread."""

    code = "attachment_blocked"
    public = "The request has an attachment that cannot be inspected; the policy does not let it through."


class AuthenticationError(RequestError):
    """No key, an unknown key or an expired key: one answer for all three, so that nothing can be probed."""

    code = "invalid_api_key"
    public = "The API key is missing or not valid."
    status = 401


class UnknownEndpoint(RequestError):
    """No route has this path."""

    code = "unknown_endpoint"
    public = "There is no such endpoint."
    status = 404


class MethodNotAllowed(RequestError):
    """The path exists, with other methods."""

    code = "method_not_allowed"
    public = "This endpoint does not answer to this method."
    status = 405


class RequestTimeout(RequestError):
    """Head or body of the request did not arrive before its deadline."""

    code = "request_timeout"
    public = "The request did not arrive in time."
    status = 408
    retryable = True


class RequestTooLarge(RequestError):
    """The body is over the configured number of bytes, before or after decompression."""

    code = "request_too_large"
    public = "The request body is too large."
    status = 413


class UnsupportedEncoding(RequestError):
    """A content encoding, charset or media type that the gateway does not read."""

    code = "unsupported_encoding"
    public = "The content type or encoding of the request is not supported."
    status = 415


class UpstreamError(GatewayError):
    """The model provider did not do its part."""

    code = "upstream_error"
    public = "The model provider failed."
    status = 502


class UpstreamUnavailable(UpstreamError):
    """No connection, or one that broke off before the end of the body."""

    code = "upstream_unavailable"
    public = "The model provider cannot be reached."
    retryable = True


class UpstreamTimeout(UpstreamError):
    """The provider did not answer, or fell silent, past a deadline."""

    code = "upstream_timeout"
    public = "The model provider did not answer in time."
    status = 504
    retryable = True


class UpstreamProtocolError(UpstreamError):
    """The answer is not the SSE or JSON of its endpoint, so it cannot be inspected and does not go out."""

    code = "upstream_protocol_error"
    public = "The model provider sent an answer that cannot be read."


class UpstreamRefused(UpstreamError):
    """The provider answered with an error. Its status passes (502 for what is no error status), its text does not."""

    code = "upstream_refused"
    public = "The model provider refused the request."

    def __init__(self, status: int, *, param: str | None = None, retry_after_seconds: int | None = None) -> None:
        super().__init__(param=param, retry_after_seconds=retry_after_seconds)
        self.args = (status,)  # for pickle, which calls the class with `args`
        self.status = status if 400 <= status <= 599 else 502
        self.retryable = status in _RETRYABLE_STATUSES


class UnreadableAnswer(UpstreamError):
    """An image, file or audio in an answer whose policy does not let them through unread."""

    code = "unreadable_answer"
    public = "The answer has an attachment that cannot be inspected; the policy does not let it through."


class ResponseTooLarge(UpstreamError):
    """The answer, or one event of it, is over the configured number of bytes."""

    code = "response_too_large"
    public = "The answer of the model provider is too large."


class InspectionFailed(GatewayError):
    """Scanning could not do its work, so no text left the gateway (law 5: fail closed)."""

    code = "inspection_failed"
    public = "The text could not be inspected, so it was not passed on."


class StreamMisuse(GatewayError):
    """A pure room was called against its contract: a bug of ours, never the caller's or the provider's fault."""

    code = "stream_misuse"
    public = "The gateway failed while it handled the text, so it was not passed on."


class Overloaded(GatewayError):
    """A queue or a limit of this gateway is full."""

    code = "overloaded"
    public = "The gateway is overloaded."
    status = 503
    retryable = True


def all_errors() -> tuple[type[GatewayError], ...]:
    """Every class of this room, parents first, in the order of the files: what the reference page is made of."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(_family(GatewayError))


def _family(root: type[GatewayError]) -> Iterator[type[GatewayError]]:
    yield root
    # Sorted by module: the order must not depend on which file was imported first.
    for child in sorted(root.__subclasses__(), key=lambda error: error.__module__):
        # What a test or a plug-in derives is no part of the contract.
        if child.__module__ == __name__ or child.__module__.startswith(f"{__name__}."):
            yield from _family(child)
