"""How far back an undecided text reaches: the reverse automaton over all patterns (law 1).

`leftmost` scans back from the end of a view and answers the leftmost start from which some pattern could still become
a match, or is one whose look-ahead has not come yet. What stands before it is decided for ever. Boundaries (`\\b`) are
over-approximated: hold longer, never shorter. States are built on first use and kept as bit sets; the table is thrown
away when it grows past `MAX_STATES` (a bound, and the answer does not depend on it).
"""

from __future__ import annotations

from collections.abc import Iterable

from recognizers.alphabet import ALPHABET, bits, mask_of, symbol
from recognizers.syntax import Shape, class_mask

DIGITS = mask_of("0123456789")
"""Which digit it is does not count here: patterns that begin with 4, 756 or 19 would each ask for states of their own
at every number of a text. Like all that is over-approximated, it only holds longer."""
MAX_STATES = 20_000
START_OF_TEXT = " "
"""What stands before the first character of a text, as far as boundaries go."""


class _State(dict[str, "_State"]):
    """One set of positions; maps a character to the state after reading it, from right to left."""

    __slots__ = ("_automaton", "alive", "before", "positions")

    def __init__(self, automaton: ViableStarts, positions: int) -> None:
        super().__init__()
        self._automaton = automaton
        self.positions = positions
        self.alive = positions != 0
        self.before = _Before(automaton, positions) if positions & automaton.any_first else None

    def __missing__(self, char: str) -> _State:
        return self._automaton.step(self, char)


class _Before(dict[str, bool]):
    """Whether a start is viable in this state, by the character that stands before it."""

    __slots__ = ("_automaton", "_positions")

    def __init__(self, automaton: ViableStarts, positions: int) -> None:
        super().__init__()
        self._automaton, self._positions = automaton, positions

    def __missing__(self, char: str) -> bool:
        bit = 1 << symbol(char)
        found = any(self._positions & first and not bit & refused for refused, first in self._automaton.firsts)
        self[char] = found
        return found


class ViableStarts:
    """The reverse automaton of a set of shapes, each with the class body that may not stand before it."""

    def __init__(
        self, shapes: Iterable[tuple[Shape, str]], followed: Iterable[Shape] = (), following: Shape | None = None
    ) -> None:
        """
        Args:
            shapes: the shapes.
            followed: those of them behind which `following` may come, which counts as a part of the match then.
            following: one shape for all of them.
        """
        self._size = 0
        self._chained = 0
        self._branches: dict[int, int] = {}
        self._readers = [0] * len(ALPHABET)
        by_refused: dict[int, int] = {}
        behind = {id(shape) for shape in followed}
        last = 0
        for shape, not_preceded_by in shapes:
            offset = self._add(shape)
            if id(shape) in behind:
                last |= shape.last << offset
            refused = class_mask(not_preceded_by)
            by_refused[refused] = by_refused.get(refused, 0) | shape.first << offset
        if following is not None and last:
            offset = self._add(following)
            for position in bits(following.first):
                self._branches[offset + position] = self._branches.get(offset + position, 0) | last
        self.firsts = tuple(by_refused.items())
        self.any_first = 0
        for first in by_refused.values():
            self.any_first |= first
        self._branched = sum(1 << position for position in self._branches)
        self._states: dict[int, _State] = {}
        # Where every scan begins; not in the table, because a state of the same positions is not the beginning.
        self._root = _State(self, (1 << self._size) - 1)

    def _add(self, shape: Shape) -> int:
        """Add the positions of a shape, numbered from the answer on."""
        offset = self._size
        self._size += len(shape.masks)
        predecessors = [0] * len(shape.masks)
        readers: dict[int, int] = {}
        for position, mask in enumerate(shape.masks):
            readers[mask] = readers.get(mask, 0) | 1 << position
            for following in bits(shape.follow[position]):
                predecessors[following] |= 1 << position
        for mask, positions in readers.items():
            for index in bits(mask | DIGITS if mask & DIGITS else mask):
                self._readers[index] |= positions << offset
        chained = 0
        for position, before in enumerate(predecessors):
            direct = 1 << position - 1 if position else 0
            if before & direct:
                chained |= 1 << position
            if before & ~direct:
                self._branches[offset + position] = (before & ~direct) << offset
        self._chained |= chained << offset
        return offset

    def _state(self, positions: int) -> _State:
        known = self._states.get(positions)
        if known is None:
            if len(self._states) >= MAX_STATES:
                self._forget()
            known = self._states[positions] = _State(self, positions)
        return known

    def _forget(self) -> None:
        for state in (self._root, *self._states.values()):
            state.clear()
        self._states = {}

    def step(self, state: _State, char: str) -> _State:
        """The state after reading `char` to the left of `state`; remembers it."""
        reachable = 0
        if state is self._root:
            reachable = state.positions
        else:
            # Most positions follow the one before them and nothing else: one shift serves them all.
            reachable = (state.positions & self._chained) >> 1
            for position in bits(state.positions & self._branched):
                reachable |= self._branches[position]
        following = self._state(reachable & self._readers[symbol(char)])
        state[char] = following
        return following

    def leftmost(self, view: str, floor: int, end: int) -> int:
        """Leftmost viable start in `view[floor:end]`, or `end` when nothing there can still become a match."""
        state = self._root
        found = index = end
        while index > floor:
            index -= 1
            state = state[view[index]]
            if not state.alive:
                break
            if state.before is not None and state.before[view[index - 1] if index else START_OF_TEXT]:
                found = index
        return found
