"""Which open incidents are probably one: a suggestion for each, by place, time and kind, for a person to confirm.

The engine of the gate, asked anew each time: nothing is joined by it. What a person refused is kept as a document, so
that it is suggested no more, also after a restart.
"""

from collections.abc import Sequence

from pinisi.incidents.grouping.grouping import Grouping, Joined
from pinisi.incidents.grouping.happening import BadHappening, Happening
from pinisi.incidents.grouping.rules import GroupRules

APART = "apart"
"""Kind of the documents that say that two incidents are not one."""

Pair = tuple[str, str]


def pair(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def apart_id(one: str, other: str) -> str:
    """The id of the document that keeps them apart."""
    return " ".join(pair(one, other))


def likely_same(events: Sequence[Happening], rules: GroupRules, apart: frozenset[Pair]) -> list[Joined]:
    """Each event that joins an earlier one: `group` is the first of those that it probably is one with."""
    grouping, found = Grouping(rules), list[Joined]()
    for event in sorted(events, key=lambda each: (each.at, each.id)):
        try:
            joined = grouping.add(event, event.at)
        except BadHappening:
            continue
        if joined.group == event.id:
            continue
        if pair(event.id, joined.group) in apart or pair(event.id, joined.nearest) in apart:
            grouping.part(event.id, event.at)
        else:
            found.append(joined)
    return found
