"""Reads policies: a preset or a file, what it extends, and nothing that it does not understand.

Errors carry file:line:column and the nearest valid word. Unknown keys are errors: a policy never silently does
nothing. YAML aliases are refused (they make bombs and hide what is in force).
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import resources
from pathlib import Path
from typing import Any

import yaml

from policies.policy import ACTIONS, ATTACHMENTS, DIRECTIONS, EVERY_ENTITY, Policy, PolicyError, Rule

POLICY_BYTES_MAX = 1 << 20
EXTENDS_MAX = 8
KEYS = ("extends", "description", "threshold", "holdback_chars", "attachments", "entities")
HOLDBACK_CHARS_RANGE = (96, 4096)


def presets() -> list[str]:
    """Names of the presets that ship."""
    folder = resources.files("policies.presets")
    return sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))


def preset_text(name: str) -> str:
    """A preset as it is written.

    Raises:
        PolicyError: there is none of that name.
    """
    if name not in presets():
        raise PolicyError(f"no preset {name!r}{_nearest(name, presets())}; presets: {', '.join(presets())}")
    return (resources.files("policies.presets") / f"{name}.yaml").read_text(encoding="utf-8")


def load(source: str, entities: Iterable[str]) -> Policy:
    """Load a preset by name, or a policy file by path (anything with a `/` or ending in `.yaml` or `.yml`).

    Args:
        source: preset name or path.
        entities: the entities that recognizers know; others are refused as typing errors.

    Raises:
        PolicyError: unknown preset, unreadable file, or a mistake in it.
    """
    return _load(source, frozenset(entities), Path.cwd(), ())


def is_path(source: str) -> bool:
    """Whether a policy's name means a file."""
    return "/" in source or source.endswith((".yaml", ".yml"))


def _load(source: str, entities: frozenset[str], folder: Path, seen: tuple[str, ...]) -> Policy:
    if is_path(source):
        path = (folder / source).resolve()
        key, name, text, folder = str(path), path.stem, _read(path), path.parent
        place = source
    else:
        key, name, text, place = source, source, preset_text(source), f"preset {source}"
    if key in seen:
        raise PolicyError(f"{place}: extends itself")
    if len(seen) >= EXTENDS_MAX:
        raise PolicyError(f"{place}: more than {EXTENDS_MAX} policies extend one another")
    return _Document(place, text, entities).policy(name, lambda base: _load(base, entities, folder, (*seen, key)))


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > POLICY_BYTES_MAX:
            raise PolicyError(f"{path}: larger than {POLICY_BYTES_MAX} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise PolicyError(f"{path}: {error.strerror or 'cannot be read'}") from None
    except UnicodeDecodeError:
        raise PolicyError(f"{path}: is not UTF-8") from None


def _nearest(word: str, words: Iterable[str]) -> str:
    close = difflib.get_close_matches(word, list(words), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""


class _Document:
    """One policy file on its way to a `Policy`."""

    def __init__(self, place: str, text: str, entities: frozenset[str]) -> None:
        self.place, self.text, self.entities = place, text, entities

    def policy(self, name: str, extend: Callable[[str], Policy]) -> Policy:
        members = self._mapping(self._root(), KEYS)
        base = Policy(name)
        if "extends" in members:
            node = members["extends"]
            try:
                base = extend(self._text(node))
            except PolicyError as error:
                raise self._error(node, str(error)) from None
        rules = dict(base.rules)
        if "entities" in members:
            rules.update(self._rules(members["entities"], base))
        policy = replace(base, name=name, rules=rules)
        if "description" in members:
            policy = replace(policy, description=self._text(members["description"]))
        if "threshold" in members:
            policy = replace(policy, threshold=self._number(members["threshold"], 0, 1))
        if "holdback_chars" in members:
            policy = replace(policy, holdback_chars=int(self._number(members["holdback_chars"], *HOLDBACK_CHARS_RANGE)))
        if "attachments" in members:
            policy = replace(policy, attachments=self._word(members["attachments"], ATTACHMENTS))
        return policy

    def _root(self) -> yaml.Node:
        try:
            for event in yaml.parse(self.text, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.AliasEvent):
                    raise self._at(event.start_mark, "aliases are not allowed in a policy; write the value out")
            node = yaml.compose(self.text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            raise self._at(error.problem_mark, error.problem or "is not YAML") from None
        except (yaml.YAMLError, RecursionError):
            raise PolicyError(f"{self.place}: is not YAML") from None
        if node is None:
            raise PolicyError(f"{self.place}:1:1: is empty; begin with `extends: default`")
        return node

    def _rules(self, node: yaml.Node, base: Policy) -> dict[str, Rule]:
        rules = {}
        for entity, value in self._mapping(node, {EVERY_ENTITY, *self.entities}, "entity").items():
            members = self._mapping(value, DIRECTIONS)
            inherited = base.rule(entity)
            words = {direction: self._word(member, ACTIONS) for direction, member in members.items()}
            rules[entity] = Rule(words.get("request", inherited.request), words.get("response", inherited.response))
        return rules

    def _mapping(self, node: yaml.Node, known: Iterable[str], what: str = "key") -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise self._error(node, "a mapping is expected here")
        members: dict[str, yaml.Node] = {}
        known = sorted(known)
        for key, value in node.value:
            word = self._text(key)
            if word not in known:
                raise self._error(key, f"unknown {what} {word!r}{_nearest(word, known)}; known: {', '.join(known)}")
            if word in members:
                raise self._error(key, f"{word!r} stands here twice")
            members[word] = value
        return members

    def _text(self, node: yaml.Node) -> str:
        if not isinstance(node, yaml.ScalarNode):
            raise self._error(node, "a word or a number is expected here")
        return str(node.value)

    def _word(self, node: yaml.Node, known: tuple[str, ...]) -> str:
        word = self._text(node)
        if word not in known:
            raise self._error(node, f"unknown word {word!r}{_nearest(word, known)}; known: {', '.join(known)}")
        return word

    def _number(self, node: yaml.Node, low: float, high: float) -> float:
        try:
            number = float(self._text(node))
        except ValueError:
            number = float("nan")
        if not low <= number <= high:
            raise self._error(node, f"a number from {low} to {high} is expected here")
        return number

    def _error(self, node: yaml.Node, message: str) -> PolicyError:
        return self._at(node.start_mark, message)

    def _at(self, mark: Any, message: str) -> PolicyError:
        place = f"{self.place}:{mark.line + 1}:{mark.column + 1}" if mark else self.place
        return PolicyError(f"{place}: {message}")
