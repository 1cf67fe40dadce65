"""Which events are probably one: by place, time and kind, as they come. A suggestion; a person confirms or parts.

A new event joins the group of the event that it fits best. How well: 1 at the same place and moment; half for the
place at `near_m`, half for the time at `quiet_min`; the product of both. It is compared with the newest event of at
most `REMEMBERED` groups in each of the nine cells around it: the work for one event does not grow with the flood.
"""

from collections import OrderedDict
from typing import Literal

import msgspec

from pinisi.incidents.grouping.cells import Cell, Grid
from pinisi.incidents.grouping.happening import Happening, checked
from pinisi.incidents.grouping.rules import Family, GroupRules
from pinisi.store.geodesy import distance_from
from pinisi.vocabulary.instant import SECOND, Instant

REMEMBERED = 8
Place = tuple[float, float] | None
Why = Literal["near", "same-subject", "first", "too-wide", "too-long", "no-place", "by-hand"]
"""Why an event is in its group: near an event of it; about the same thing; nothing like it was there; what was near
reaches too far or lasts too long already; nobody knows where it was; a person said so."""


class Joined(msgspec.Struct, frozen=True):
    """What became of one event. `nearest` is the event that it fits; distance in metres, gap in seconds."""

    event: str
    group: str
    why: Why
    score: float = 1.0
    nearest: str = ""
    distance_m: float = 0.0
    gap_s: float = 0.0


class _Spot(msgspec.Struct):
    """The newest event of a group in a cell."""

    event: str
    lon: float
    lat: float
    at: Instant


class _Group(msgspec.Struct):
    id: str
    family: Family
    began: Instant
    touched: Instant
    latest: Instant
    event: str
    anchor: Place
    cells: set[Cell] = msgspec.field(default_factory=set[Cell])
    subjects: set[str] = msgspec.field(default_factory=set[str])
    events: dict[str, Place] = msgspec.field(default_factory=dict[str, Place])
    """Its events and where they were, in the order of coming."""


class _Field:
    """The open groups of one family on the ground."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.grid = Grid(family.near_m)
        self.cells: dict[Cell, dict[str, _Spot]] = {}
        self.subjects: dict[str, str] = {}


class Grouping:
    def __init__(self, rules: GroupRules) -> None:
        self._rules = rules
        self._fields: dict[str, _Field] = {}
        self._of_kind: dict[str, _Field] = {}
        self._groups: OrderedDict[str, _Group] = OrderedDict()
        self._joined: dict[str, Joined] = {}
        self.looked_at = 0
        """With how many events the newest one was compared."""

    def add(self, event: Happening, now: Instant) -> Joined:
        """The group of a new event; the same answer for one that has come before. A time to come counts as now.

        Raises:
            BadHappening: see there.
        """
        known = self._joined.get(event.id)
        if known is not None:
            return known
        checked(event)
        self._forget(now)
        at = min(event.at, now)
        field = self._field(event.kind)
        joined = self._same_subject(field, event, at) or self._near(field, event, at)
        return self._keep(field, event, at, joined, now)

    def recall(self, event: Happening, joined: Joined, now: Instant) -> None:
        """Take up what was decided before a restart, in the order of then; `now` is when the event came."""
        if event.id not in self._joined:
            self._forget(now)
            self._keep(self._field(event.kind), event, min(event.at, now), joined, now)

    def group_of(self, event: str) -> str | None:
        """The group of an event that is still open here; of older ones, what kept `Joined` knows."""
        joined = self._joined.get(event)
        return None if joined is None else joined.group

    def family_of(self, kind: str) -> Family:
        return self._field(kind).family

    def close(self, group: str) -> None:
        """No further event joins it: the next one near begins a new group."""
        if group in self._groups:
            self._drop(self._groups.pop(group))

    def part(self, event: str, now: Instant) -> Joined:
        """A person said that an event is not of its group: it becomes the first of a new one.

        Raises:
            KeyError: the event is not open here.
        """
        old = self._groups[self._joined[event].group]
        place = old.events.pop(event)
        if place is not None:
            self._unmark(self._fields[old.family.name], old, event, place)
        id = event if event not in self._groups else f"{event} apart"
        group = self._begin(id, old.family, event, old.latest, place, now)
        if place is not None:
            self._mark(self._fields[old.family.name], group, _Spot(event, *place, old.latest))
        self._joined[event] = joined = Joined(event, id, "by-hand")
        return joined

    def merge(self, group: str, into: str, now: Instant) -> list[Joined]:
        """A person said that two groups are one: what became of each event of the first.

        Raises:
            KeyError: one of them is not open here.
        """
        gone, kept = self._groups[group], self._groups[into]
        if gone is kept:
            return []
        del self._groups[group]
        field, other = self._fields[kept.family.name], self._fields[gone.family.name]
        if field is other:
            for cell in gone.cells:
                field.cells[cell].setdefault(into, field.cells[cell][group])
            kept.cells |= gone.cells
            kept.subjects |= gone.subjects
        moved = [msgspec.structs.replace(self._joined[event], group=into, why="by-hand") for event in gone.events]
        kept.events |= gone.events
        self._drop(gone, forget=False)
        for subject in kept.subjects:
            field.subjects[subject] = into
        self._joined |= {each.event: each for each in moved}
        kept.latest, kept.touched = max(kept.latest, gone.latest), now
        self._groups.move_to_end(into)
        return moved

    def _field(self, kind: str) -> _Field:
        field = self._of_kind.get(kind)
        if field is None:
            family = self._rules.family_of(kind)
            field = self._fields.setdefault(family.name, _Field(family))
            self._of_kind[kind] = field
        return field

    def _same_subject(self, field: _Field, event: Happening, at: Instant) -> Joined | None:
        group = self._groups.get(field.subjects.get(event.subject, "")) if event.subject else None
        if group is None or not _lasts(group, at) or (gap := abs(at - group.latest)) > field.family.quiet:
            return None
        return Joined(
            event.id, group.id, "same-subject", 1 - gap / field.family.quiet / 2, group.event, 0.0, gap / SECOND
        )

    def _near(self, field: _Field, event: Happening, at: Instant) -> Joined:
        """The best fit; else a group of its own, and why."""
        if event.lon is None or event.lat is None:
            return Joined(event.id, event.id, "no-place")
        metres = distance_from(event.lon, event.lat)
        best: Joined | None = None
        refused: Joined | None = None
        self.looked_at = 0
        for cell in field.grid.around(event.lon, event.lat):
            for id, spot in field.cells.get(cell, {}).items():
                self.looked_at += 1
                fit = _fit(field.family, event.id, id, spot, metres(spot.lon, spot.lat), abs(at - spot.at))
                if fit is None or (best is not None and (fit.score, best.group) <= (best.score, fit.group)):
                    continue
                group = self._groups[id]
                if group.anchor is not None and metres(*group.anchor) > field.family.widest_m:
                    refused = msgspec.structs.replace(fit, group=event.id, why="too-wide")
                elif not _lasts(group, at):
                    refused = msgspec.structs.replace(fit, group=event.id, why="too-long")
                else:
                    best = fit
        return best or refused or Joined(event.id, event.id, "first")

    def _keep(self, field: _Field, event: Happening, at: Instant, joined: Joined, now: Instant) -> Joined:
        group = self._groups.get(joined.group)
        if group is None:
            group = self._begin(joined.group, field.family, event.id, at, event.place, now)
        else:
            group.events[event.id] = event.place
            if at >= group.latest:
                group.latest, group.event = at, event.id
            group.began = min(group.began, at)
        group.touched = now
        self._groups.move_to_end(group.id)
        if event.subject:
            field.subjects[event.subject] = group.id
            group.subjects.add(event.subject)
        if event.lon is not None and event.lat is not None:
            self._mark(field, group, _Spot(event.id, event.lon, event.lat, at))
        self._joined[event.id] = joined
        return joined

    def _begin(self, id: str, family: Family, event: str, at: Instant, place: Place, now: Instant) -> _Group:
        group = _Group(id, family, at, now, at, event, place, events={event: place})
        self._groups[id] = group
        return group

    def _mark(self, field: _Field, group: _Group, spot: _Spot) -> None:
        """Remember the newest event of the group in its cell; of more than `REMEMBERED` groups the quietest goes."""
        cell = field.grid.cell(spot.lon, spot.lat)
        spots = field.cells.setdefault(cell, {})
        before = spots.get(group.id)
        if before is None or spot.at >= before.at:
            spots[group.id] = spot
            group.cells.add(cell)
        if len(spots) > REMEMBERED:
            quietest = min(spots, key=lambda id: spots[id].at)
            del spots[quietest]
            self._groups[quietest].cells.discard(cell)

    def _unmark(self, field: _Field, group: _Group, event: str, place: tuple[float, float]) -> None:
        """An event that has left a group stands for it no more: another one of the cell does, if there is one."""
        cell = field.grid.cell(*place)
        spot = field.cells.get(cell, {}).get(group.id)
        if spot is None or spot.event != event:
            return
        left = [(id, at) for id, at in group.events.items() if at is not None and field.grid.cell(*at) == cell]
        if left:
            field.cells[cell][group.id] = _Spot(left[-1][0], *left[-1][1], spot.at)
        else:
            del field.cells[cell][group.id]
            group.cells.discard(cell)

    def _forget(self, now: Instant) -> None:
        """Let go of groups that nothing can join any more."""
        while self._groups:
            group = next(iter(self._groups.values()))
            if now - group.touched <= 2 * group.family.quiet:
                return
            self.close(group.id)

    def _drop(self, group: _Group, *, forget: bool = True) -> None:
        field = self._fields[group.family.name]
        for cell in group.cells:
            spots = field.cells[cell]
            spots.pop(group.id, None)
            if not spots:
                del field.cells[cell]
        for subject in group.subjects:
            if field.subjects.get(subject) == group.id:
                del field.subjects[subject]
        for event in group.events if forget else ():
            self._joined.pop(event, None)


def _lasts(group: _Group, at: Instant) -> bool:
    return max(group.latest, at) - min(group.began, at) <= group.family.longest


def _fit(family: Family, event: str, group: str, spot: _Spot, distance: float, gap: int) -> Joined | None:
    if distance > family.near_m or gap > family.quiet:
        return None
    score = (1 - distance / family.near_m / 2) * (1 - gap / family.quiet / 2)
    return Joined(event, group, "near", score, spot.event, distance, gap / SECOND)
