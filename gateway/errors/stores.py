"""Errors of what is kept: databases, and what replicas share.

StoreUnavailable                503  store_unavailable          retryable
NotFound                        404  not_found
Conflict                        409  conflict
"""

from gateway.errors import GatewayError, RequestError


class StoreUnavailable(GatewayError):
    """The database, or Redis, did not answer in time or cannot be reached."""

    code = "store_unavailable"
    public = "A store of the gateway cannot be reached."
    status = 503
    retryable = True


class NotFound(RequestError):
    """What the path names is not there, or belongs to someone else: one answer for both."""

    code = "not_found"
    public = "There is no such thing here."
    status = 404


class Conflict(RequestError):
    """Something of that name is there already, or another request was first."""

    code = "conflict"
    public = "The request conflicts with what is there, or another request was first."
    status = 409
