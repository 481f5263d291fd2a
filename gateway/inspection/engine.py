"""Policy and catalogue become an engine: what inspects both directions. Built at start, and again when a policy file
changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import recognizers
from gateway.errors import ConfigurationError
from gateway.inspection.exceptions import Exceptions, Excusing, Today, never
from gateway.inspection.fit import facts
from gateway.inspection.guard import Guard
from gateway.inspection.inspector import Inspector
from gateway.inspection.model import Model, ModelScanner
from gateway.inspection.operators import operators
from gateway.inspection.rendering import everything
from gateway.stream.scanner import Scanner
from gateway.verdict import Direction
from policies.actions import HASH
from policies.guardrail_rules import OFF
from policies.keys.guardrail import KEY as GUARDRAIL
from policies.keys.tier3 import KEY as TIER3
from policies.loader import load
from policies.policy import Context, CustomRecognizer, Policy, PolicyError
from recognizers.catalogue import catalogue
from recognizers.custom import custom_recognizer
from recognizers.ner.entities import MODEL_ENTITIES
from recognizers.ner.gate import may_hold
from recognizers.normalize import Spelling
from recognizers.patterns import compile_pattern
from recognizers.pipeline import Pipeline
from recognizers.recognizer import Recognizer, RecognizerError, marked

PIPELINES_MAX = 8
"""Pipelines that are kept for policies that need the same: overlays that change actions alone share one."""
HASH_KEY_BYTES_MIN = 16
WARM_UP = "Warm up with Jane."


@dataclass(frozen=True, slots=True)
class Engine:
    """What inspects: shared by the server and by batch commands."""

    policy: Policy
    pipeline: Pipeline
    request: Scanner
    response: Scanner
    guard: Guard
    rendering: Scanner
    """Replaces everything that is detected: what the application's own scanner gets to see."""
    fingerprint: str = ""
    """Of policy and catalogue: what was found under another one says nothing here."""
    waits: frozenset[Direction] = frozenset()
    """Directions whose scanner waits for a model (`gateway/inspection/model.py`)."""
    today: Today = never

    @property
    def forms(self) -> Scanner:
        """Decides on answers without a model, and so never waits: for words of a few characters, not for texts."""
        return self.response.forms if isinstance(self.response, ModelScanner) else self.response

    @property
    def mark(self) -> str:
        """Of all that findings depend on beside the text: the fingerprint, whether a model reads requests, and how many
        exceptions are left, since they end with their days."""
        terms = self.policy.allow_terms
        day = self.today() if terms else None
        left = sum(day is not None and term.expires >= day for term in terms)
        return f"{self.fingerprint} {Direction.REQUEST in self.waits} {left}"


def with_model(engine: Engine, model: Model) -> Engine:
    """The engine with tier 3 in the directions that its policy asks for (`tier3`)."""
    may_hold(WARM_UP)  # reads the lexicon, now and not in the first request
    directions = TIER3.of(engine.policy)
    waits = frozenset(way for way in Direction if way.value in directions)
    scanners = {
        way: ModelScanner(inspector, model) if way in waits and isinstance(inspector, Inspector) else inspector
        for way, inspector in zip(Direction, (engine.request, engine.response), strict=True)
    }
    rendering = engine.rendering
    if GUARDRAIL.of(engine.policy).mode != OFF and isinstance(rendering, Inspector):
        rendering = ModelScanner(rendering, model)
    request, response = scanners[Direction.REQUEST], scanners[Direction.RESPONSE]
    return replace(engine, request=request, response=response, waits=waits, rendering=rendering)


def engine_of(source: str, *, hash_key: bytes | None = None, today: Today = never) -> Engine:
    """The engine for a policy.

    Args:
        source: preset name, or path of a policy file.
        hash_key: of the action `hash`.
        today: the day in UTC, for `allow_terms`; without it none of them holds.

    Raises:
        ConfigurationError: the policy or a recognizer cannot be used.
    """
    try:
        return under(load(source, facts()), hash_key=hash_key, today=today)
    except PolicyError as error:
        problem = str(error)
    raise ConfigurationError(problem)


def under(policy: Policy, *, hash_key: bytes | None = None, today: Today = never) -> Engine:
    """The engine for a policy that is loaded, such as one with an overlay; arguments and errors as for `engine_of`."""
    _check_hash_key(policy, hash_key)
    try:
        known = catalogue()
        own = [_custom(recognizer) for recognizer in policy.recognizers]
        for recognizer, written in zip(own, policy.recognizers, strict=True):
            _check_patterns(recognizer, written, policy.holdback_chars)
        spellings = frozenset(s for s in Spelling if s.value not in policy.unread_spellings)
        inspected = tuple(_in_context(recognizer, policy) for recognizer in [*known.values(), *own])
        pipeline = _pipeline(inspected, policy.holdback_chars, spellings)
        for recognizer, written in zip(own, policy.recognizers, strict=True):
            _check_examples(pipeline, recognizer, written.place)
        exceptions = Exceptions(policy, today) if policy.allow_terms else None
    except RecognizerError as error:
        problem = str(error)
    else:
        made, guard = operators(policy, hash_key), _guard(policy)
        request, response = (
            Excusing(pipeline, policy, way, made, exceptions) if exceptions else Inspector(pipeline, policy, way, made)
            for way in Direction
        )
        mark = hashlib.sha256(repr((recognizers.__version__, policy)).encode()).hexdigest()
        seen = everything(policy, pipeline)
        return Engine(policy, pipeline, request, response, guard, seen, mark, today=today)
    raise ConfigurationError(problem)


@lru_cache(maxsize=PIPELINES_MAX)
def _pipeline(recognizers: tuple[Recognizer, ...], holdback_chars: int, spellings: frozenset[Spelling]) -> Pipeline:
    return Pipeline(recognizers, holdback_chars=holdback_chars, spellings=spellings)


def _guard(policy: Policy) -> Guard:
    try:
        return Guard(policy)
    except PolicyError as error:
        problem = str(error)
    raise ConfigurationError(problem)


def _check_hash_key(policy: Policy, hash_key: bytes | None) -> None:
    hashed = [entity for entity, rule in policy.rules.items() if HASH in (rule.request, rule.response)]
    if hashed and len(hash_key or b"") < HASH_KEY_BYTES_MIN:
        raise ConfigurationError(
            f"policy {policy.name}: `hash` (of {hashed[0]}) needs a key of {HASH_KEY_BYTES_MIN} bytes at least.",
            cure="Set HOLDBACK_HASH_KEY, for example to the output of `openssl rand -hex 32`.",
        )


def _in_context(recognizer: Recognizer, policy: Policy) -> Recognizer:
    """A recognizer with the context words that the policy adds or asks for."""
    rule = policy.rules.get(recognizer.entity)
    if rule is None or rule.context == Context():
        return recognizer
    words = tuple(dict.fromkeys((*recognizer.context, *rule.context.words)))
    if rule.context.required and not words:
        raise RecognizerError(f"policy {policy.name}: {recognizer.entity} has no context words that could be required")
    patterns = recognizer.patterns
    if rule.context.required:
        patterns = tuple(replace(pattern, needs_context=True) for pattern in patterns)
    return replace(recognizer, context=words, patterns=patterns)


def _custom(written: CustomRecognizer) -> Recognizer:
    """A policy's recognizer, made ready."""
    return custom_recognizer(
        written.name,
        written.entity,
        written.patterns,
        context=written.context,
        deny_list=written.deny_list,
        deny_list_score=written.deny_list_score,
        checksum=written.checksum,
        ignore_case=written.ignore_case,
        examples=written.examples,
        non_examples=written.non_examples,
    )


def _check_patterns(recognizer: Recognizer, written: CustomRecognizer, holdback_chars: int) -> None:
    """A policy's patterns fit in the hold-back, or the complaint names their place."""
    places = [place for *_, place in written.patterns]
    for index, pattern in enumerate(recognizer.patterns):
        try:
            compile_pattern(recognizer, pattern, index, holdback_chars)
        except RecognizerError as error:
            place = places[index] if index < len(places) else written.place
            raise RecognizerError(f"{place}: {error}") from None


def _check_examples(pipeline: Pipeline, recognizer: Recognizer, place: str) -> None:
    """A policy's examples hold, or the policy does not load."""
    for example in (*recognizer.examples, *recognizer.non_examples):
        text, wanted = marked(example)
        found = {(s.start, s.end) for s in pipeline.find_all(text) if s.entity == recognizer.entity}
        if not wanted <= found or (example in recognizer.non_examples and found):
            raise RecognizerError(f"{place}: an example of {recognizer.summary!r} does not hold")


def entities_of(policy: Policy) -> Iterable[str]:
    """Every entity that a policy can meet: the catalogue's and its own."""
    return sorted({*catalogue(), *MODEL_ENTITIES, *(recognizer.entity for recognizer in policy.recognizers)})
