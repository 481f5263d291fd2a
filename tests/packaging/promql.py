"""What a PromQL expression asks for: enough of its grammar to tell metrics, labels and groupings apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<range>\[[^\]]*\])|(?P<name>[A-Za-z_:][\w:]*)"""
    r"""|(?P<number>[0-9.]+(?:e[+-]?[0-9]+)?[smhdwy]?)|(?P<sign>=~|!~|!=|==|>=|<=|[-+*/%^<>=(){},]))"""
)
GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
WORDS = {"and", "or", "unless", "bool", "offset"}
OF_COUNTERS = {"rate", "increase", "irate"}
FUNCTIONS = OF_COUNTERS | {"sum", "max", "min", "avg", "count", "topk", "absent", "histogram_quantile", "clamp_max"}
SCRAPED = {"job", "instance", "namespace", "service", "pod"}
"""Labels that Prometheus adds to all that it scrapes."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A metric, the labels that it is chosen by with what they must match, and the functions around it."""

    name: str
    labels: dict[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    grouped: frozenset[str] = frozenset()


def tokens(text: str) -> list[tuple[str, str]]:
    """Kind and text of each; fails on what is none."""
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        assert match, f"not PromQL at: {text[at:]}"
        found.append((str(match.lastgroup), match.group(str(match.lastgroup))))
        at = match.end()
    return found


def asked(text: str) -> Iterator[Asked]:
    """Every metric in an expression."""
    found = tokens(text)
    around: list[tuple[str, frozenset[str]]] = []
    at, function, groups = 0, "", frozenset[str]()
    while at < len(found):
        kind, word = found[at]
        at += 1
        follows = found[at][1] if at < len(found) else ""
        if kind == "name" and word in GROUPING and follows == "(":
            end = found.index(("sign", ")"), at)
            groups = frozenset(name for kind, name in found[at:end] if kind == "name")
            at = end + 1
        elif kind == "name" and (follows == "(" or (word in FUNCTIONS and follows in GROUPING)):
            assert word in FUNCTIONS, f"no function that is known here: {word}"
            function, groups = word, frozenset()
        elif word == "(":
            around.append((function, groups))
            function, groups = "", frozenset()
        elif word == ")":
            around.pop()
        elif kind == "name" and word not in WORDS:
            labels: dict[str, str] = {}
            if follows == "{":
                end = found.index(("sign", "}"), at)
                inner = found[at + 1 : end]
                for place, (what, name) in enumerate(inner):
                    if what == "name":
                        assert inner[place + 1][1] in {"=", "!=", "=~", "!~"}, text
                        labels[name] = inner[place + 2][1][1:-1]
                at = end + 1
            grouped = frozenset().union(*(names for _, names in around))
            yield Asked(word, labels, tuple(name for name, _ in around if name), grouped)
    assert not around, f"unbalanced: {text}"


def problems(text: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What an expression asks for that is not there: of series by name, with their labels."""
    found = []
    for one in asked(text):
        if one.name not in known:
            found.append(f"there is no {one.name}")
            continue
        has = {*known[one.name], *SCRAPED}
        found += [f"{one.name} has no label {label}" for label in sorted({*one.labels, *one.grouped} - has)]
        is_counter = one.name.endswith(("_total", "_bucket", "_sum", "_count"))
        if is_counter != bool(OF_COUNTERS & {*one.within}):
            found.append(f"{one.name}: the rate of a gauge, or a counter as it stands")
        if "histogram_quantile" in one.within and not (one.name.endswith("_bucket") and "le" in one.grouped):
            found.append(f"{one.name}: quantiles are of buckets, by le")
    return found
