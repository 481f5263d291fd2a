"""One policy file on its way to a `Policy`: its keys are read one by one, each by its own file in `policies/keys/`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import yaml

from policies.catalogue import keys
from policies.nodes import Facts, Nodes
from policies.policy import Policy, PolicyError

EXTENDS = "extends"

__all__ = ["Document"]


class Document(Nodes):
    """A policy file, parsed with places."""

    def __init__(self, place: str, text: str, facts: Facts) -> None:
        super().__init__(place, text, facts)

    def policy(self, name: str, extend: Callable[[str], Policy]) -> Policy:
        """The policy that the file describes.

        Args:
            name: of the policy.
            extend: loads what it extends.

        Raises:
            PolicyError: with the place of the mistake.
        """
        members = self.mapping(self.root(), (EXTENDS, *keys()))
        policy = Policy(name)
        if EXTENDS in members:
            node = members.pop(EXTENDS)
            try:
                policy = extend(self.text(node))
            except PolicyError as error:
                raise self.error(node, str(error)) from None
        return self._read(members, replace(policy, name=name))

    def onto(self, policy: Policy) -> Policy:
        """An overlay: the policy with what the file says in its place; it extends nothing of its own.

        Raises:
            PolicyError: with the place of the mistake.
        """
        return self._read(self.mapping(self.root(), keys()), policy)

    def _read(self, members: dict[str, yaml.Node], policy: Policy) -> Policy:
        for name, key in sorted(keys().items(), key=lambda item: (item[1].rank, item[0])):
            if name in members:
                policy = key.read(self, members[name], policy)
        return policy
