"""Errors of conversations that the provider keeps.

RequestError
└── UnknownResponse                 404  unknown_response           never seen, or somebody else's: one answer
    ├── UnknownConversation         404  unknown_conversation       the same
    └── UnknownItem                 404  unknown_item               the same
"""

from gateway.errors import RequestError


class UnknownResponse(RequestError):
    """A response id that this gateway has not given to this caller; `is_foreign` (not shown): to another of the
    tenant."""

    code = "unknown_response"
    public = "There is no response with this id for this key."
    status = 404
    is_foreign = False


class UnknownConversation(UnknownResponse):
    """The same of a conversation id."""

    code = "unknown_conversation"
    public = "There is no conversation with this id for this key."


class UnknownItem(UnknownResponse):
    """The same of an item that a request refers to."""

    code = "unknown_item"
    public = "There is no item with this id for this key."
