"""Which providers a request may go to, in which order.

The first route one of whose patterns fits the model's name is the one; its providers are asked in their order, those of
a wrong region never. An endpoint that a provider does not have goes there when its requests can be translated.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from gateway.providers.kind import Kind


@dataclass(frozen=True, slots=True)
class Route:
    """One route: `models` are globs, `providers` names in order of preference; `model` is sent instead of the client's
    name when it is set; `regions` are those that its data may go to (all, when there are none)."""

    models: tuple[str, ...]
    providers: tuple[str, ...]
    model: str = ""
    regions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Place:
    """A provider as the routes see it."""

    name: str
    kind: Kind
    region: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A provider to ask: the endpoint to ask it at (ours, when nothing has to be translated), and the model's name
    there (empty: as the client says)."""

    provider: str
    path: str
    model: str = ""


class Routing:
    """All routes; immutable."""

    def __init__(self, places: Mapping[str, Place], routes: Sequence[Route]) -> None:
        self._places = dict(places)
        self._routes = tuple(routes)

    def candidates(self, model: str, path: str, translated: Collection[str] = ()) -> list[Candidate]:
        """Who may be asked for this model at this endpoint, best first; none when no route fits.

        Args:
            model: as the client says it; without one, the providers of all routes are asked.
            path: of ours.
            translated: endpoints that requests to this one can be translated to.
        """
        if not model:
            every = (self._candidate(route, name, path, ()) for route in self._routes for name in route.providers)
            return list({found.provider: found for found in every if found}.values())
        for route in self._routes:
            if any(fnmatchcase(model, pattern) for pattern in route.models):
                return [found for name in route.providers if (found := self._candidate(route, name, path, translated))]
        return []

    def _candidate(self, route: Route, name: str, path: str, translated: Collection[str]) -> Candidate | None:
        place = self._places[name]
        if route.regions and place.region not in route.regions:
            return None
        if path in place.kind.speaks:
            return Candidate(name, path, route.model)
        other = next((one for one in translated if one in place.kind.speaks), None)
        return Candidate(name, other, route.model) if other is not None else None
