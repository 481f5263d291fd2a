"""Which canary an agent has now: one that has become known is followed by the next."""

from __future__ import annotations

from collections import OrderedDict

EPOCHS_MAX = 10_000
"""Agents whose epoch is remembered; one that is forgotten begins again with the first canary, which is as secret as any
to who has not seen it."""


class CanaryEpochs:
    """By tenant and agent."""

    def __init__(self, most: int = EPOCHS_MAX) -> None:
        self._most = most
        self._epochs: OrderedDict[tuple[str, str], int] = OrderedDict()

    def of(self, tenant: str, agent: str) -> int:
        """The epoch of now; the first is 0."""
        return self._epochs.get((tenant, agent), 0)

    def turn(self, tenant: str, agent: str) -> None:
        """The canary of now was seen where it should not be."""
        self._epochs[tenant, agent] = self.of(tenant, agent) + 1
        self._epochs.move_to_end((tenant, agent))
        if len(self._epochs) > self._most:
            self._epochs.popitem(last=False)
