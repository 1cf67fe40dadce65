"""What a controller says against itself: a device that lies, or is broken, betrays itself by contradictions."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal

Contradiction = Literal[
    "planNotStored", "counterBeyondCycle", "greenWhileOff", "groupsMissing", "conflictingGreen", "modeAgainstPosition"
]
GREEN = frozenset("123456789")
"""Letters of S0001 that show green (SXL 1.2.1, "Signal group status")."""
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)
Said = Mapping[str, Any]
"""The latest value of each status, by "S0014 status"."""
Pairs = Iterable[tuple[int, int]]
"""Numbers of signal groups that conflict, the first is 1."""


def contradictions(said: Said, conflicting: Pairs = ()) -> tuple[Contradiction, ...]:
    """Those that are there, in the order in which they are looked for; what was not said contradicts nothing."""
    found: list[Contradiction] = [name for name, is_there in _CHECKS.items() if is_there(said)]
    if any(_green(said, one) and _green(said, other) for one, other in conflicting):
        found.append("conflictingGreen")
    return tuple(found)


def _plan_not_stored(said: Said) -> bool:
    plan, stored = said.get("S0014 status"), said.get("S0022 status")
    return plan is not None and stored is not None and plan not in str(stored).split(",")


def _counter_beyond_cycle(said: Said) -> bool:
    cycle = dict(row.split("-", 1) for row in str(said.get("S0028 status", "")).split(",") if "-" in row)
    counter, limit = _number(said.get("S0001 cyclecounter")), _number(cycle.get(str(said.get("S0014 status"))))
    return counter is not None and limit is not None and counter >= limit


def _green_while_off(said: Said) -> bool:
    off = said.get("S0007 status") == "False" or said.get("S0011 status") == "True"
    return off and any(letter in GREEN for letter in _letters(said))


def _groups_missing(said: Said) -> bool:
    groups = _number(said.get("S0017 number"))
    return groups is not None and "S0001 signalgroupstatus" in said and len(_letters(said)) != groups


def _mode_against_position(said: Said) -> bool:
    """In control, and yet dark or flashing."""
    off = said.get("S0007 status") == "False" or said.get("S0011 status") == "True"
    return off and said.get("S0020 controlmode") == "control"


def _green(said: Said, group: int) -> bool:
    letters = _letters(said)
    return 1 <= group <= len(letters) and letters[group - 1] in GREEN


def _letters(said: Said) -> str:
    return str(said.get("S0001 signalgroupstatus", ""))


def _number(value: Any) -> int | None:
    return int(value) if isinstance(value, str) and _NUMBER.fullmatch(value) else None


_CHECKS: Mapping[Contradiction, Callable[[Said], bool]] = {
    "planNotStored": _plan_not_stored,
    "counterBeyondCycle": _counter_beyond_cycle,
    "greenWhileOff": _green_while_off,
    "groupsMissing": _groups_missing,
    "modeAgainstPosition": _mode_against_position,
}
