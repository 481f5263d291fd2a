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
    VOCABULARY = "It is given as numbers of tokens, which cannot be read; send text."
    BACKGROUND = "An answer that is fetched later cannot be inspected as it comes; leave `background` out."
    EVENT_SIZE = "One event is too large."
