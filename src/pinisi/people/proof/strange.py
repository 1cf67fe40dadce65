"""Says of lines that do not fit what was done to them: edited, deleted, inserted, re-ordered.

That something was done is certain; what it was is the simplest act that explains it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .exported import Line, next_link, renumbered

_SHIFTS = (1, -1, 2, -2, 3, -3, 4, -4, 5, -5)
_MOST_COMPARED = 60
_MOST_EXCHANGED = 16
"""Among more lines that do not fit, none is looked for in the place of another: that takes their number cubed."""
Explained = tuple[str, int, int, str]
"""Kind, first and last line, a sentence."""


@dataclass(frozen=True)
class Strange:
    """A line that does not fit behind the one before it, whose position and link are given; `highest` is the highest
    position that came before it.
    """

    line: Line
    position: int
    link: bytes
    highest: int


def explained(strange: Sequence[Strange]) -> list[Explained]:
    """What was done, in the order of the trail; neighbours of one kind are told together."""
    found: list[Explained] = []
    for begin in range(0, len(strange), _MOST_COMPARED):
        view = _View(strange[max(0, begin - _MOST_COMPARED) : begin + 2 * _MOST_COMPARED])
        for one in strange[begin : begin + _MOST_COMPARED]:
            found += view.explain(one)
    return list(_joined(found))


class _View:
    """What does not fit near by, side by side: a line that is missing here may stand there."""

    def __init__(self, near: Sequence[Strange]) -> None:
        self._near = near
        ends = [*(each.position for each in near[1:]), near[-1].line.position]
        self._runs = [(each.line.position, end) for each, end in zip(near, ends, strict=True)]
        self._gaps = [(each.highest, each.line.position) for each in near if each.line.position > each.highest + 1]
        self._links = {link for each in near for link in (each.link, each.line.link)}
        self._known = self._links | {next_link(each.link, each.line.text) for each in near}

    def explain(self, one: Strange) -> Iterator[Explained]:
        line = one.line
        if line.position < 0:
            yield "edited", 0, 0, f"what stands after line {one.position} is no line: {_begin(line)}"
        elif line.position > one.highest + 1:
            yield from self._gap(one)
        elif line.position <= one.highest:
            yield self._behind(one)
        elif not self._genuine(line):
            yield from self._in_place(one)

    def _gap(self, one: Strange) -> Iterator[Explained]:
        """Numbers are missing before it."""
        first, last = one.highest + 1, one.line.position - 1
        if not all(self._stands(number) for number in range(first, min(last, first + _MOST_COMPARED) + 1)):
            yield "deleted", first, last, f"{_lines(first, last)} missing"
        elif not self._genuine(one.line):
            yield "edited", one.line.position, one.line.position, f"{_named(one.line)} was edited"

    def _behind(self, one: Strange) -> Explained:
        """Its number was there already, or comes too late."""
        line = one.line
        number = line.position
        if any(before < number < after for before, after in self._gaps):
            return "re-ordered", number, number, f"{_named(line)} stands in another place"
        said = "stands once more" if self._genuine(line) else "was inserted: its number was there already"
        return "inserted", number, number, f"{_named(line)} {said}"

    def _stands(self, number: int) -> bool:
        return any(first <= number <= last for first, last in self._runs)

    def _in_place(self, one: Strange) -> Iterator[Explained]:
        line = one.line
        shift = next((n for n in _SHIFTS if self._fits(one.link, line, line.position + n)), 0)
        if shift > 0:
            said = f"lines before line {line.position} were deleted ({shift}), and those after them numbered anew"
            yield "deleted", line.position, line.position, said
        elif shift < 0:
            said = f"lines before line {line.position} were inserted ({-shift}), and those after them numbered anew"
            yield "inserted", line.position, line.position, said
        elif (home := self._home(line)) is not None:
            yield (
                "re-ordered",
                line.position,
                line.position,
                f"what stands at line {line.position} belongs to line {home}",
            )
        else:
            yield "edited", line.position, line.position, f"{_named(line)} was edited: it does not fit its link"

    def _genuine(self, line: Line) -> bool:
        """Whether line and link belong together behind any link that is known."""
        return any(next_link(link, line.text) == line.link for link in self._known)

    def _fits(self, link: bytes, line: Line, position: int) -> bool:
        return position > 0 and next_link(link, renumbered(line, position)) == line.link

    def _home(self, line: Line) -> int | None:
        """The position that a line was made for, when it stands at another one."""
        for each in self._near if len(self._near) <= _MOST_EXCHANGED else ():
            there = each.line.position
            if there != line.position and there > 0:
                text = renumbered(line, there)
                if any(next_link(link, text) in self._links for link in self._links):
                    return there
        return None


def _joined(found: Sequence[Explained]) -> Iterator[Explained]:
    """Runs of more than three neighbours of one kind become one sentence."""
    run: list[Explained] = []
    for each in (*found, None):
        if run and (each is None or each[0] != run[-1][0] or each[1] > run[-1][2] + 1):
            yield from _told(run)
            run = []
        if each is not None:
            run.append(each)


def _told(run: Sequence[Explained]) -> Sequence[Explained]:
    if len(run) <= 3:
        return run
    kind, first, last = run[0][0], run[0][1], run[-1][2]
    return [(kind, first, last, f"{run[0][3]}; so it goes on to line {last}")]


def _lines(first: int, last: int) -> str:
    return f"line {first} is" if first == last else f"lines {first} to {last} are"


def _named(line: Line) -> str:
    """The line by number and by what it says, as far as it can be read."""
    try:
        said = json.loads(line.text)
        return f"line {line.position} ({said[2]} of {str(said[3])[:80]}, by {str(said[7])[:80]})"
    except (ValueError, IndexError, TypeError, KeyError, RecursionError):
        return f"line {line.position}"


def _begin(line: Line) -> str:
    return repr(line.text[:60].decode("utf-8", "replace"))
