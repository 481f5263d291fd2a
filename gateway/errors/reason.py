"""Why a body was refused."""

from enum import Enum


class Reason(Enum):
    """Why a body was refused. An enum and no string, so that a message cannot pick up text on the way."""

    ENCODING = "It is not valid UTF-8."
    BYTE_ORDER_MARK = "It starts with a byte order mark."
    SYNTAX = "It does not follow RFC 8259."
    DEPTH = "It is nested too deeply."
    NODES = "It has too many values."
    DUPLICATE_KEY = "One object has the same key twice."
    EVENT_SIZE = "One event is too large."
