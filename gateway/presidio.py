"""Operators for presidio-anonymizer: batch jobs make and restore the tokens that the gateway makes.

A batch sees one value at a time, so of two values that share a token the first keeps it and the second gets the long
form; the gateway, which sees a whole request, gives the long form to both.
"""

from __future__ import annotations

import base64
from typing import Any

from presidio_anonymizer.entities import InvalidParamError
from presidio_anonymizer.operators import Operator, OperatorType

from gateway.vault.keys import CipherName, TenantRoot, TokenKeys
from gateway.vault.matcher import core_of
from gateway.vault.tokenizer import Entry, Name, Tokenizer

LOCAL_TENANT = "local"
TOKENIZER = "tokenizer"
ENTITY = "entity_type"


class BatchTokenizer:
    """Makes tokens, and knows the values of those that it made.

    Args:
        keys: within the scope of the job.
        formats: names of formats by entity, where the default is not wanted (`CREDIT_CARD: pan_marked`).
    """

    def __init__(self, keys: TokenKeys, formats: dict[str, str] | None = None) -> None:
        self._keys = keys
        self._formats = formats or {}
        self._made: dict[str, Entry] = {}

    def tokenize(self, entity: str, value: str) -> str:
        """The token of a value."""
        entry = self._entry(entity, value, frozenset())
        known = self._made.get(core_of(entry.token))
        if known is not None and known.canonical != entry.canonical:
            entry = self._entry(entity, value, frozenset({entry.name}))
        self._made.setdefault(core_of(entry.token), entry)
        return entry.token

    def detokenize(self, token: str) -> str:
        """The value of a token that was made here, in any spelling; any other text as it is."""
        entry = self._made.get(core_of(token))
        return token if entry is None else entry.restored(token)

    def _entry(self, entity: str, value: str, long: frozenset[Name]) -> Entry:
        tokenizer = Tokenizer([self._keys], self._formats, long=long)
        tokenizer.token(entity, value)
        return tokenizer.entries[0]


class HoldbackTokenize(Operator):
    """`holdback_tokenize`: a value becomes its token. Parameter `tokenizer`: a `BatchTokenizer`."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        given = params or {}
        tokenizer: BatchTokenizer = given[TOKENIZER]
        return tokenizer.tokenize(str(given.get(ENTITY) or "VALUE"), text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        _check(params)

    def operator_name(self) -> str:
        return "holdback_tokenize"

    def operator_type(self) -> OperatorType:
        return OperatorType.Anonymize


class HoldbackDetokenize(Operator):
    """`holdback_detokenize`: a token becomes its value. Parameter `tokenizer`: the one that made it."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        tokenizer: BatchTokenizer = (params or {})[TOKENIZER]
        return tokenizer.detokenize(text)

    def validate(self, params: dict[str, Any] | None = None) -> None:
        _check(params)

    def operator_name(self) -> str:
        return "holdback_detokenize"

    def operator_type(self) -> OperatorType:
        return OperatorType.Deanonymize


def _check(params: dict[str, Any] | None) -> None:
    if not isinstance((params or {}).get(TOKENIZER), BatchTokenizer):
        raise InvalidParamError("Expected parameter `tokenizer`: a BatchTokenizer.")


def tokenizer_of(
    key: bytes | str, *, scope: str = "", tenant: str = LOCAL_TENANT, version: int = 1, cipher: str = "ff3-1"
) -> BatchTokenizer:
    """A tokenizer for a job.

    Args:
        key: the tenant's root, 32 bytes, or Base64 of them.
        scope: within what equal values have equal tokens; `""`: the whole tenant.
        tenant, version: of the key, as in the gateway.
        cipher: `ff3-1` or `ff1`.

    Raises:
        CipherMisuse: the key is of another length.
    """
    root = TenantRoot(base64.b64decode(key) if isinstance(key, str) else key, tenant, version)
    return BatchTokenizer(TokenKeys(root, cipher=CipherName(cipher)).within(scope))
