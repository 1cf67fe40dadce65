"""Which group calls an operator now, which waits its turn, which only changes a list (EEMUA 191, ISA-18.2 16.5).

At most one new alarm an operator in the load's window, and danger to life at once on top of it. Nothing is lost: each
event has a `Notice` that says what became of it and why; a group that was held back stands in `waiting` and calls when
its turn comes. An event of a group that has called calls again only when it is graver, or the group has grown much.
"""

from collections import OrderedDict
from heapq import heappop, heappush
from typing import Literal

import msgspec

from pinisi.incidents.grouping.cells import Cell, Grid
from pinisi.incidents.grouping.grouping import Joined
from pinisi.incidents.grouping.happening import GRAVITY, Happening, Severity
from pinisi.incidents.grouping.rules import Family, Load
from pinisi.store.geodesy import distance_from
from pinisi.vocabulary.instant import Instant

Outcome = Literal["called", "called-again", "listed", "part-of", "waits", "no-call"]
"""A new alarm; a further one of the same group; a change of its list; a change of the list of the group around it; an
alarm that waits its turn; nothing that calls anybody."""
Reason = Literal["first", "danger", "graver", "larger", "known", "around", "busy", "information", "its-turn"]
COVERS = 8
"""Groups of a cell that are looked at for one that covers a new group: the newest."""
_NEVER = -(1 << 62)


class Notice(msgspec.Struct, frozen=True):
    """What becomes of an event, or of a group whose turn came (then `event` is its first).

    Args:
        wants: of an alarm, and of one that waits: why it is one.
        operator: 0 for the first one of the shift; None where nobody is called.
        of: the group that has called already and covers this one.
        above_load: danger to life called though every operator had an alarm in the window.
    """

    at: Instant
    event: str
    group: str
    outcome: Outcome
    reason: Reason
    wants: Reason | None = None
    operator: int | None = None
    of: str = ""
    above_load: bool = False


class _Group(msgspec.Struct):
    id: str
    family: Family
    place: tuple[float, float] | None
    since: Instant
    latest: Instant
    severity: Severity
    count: int = 0
    around: int = 0
    called: Severity | None = None
    called_with: int = 0
    cover: str = ""
    wants: Reason | None = None

    @property
    def all(self) -> int:
        return self.count + self.around


class FloodControl:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._last = [_NEVER] * load.operators
        self._groups: OrderedDict[str, _Group] = OrderedDict()
        """By their latest event."""
        self._held: dict[str, None] = {}
        self._grids: dict[str, Grid] = {}
        self._called: dict[tuple[str, Cell], dict[str, None]] = {}
        self._urgent: list[tuple[int, int, Instant, str]] = []
        self._oldest: list[tuple[Instant, str]] = []

    def take(self, event: Happening, joined: Joined, family: Family, now: Instant) -> Notice:
        """What becomes of an event that has just joined a group. Ask `due` first."""
        group, cover = self._hear(event, joined.group, family, now)
        return self._decide(event.id, group, cover, now)

    def recall(self, notice: Notice, event: Happening | None = None, family: Family | None = None) -> None:
        """Take up what was decided before a restart, in the order of then; `event` is absent where a turn came."""
        if event is not None and family is not None:
            self._hear(event, notice.group, family, notice.at)
        group = self._groups.get(notice.group)
        if group is None:
            return
        if notice.operator is not None:
            self._note_call(group, notice.operator % len(self._last), notice.at)
        elif notice.outcome == "waits":
            self._hold(group, notice.wants or "first", notice.at)
        else:
            self._release(group)

    def due(self, now: Instant) -> list[Notice]:
        """What becomes of waiting groups: as many call as operators are free; who works near by now makes a call
        needless.
        """
        notices: list[Notice] = []
        while (operator := self._free(now)) is not None and (group := self._next(now)) is not None:
            cover = self._cover(group, now)
            if self._wanted(group, cover) is None:
                self._release(group)
                notices.append(self._quiet(group.id, group, cover, now))
            else:
                notices.append(self._call(group.id, group, operator, "its-turn", now))
        return notices

    def next_due(self) -> Instant | None:
        """When the next operator is free, if anything waits."""
        return min(self._last) + self._load.window if self._held else None

    def waiting(self) -> list[str]:
        """Groups that wait their turn, the most urgent first."""
        return sorted(self._held, key=lambda id: _urgency(self._groups[id]))

    def close(self, group: str) -> None:
        """The incident has ended: it covers nothing any more, and waits for nothing."""
        gone = self._groups.pop(group, None)
        if gone is None:
            return
        self._release(gone)
        if gone.place is not None:
            self._called.get(self._cell(gone), {}).pop(group, None)

    def staff(self, operators: int) -> None:
        """So many operators are on shift from now on; a new one has had no alarm yet. Of fewer those stay who were
        called last, so that nobody is called more often because somebody has left.
        """
        if operators != len(self._last):
            kept = sorted(self._last, reverse=True) + [_NEVER] * operators
            self._last = kept[: max(1, operators)]

    def _hear(self, event: Happening, id: str, family: Family, now: Instant) -> tuple[_Group, _Group | None]:
        """Count an event to its group, and to the one that covers it."""
        self._forget(now)
        group = self._groups.get(id)
        if group is None:
            group = _Group(id, family, event.place, now, now, event.severity)
            self._groups[id] = group
        group.count += 1
        self._touch(group, now)
        if GRAVITY[event.severity] > GRAVITY[group.severity]:
            group.severity = event.severity
        cover = self._cover(group, now)
        if cover is not None:
            cover.around += 1
            self._touch(cover, now)
        return group, cover

    def _decide(self, event: str, group: _Group, cover: _Group | None, now: Instant) -> Notice:
        wants = self._wanted(group, cover)
        if wants is None:
            self._release(group)
            return self._quiet(event, group, cover, now)
        operator = self._free(now)
        if group.severity == "danger" and wants != "larger":
            return self._call(event, group, operator, "danger", now)
        if operator is not None and self._next(now) in (None, group):
            return self._call(event, group, operator, wants, now)
        self._hold(group, wants, now)
        return Notice(now, event, group.id, "waits", "busy", wants, of=cover.id if cover else "")

    def _wanted(self, group: _Group, cover: _Group | None) -> Reason | None:
        """Why a group should call; None: it need not."""
        if group.severity == "information":
            return None
        told = group.called or (cover.called if cover else None)
        if told is None:
            return "danger" if group.severity == "danger" else "first"
        if GRAVITY[group.severity] > GRAVITY[told]:
            return "graver"
        if group.called is None:
            if group.severity == "danger":
                return "danger"
            return "larger" if group.count >= group.family.own_alarm else None
        grown = max(self._load.fewest, group.family.grows_by * group.called_with)
        return "larger" if group.all >= grown else None

    def _quiet(self, event: str, group: _Group, cover: _Group | None, now: Instant) -> Notice:
        if group.severity == "information" and group.called is None:
            return Notice(now, event, group.id, "no-call", "information", of=cover.id if cover else "")
        if group.called is None and cover is not None:
            return Notice(now, event, group.id, "part-of", "around", of=cover.id)
        return Notice(now, event, group.id, "listed", "known", of=group.id)

    def _call(self, event: str, group: _Group, operator: int | None, reason: Reason, now: Instant) -> Notice:
        """Call whoever is free; for danger, if nobody is, who was called longest ago."""
        chosen = self._longest_ago() if operator is None else operator
        wants = group.wants or reason
        outcome: Outcome = "called" if group.called is None else "called-again"
        self._note_call(group, chosen, now)
        return Notice(now, event, group.id, outcome, reason, wants, chosen, above_load=operator is None)

    def _note_call(self, group: _Group, operator: int, now: Instant) -> None:
        self._last[operator] = now
        self._release(group)
        group.called, group.called_with, group.cover = group.severity, group.all, ""
        if group.place is not None:
            newest = self._called.setdefault(self._cell(group), {})
            newest.pop(group.id, None)
            newest[group.id] = None
            if len(newest) > COVERS:
                del newest[next(iter(newest))]

    def _hold(self, group: _Group, wants: Reason, now: Instant) -> None:
        if group.wants is None:
            heappush(self._oldest, (now, group.id))
        group.wants = wants
        self._held[group.id] = None
        heappush(self._urgent, (*_urgency(group), group.id))

    def _next(self, now: Instant) -> _Group | None:
        """The group that calls next: the one that has waited too long, else the most urgent."""
        while self._oldest and self._oldest[0][1] not in self._held:
            heappop(self._oldest)
        if self._oldest and now - self._oldest[0][0] >= self._load.patience:
            return self._groups[self._oldest[0][1]]
        while self._urgent and not self._current(self._urgent[0]):
            heappop(self._urgent)
        return self._groups[self._urgent[0][3]] if self._urgent else None

    def _release(self, group: _Group) -> None:
        group.wants = None
        self._held.pop(group.id, None)

    def _touch(self, group: _Group, now: Instant) -> None:
        group.latest = now
        self._groups.move_to_end(group.id)

    def _forget(self, now: Instant) -> None:
        """Let go of groups that are long quiet and wait for nothing; a few at each event."""
        for _ in range(4):
            group = next(iter(self._groups.values()), None)
            if group is None or now - group.latest <= 2 * group.family.quiet:
                return
            if group.id in self._held:
                self._groups.move_to_end(group.id)
            else:
                self.close(group.id)

    def _current(self, entry: tuple[int, int, Instant, str]) -> bool:
        return entry[3] in self._held and _urgency(self._groups[entry[3]]) == entry[:3]

    def _free(self, now: Instant) -> int | None:
        operator = self._longest_ago()
        return operator if now - self._last[operator] >= self._load.window else None

    def _longest_ago(self) -> int:
        return min(range(len(self._last)), key=self._last.__getitem__)

    def _cover(self, group: _Group, now: Instant) -> _Group | None:
        """A group near by that has called and is not over: an operator works there already."""
        if group.called is not None or group.place is None:
            return None
        known = self._groups.get(group.cover)
        if known is not None and now - known.latest <= known.family.quiet:
            return known
        metres = distance_from(*group.place)
        for cell in self._grid(group.family).around(*group.place):
            for id in reversed(self._called.get((group.family.name, cell), {})):
                other = self._groups[id]
                near = other.place is not None and metres(*other.place) <= group.family.spread_m
                if near and now - other.latest <= other.family.quiet:
                    group.cover = id
                    return other
        group.cover = ""
        return None

    def _grid(self, family: Family) -> Grid:
        return self._grids.setdefault(family.name, Grid(family.spread_m))

    def _cell(self, group: _Group) -> tuple[str, Cell]:
        assert group.place is not None
        return group.family.name, self._grid(group.family).cell(*group.place)


def _urgency(group: _Group) -> tuple[int, int, Instant]:
    """The graver, then the larger, then the older goes first."""
    return -GRAVITY[group.severity], -group.count, group.since
