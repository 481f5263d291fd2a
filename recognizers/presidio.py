"""Tier 3: Presidio's analyzer, given only what needs a model.

Structured kinds are found by tiers 1 and 2, so the registry holds the model's own recognizer, those of
`recognizers/ner`, and nothing else: no default recognizer of Presidio runs, none of its slow or greedy patterns
(`UrlRecognizer`, `PhoneRecognizer`), and none that asks the network. The NLP engine is configured as in Presidio's own
YAML; without a configuration it is the model of this package.

Traps closed here: context words are compared as whole words; lemmas exist in pipelines that have no lemmatizer; a text
is scanned in company of a fixed text, so that its result does not depend on what else is in the batch.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping, Sequence
from typing import Any

from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry
from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngineProvider

from recognizers.ner import component
from recognizers.ner.entities import MODEL_ENTITIES, Entity
from recognizers.ner.people import PersonRecognizer
from recognizers.ner.places import LocationRecognizer, StreetRecognizer
from recognizers.ner.spans import ModelRecognizer

LANGUAGE = "en"
COMPANY = (
    "On Monday the committee, chaired by Anna Lindqvist of Harbour Analytics Ltd., met at 12 Long Lane in Bergen and "
    "agreed that the 3 proposals of the spring (see below) would be printed, sent out and read before anyone voted."
)
"""Stands in every batch: a product of matrices of one row is computed in another way than one of many."""
BATCH_TEXTS_MAX = 64
RULES_SCORE = 0.6
"""What rules are sure of that know nothing but words; where the model says otherwise, it is believed."""

__all__ = ["MODEL_ENTITIES", "Analyst", "Entity"]


def default_configuration() -> dict[str, Any]:
    """The NLP configuration for the model of this package, in Presidio's form."""
    model = importlib.resources.files("recognizers.ner").joinpath("model")
    return {
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": LANGUAGE, "model_name": str(model)}],
        "ner_model_configuration": {
            "model_to_presidio_entity_mapping": {name: name for name in MODEL_ENTITIES},
            "default_score": 0.85,
        },
    }


class Analyst:
    """The analyzer, loaded. Not thread-safe; takes seconds to make.

    Args:
        configuration: of the NLP engine, as Presidio's YAML has it; None for the model of this package.

    Raises:
        ValueError, OSError: Presidio's own, when the engine or the model is not there.
    """

    def __init__(self, configuration: Mapping[str, Any] | None = None) -> None:
        engine = NlpEngineProvider(nlp_configuration=dict(configuration or default_configuration())).create_engine()
        for pipeline in (getattr(engine, "nlp", None) or {}).values():
            if hasattr(pipeline, "pipe_names") and not {component.NAME, "lemmatizer"} & set(pipeline.pipe_names):
                pipeline.add_pipe(component.LEMMAS, first=True)
        known: list[EntityRecognizer] = [
            ModelRecognizer(supported_language=LANGUAGE),
            PersonRecognizer(),
            LocationRecognizer(),
            StreetRecognizer(),
        ]
        self._engine = engine
        self._analyzer = AnalyzerEngine(
            registry=RecognizerRegistry(recognizers=known, supported_languages=[LANGUAGE]),
            nlp_engine=engine,
            supported_languages=[LANGUAGE],
            context_aware_enhancer=LemmaContextAwareEnhancer(context_matching_mode="whole_word"),
        )

    def analyze(self, texts: Sequence[str]) -> list[tuple[Entity, ...]]:
        """What the model and its company find in each text, sorted; offsets in code points.

        Args:
            texts: as many as one wants at a time; each result depends on its own text only.
        """
        found: list[tuple[Entity, ...]] = []
        for at in range(0, len(texts), BATCH_TEXTS_MAX):
            batch = list(texts[at : at + BATCH_TEXTS_MAX])
            artifacts = list(self._engine.process_batch([COMPANY, *batch], LANGUAGE, batch_size=len(batch) + 1))
            for text, (_, one) in zip(batch, artifacts[1:], strict=True):
                found.append(self._entities(text, one))
        return found

    def _entities(self, text: str, artifacts: NlpArtifacts) -> tuple[Entity, ...]:
        results = self._analyzer.analyze(
            text, LANGUAGE, entities=list(MODEL_ENTITIES), nlp_artifacts=artifacts, score_threshold=0.0
        )
        found = {Entity(r.start, r.end, r.entity_type, round(r.score, 2)) for r in results}
        sure = [one for one in found if one.score > RULES_SCORE]
        return tuple(sorted(one for one in found if one.score > RULES_SCORE or not _is_part(one, sure)))


def _is_part(one: Entity, others: Sequence[Entity]) -> bool:
    """Whether a rule found this in what the model calls something else: `Acme` in `Acme Corp.` is no place."""
    return any(
        other.start < one.end and one.start < other.end and other.entity not in (one.entity, "STREET_ADDRESS")
        for other in others
    )
