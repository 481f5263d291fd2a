"""Findings that overlap are one component: what is settled together and how it is cut up.

Laws kept here:
1. A component is covered as a whole by one replacement, of the finding with the highest rank.
2. What is claimed exclusively (`Finding.exclusive`) is cut out: it keeps its own place and its own replacement,
   findings inside it are dropped, and what reaches beyond it is replaced beside it, unless it is too little to tell.
3. A finding that passes (`Finding.passes`) covers nothing and joins nothing. One that is an exception (`allow`)
   excuses what stands wholly inside it.
4. Everything goes by position, nothing by the order in which findings came.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from gateway.verdict import Action, Finding

COMPONENT_CHARS_MAX = 1024
"""A chain of overlapping findings is broken here, by position, so that it cannot hold a stream for ever."""


class Component(NamedTuple):
    """A stretch of text that goes as one, in offsets of the channel's text, and the findings in it."""

    start: int
    end: int
    members: list[Finding]


EVERY_ENTITY = "*"
"""The entity of an exception for all of them."""


def acting(findings: Sequence[Finding]) -> list[Finding]:
    """The findings without those that pass and those that are excused. A head is not: its tail reaches further."""
    exceptions = _exceptions(findings)
    return [finding for finding in findings if not finding.passes and not _excused(finding, exceptions)]


def passing(findings: Sequence[Finding], cut: int) -> list[Finding]:
    """What is to be reported of the findings left of the cut that pass: each once, of exceptions those that excused
    something."""
    exceptions = _exceptions(findings)
    return [
        finding
        for finding in dict.fromkeys(findings)
        if finding.end <= cut
        and finding.passes
        and (
            not _excused(finding, exceptions)
            if finding.action is not Action.ALLOW
            else any(_excused(one, [finding]) for one in findings if one.action is not Action.ALLOW)
        )
    ]


def undecided(findings: Sequence[Finding], cut: int) -> list[Finding]:
    """The findings that a later settlement needs: those that reach past the cut, and what an exception that does has
    inside it."""
    exceptions = [finding for finding in _exceptions(findings) if finding.end > cut]
    return [f for f in findings if f.end > cut or f.start >= cut or _excused(f, exceptions)]


def _exceptions(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.action is Action.ALLOW]


def _excused(finding: Finding, exceptions: Sequence[Finding]) -> bool:
    return finding.tail is None and any(
        one.start <= finding.start and finding.end <= one.end and one.entity in (EVERY_ENTITY, finding.entity)
        for one in exceptions
    )


def components(findings: Sequence[Finding], floor: int) -> list[Component]:
    """Chains of overlapping findings.

    Args:
        findings: sorted by start.
        floor: what stands before it was released with a chain that has been broken.
    """
    chains: list[Component] = []
    for finding in findings:
        if chains:
            start, end, members = chains[-1]
            if finding.start < end and finding.start < start + COMPONENT_CHARS_MAX:
                members.append(finding)
                chains[-1] = Component(start, max(end, finding.end), members)
                continue
            if finding.end <= end:
                continue
        begins = max(finding.start, chains[-1].end if chains else floor)
        chains.append(Component(begins, finding.end, [finding]))
    return chains


def carved(component: Component) -> list[Component]:
    """The component, or its parts when some of it is claimed exclusively; in order, and no part empty.

    Of exclusive findings that overlap, the first stands, of those that begin together the longest. One that has lost
    its beginning to a broken chain is none.
    """
    start, end, members = component
    sole = [finding for finding in members if finding.exclusive and finding.start >= start]
    if not sole:
        return [component]
    others = [finding for finding in members if not finding.exclusive]
    parts: list[Component] = []
    at = start
    for finding in sorted(sole, key=lambda one: (one.start, -one.end, *one.rank)):
        if finding.start < at and parts:
            continue
        parts += _between(others, at, finding.start)
        parts.append(Component(finding.start, finding.end, [finding]))
        others = [one for one in others if not finding.start <= one.start <= one.end <= finding.end]
        at = finding.end
    return parts + _between(others, at, end)


def _between(findings: Sequence[Finding], start: int, end: int) -> list[Component]:
    """What findings cover of a stretch. A finding that is cut in two keeps a part on each side."""
    found: list[Component] = []
    for finding in findings:
        low, high = max(finding.start, start), min(finding.end, end)
        if low >= high:
            continue
        if found and low < found[-1].end:
            found[-1] = Component(found[-1].start, max(found[-1].end, high), [*found[-1].members, finding])
        else:
            found.append(Component(low, high, [finding]))
    return found
