"""YAML with places: every complaint carries file:line:column and the nearest valid word."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import yaml

from policies.policy import PolicyError

DEPTH_MAX = 32
_COMMENT = re.compile(r"\s#\s+(.+)$")
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def nearest(word: str, words: Iterable[str]) -> str:
    """A hint for a mistyped word, or nothing."""
    close = difflib.get_close_matches(word, list(words), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


def _fits(_entity: str, _action: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a policy is checked against.

    Args:
        entities: that recognizers know; others are refused as typing errors.
        unfit: from entity and action to why the action does not fit the entity; `""` when it does.
    """

    entities: frozenset[str]
    unfit: Callable[[str, str], str] = _fits


class Nodes:
    """A YAML file and what may be read from its nodes. Aliases are refused: they make bombs, and hide what is in
    force."""

    def __init__(self, place: str, source: str, facts: Facts) -> None:
        self._place, self._source, self.facts = place, source, facts

    def root(self) -> yaml.Node:
        """The root node.

        Raises:
            PolicyError: it is no YAML, is empty, or has aliases.
        """
        try:
            depth = 0
            for event in yaml.parse(self._source, Loader=yaml.SafeLoader):
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if depth > DEPTH_MAX:
                    raise self._at(event.start_mark, "is nested too deeply")
                if isinstance(event, yaml.AliasEvent):
                    raise self._at(event.start_mark, "aliases are not allowed in a policy; write the value out")
            node = yaml.compose(self._source, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            raise self._at(error.problem_mark, error.problem or "is not YAML") from None
        except (yaml.YAMLError, RecursionError):
            raise PolicyError(f"{self._place}: is not YAML") from None
        if node is None:
            raise PolicyError(f"{self._place}:1:1: is empty; begin with `extends: default`")
        return node

    def mapping(self, node: yaml.Node, known: Iterable[str], what: str = "key") -> dict[str, yaml.Node]:
        """The members of a mapping; unknown and repeated keys are refused."""
        if not isinstance(node, yaml.MappingNode):
            raise self.error(node, "a mapping is expected here")
        members: dict[str, yaml.Node] = {}
        known = sorted(known)
        for key, value in node.value:
            word = self.text(key)
            if word not in known:
                shown = ", ".join(known) if len(known) <= 20 else f"{len(known)} words, see the reference"
                raise self.error(key, f"unknown {what} {word!r}{nearest(word, known)}; known: {shown}")
            if word in members:
                raise self.error(key, f"{word!r} stands here twice")
            members[word] = value
        return members

    def items(self, node: yaml.Node) -> list[yaml.Node]:
        """The items of a list."""
        if not isinstance(node, yaml.SequenceNode):
            raise self.error(node, "a list is expected here")
        return list(node.value)

    def text(self, node: yaml.Node) -> str:
        """A word, text or number as it is written."""
        if not isinstance(node, yaml.ScalarNode):
            raise self.error(node, "a word or a number is expected here")
        return str(node.value)

    def word(self, node: yaml.Node, known: tuple[str, ...]) -> str:
        """One of the known words."""
        word = self.text(node)
        if word not in known:
            raise self.error(node, f"unknown word {word!r}{nearest(word, known)}; known: {', '.join(known)}")
        return word

    def whole(self, node: yaml.Node, low: int, high: int) -> int:
        """A whole number in a range."""
        number = self.number(node, low, high)
        if number != int(number):
            raise self.error(node, "a whole number is expected here")
        return int(number)

    def flag(self, node: yaml.Node) -> bool:
        """`on` or `off`, or any other of YAML's words for them."""
        flag = _FLAGS.get(self.text(node).lower())
        if flag is None:
            raise self.error(node, "`on` or `off` is expected here")
        return flag

    def number(self, node: yaml.Node, low: float, high: float) -> float:
        """A number in a range."""
        try:
            number = float(self.text(node))
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            raise self.error(node, f"a number from {low} to {high} is expected here")
        return number

    def keys_of(self, node: yaml.Node) -> dict[str, yaml.Node]:
        """The key nodes of a mapping that was read, by their words."""
        return {str(key.value): key for key, _ in node.value}

    def comment_of(self, node: yaml.Node) -> str:
        """The comment at the end of a node's line."""
        found = _COMMENT.search(self._source.splitlines()[node.start_mark.line])
        return found[1].strip() if found else ""

    def place_of(self, node: yaml.Node) -> str:
        """file:line:column."""
        return f"{self._place}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"

    def error(self, node: yaml.Node, message: str) -> PolicyError:
        """A complaint about a node."""
        return PolicyError(f"{self.place_of(node)}: {message}")

    def _at(self, mark: Any, message: str) -> PolicyError:
        place = f"{self._place}:{mark.line + 1}:{mark.column + 1}" if mark else self._place
        return PolicyError(f"{place}: {message}")
