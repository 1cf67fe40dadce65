"""Citizen reports through the engines that make incidents of them: what an operator would have been called for.

The moments are those of the reports: the engines know no other clock. An operator's turn comes on the second.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from pinisi.incidents.grouping.flood_control import FloodControl, Notice
from pinisi.incidents.grouping.grouping import Grouping, Joined
from pinisi.incidents.grouping.happening import Happening
from pinisi.incidents.grouping.rules import GroupRules
from pinisi.services.flood.models import FloodReport
from pinisi.vocabulary.instant import MINUTE, Instant, parse_instant

DEEPEST_CM = 150
"""Deeper water is the agency's deepest class, which the city's written rule calls a danger."""


class Alarmed(msgspec.Struct, frozen=True):
    """What became of each report, and of groups whose turn came, in the order of time."""

    joined: Sequence[Joined]
    notices: Sequence[Notice]

    @property
    def calls(self) -> list[Notice]:
        return [notice for notice in self.notices if notice.operator is not None]

    @property
    def incidents(self) -> set[str]:
        """Groups that called an operator."""
        return {notice.group for notice in self.calls}

    def incident_of(self) -> dict[str, str]:
        """Event -> the group that called for it: its own, else the one around it, as it stood at the end."""
        around: dict[str, str] = {}
        for notice in self.notices:
            if notice.outcome == "part-of":
                around[notice.group] = notice.of
        called = self.incidents
        found = {each.event: each.group if each.group in called else around.get(each.group, "") for each in self.joined}
        return {event: group for event, group in found.items() if group in called}

    def most_at_once(self, minutes: int = 10) -> int:
        """The most alarms that one operator had within so many minutes."""
        window, most = minutes * MINUTE, 0
        for operator in {notice.operator for notice in self.calls}:
            times = [notice.at for notice in self.calls if notice.operator == operator]
            most = max([most, *(sum(at <= other < at + window for other in times) for at in times)])
        return most

    def waits_min(self) -> list[float]:
        """Minutes between a group's first waiting and its call, of those that waited."""
        since: dict[str, Instant] = {}
        waits: list[float] = []
        for notice in self.notices:
            if notice.outcome == "waits":
                since.setdefault(notice.group, notice.at)
            elif notice.group in since:
                began = since.pop(notice.group)
                waits += [(notice.at - began) / MINUTE] if notice.operator is not None else []
        return waits

    def outcomes(self) -> Counter[str]:
        return Counter(notice.outcome for notice in self.notices)


def happening(report: FloodReport) -> Happening:
    deep = report.depth_cm is not None and report.depth_cm > DEEPEST_CM
    return Happening(
        id=report.id,
        kind="flood",
        at=parse_instant(report.at),
        severity="danger" if deep else "caution",
        lon=report.lon,
        lat=report.lat,
    )


def alarmed(events: Sequence[Happening], rules: GroupRules) -> Alarmed:
    """Events in the order of coming, each received when it happened."""
    assert rules.load is not None
    grouping, control = Grouping(rules), FloodControl(rules.load)
    joined: list[Joined] = []
    notices: list[Notice] = []
    for event in events:
        notices += turns(control, until=event.at)
        joined.append(grouping.add(event, event.at))
        notices.append(control.take(event, joined[-1], grouping.family_of(event.kind), event.at))
    return Alarmed(joined, [*notices, *turns(control)])


def turns(control: FloodControl, until: Instant | None = None) -> list[Notice]:
    """What becomes of waiting groups, each as soon as an operator is free."""
    notices: list[Notice] = []
    while (moment := control.next_due()) is not None and (until is None or moment <= until):
        notices += control.due(moment)
    return notices
