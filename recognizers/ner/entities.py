"""The entities of tier 3, and how a finding of it travels."""

from __future__ import annotations

from typing import NamedTuple

MODEL_ENTITIES = ("PERSON", "LOCATION", "ORGANIZATION", "STREET_ADDRESS", "NRP", "DATE_TIME")
"""Of these the model of this package knows the first four; others come with models of the user."""

SUMMARIES = {
    "PERSON": "Names of people",
    "LOCATION": "Names of places: towns, regions, countries",
    "ORGANIZATION": "Names of companies, institutions and groups",
    "NRP": "Nationalities, religious and political groups (models of the user only)",
}
"""Of the entities that no recognizer of tiers 1 and 2 describes."""


class Entity(NamedTuple):
    """What was found in a text: offsets in code points, `end` exclusive."""

    start: int
    end: int
    entity: str
    score: float
