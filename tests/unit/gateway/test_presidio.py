"""Batch jobs of presidio-anonymizer make and restore the tokens of the gateway."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from presidio_anonymizer import AnonymizerEngine, DeanonymizeEngine
from presidio_anonymizer.entities import InvalidParamError, OperatorConfig, OperatorResult, RecognizerResult

from gateway.presidio import BatchTokenizer, HoldbackDetokenize, HoldbackTokenize, tokenizer_of
from gateway.vault.keys import TenantRoot, TokenKeys
from gateway.vault.tokenizer import Tokenizer

KEY = b"k" * 32
TEXT = "Write to jane.doe@example.com, card 4111 1111 1111 1111, SSN 536-22-8726, Jane Doe."
VALUES = {
    "EMAIL_ADDRESS": "jane.doe@example.com",
    "CREDIT_CARD": "4111 1111 1111 1111",
    "US_SSN": "536-22-8726",
    "PERSON": "Jane Doe",
}


def anonymized(tokenizer: BatchTokenizer) -> Any:
    engine = AnonymizerEngine()  # type: ignore[no-untyped-call]
    engine.add_anonymizer(HoldbackTokenize)
    found = [
        RecognizerResult(entity, TEXT.index(value), TEXT.index(value) + len(value), 1.0)
        for entity, value in VALUES.items()
    ]
    config = OperatorConfig("holdback_tokenize", {"tokenizer": tokenizer})
    return engine.anonymize(TEXT, found, {"DEFAULT": config})


def test_the_same_tokens_as_the_gateway_and_back() -> None:
    tokenizer = tokenizer_of(base64.b64encode(KEY).decode(), scope="job")
    made = anonymized(tokenizer)
    gateways = Tokenizer([TokenKeys(TenantRoot(KEY, "local", 1)).within("job")], {})
    for entity, value in VALUES.items():
        assert value not in made.text
        assert gateways.token(entity, value) in made.text
    assert anonymized(tokenizer_of(KEY, scope="job")).text == made.text
    assert anonymized(tokenizer_of(KEY, scope="other")).text != made.text

    engine = DeanonymizeEngine()  # type: ignore[no-untyped-call]
    engine.add_deanonymizer(HoldbackDetokenize)
    found = [OperatorResult(item.start, item.end, item.entity_type) for item in made.items]
    back = engine.deanonymize(
        made.text, found, {"DEFAULT": OperatorConfig("holdback_detokenize", {"tokenizer": tokenizer})}
    )
    assert back.text == TEXT


def test_what_was_not_made_here_stays() -> None:
    assert tokenizer_of(KEY).detokenize("KC_PERSON_7F3K2Q9B") == "KC_PERSON_7F3K2Q9B"


def test_one_token_stands_for_one_value() -> None:
    tokenizer = BatchTokenizer(TokenKeys(TenantRoot(KEY, "local", 1), short_bits=8))
    values = [f"Jane {number}" for number in range(100)]
    tokens = [tokenizer.tokenize("PERSON", value) for value in values]
    assert len(set(tokens)) == 100
    assert [tokenizer.detokenize(token) for token in tokens] == values


@pytest.mark.parametrize("operator", [HoldbackTokenize(), HoldbackDetokenize()])
def test_a_tokenizer_is_needed(operator: HoldbackTokenize | HoldbackDetokenize) -> None:
    with pytest.raises(InvalidParamError):
        operator.validate({})
    operator.validate({"tokenizer": tokenizer_of(KEY)})
