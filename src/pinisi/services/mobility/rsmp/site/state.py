"""What a controller remembers: how it was ordered to work. Moments are of its own clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from pinisi.services.mobility.engine.signals.plan import SignalPlan
from pinisi.services.mobility.rsmp.site.priorities import Priorities
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.site.timing import timed
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

STARTUP = 10 * SECOND
"""How long it starts up, dark, amber, then red."""


@dataclass(frozen=True)
class Switch:
    """A time table's row: in table `table`, from `hour`:`minute` of local time, plan `plan` (0: none is selected)."""

    table: int
    plan: int
    hour: int
    minute: int


@dataclass
class State:
    """`plan` and `situation` are None where the controller follows its own tables; `position_until` None: for good.
    `wished`: when inputs were last ordered; `alone_since`: since when there is no supervisor, None while there is.
    """

    started: Instant
    position: str = "NormalControl"
    position_source: str = "startup"
    position_before: str = "NormalControl"
    position_until: Instant | None = None
    plan: int | None = None
    situation: int | None = None
    fixed_time: bool = True
    routes: set[int] = field(default_factory=set[int])
    inputs: dict[int, bool] = field(default_factory=dict[int, bool])
    forced_inputs: dict[int, bool] = field(default_factory=dict[int, bool])
    forced_outputs: dict[int, bool] = field(default_factory=dict[int, bool])
    detected: dict[int, bool] = field(default_factory=dict[int, bool])
    forced_detectors: dict[int, bool] = field(default_factory=dict[int, bool])
    bands: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    offsets: dict[int, int] = field(default_factory=dict[int, int])
    cycles: dict[int, int] = field(default_factory=dict[int, int])
    week: dict[int, int] = field(default_factory=dict[int, int])
    tables: tuple[Switch, ...] = ()
    band_timeout: int = 0
    codes: dict[int, str] = field(default_factory=lambda: {1: "1111", 2: "2222"})
    clock_set: int = 0
    wished: Instant = 0
    alone_since: Instant | None = None
    priorities: Priorities = field(default_factory=Priorities)

    def settle(self, now: Instant) -> None:
        """A position that was ordered for some minutes ends."""
        if self.position_until is not None and now >= self.position_until:
            self.position, self.position_until = self.position_before, None
            self.position_source = "calendar_clock"
        if self.alone_since is not None and self.band_timeout:
            self._forget_timings(now - self.alone_since)

    def _forget_timings(self, alone: Instant) -> None:
        """Without a supervisor for so long the stored timings run again (M0023)."""
        if alone >= self.band_timeout * MINUTE:
            self.bands.clear()
            self.cycles.clear()

    def wishes(self, street: Street, now: Instant) -> frozenset[str] | None:
        """The groups that somebody outside wishes green; None where the plan decides."""
        given = street.external is not None and self._input(street.external)
        if not given or now - self.wished > round(street.patience * SECOND):
            return None
        groups = enumerate(street.junction.groups, start=street.first_wish)
        return frozenset(group.id for number, group in groups if self._input(number))

    def _input(self, number: int) -> bool:
        return self.forced_inputs.get(number, self.inputs.get(number, False))

    def timed_plan(self, street: Street, now: Instant) -> SignalPlan:
        """The plan that runs, with cycle time, bands and offset as ordered."""
        number, _ = self.current_plan(street, now)
        plan = timed(street.junction, number, self.cycles, self.bands)
        offset = -self.offsets[number] if number in self.offsets else plan.offset
        return msgspec.structs.replace(plan, offset=offset % plan.cycle)

    def is_starting(self, now: Instant) -> bool:
        return now - self.started < STARTUP

    def current_plan(self, street: Street, now: Instant) -> tuple[int, str]:
        """The plan and where it comes from (S0014): an order, the time table of the day, or the first plan."""
        if self.plan is not None:
            return self.plan, "forced"
        by_table = self._by_table(_local(now + self.clock_set, street.zone))
        return (by_table, "calendar_clock") if by_table else (street.plans()[0], "startup")

    def _by_table(self, local: datetime) -> int:
        table = self.week.get(local.weekday(), 0)
        rows = [(row.hour, row.minute, row.plan) for row in self.tables if row.table == table]
        begun = [row for row in sorted(rows) if row[:2] <= (local.hour, local.minute)]
        return begun[-1][2] if begun else 0


def _local(now: Instant, zone: float) -> datetime:
    return datetime.fromtimestamp(now / SECOND, UTC) + timedelta(hours=zone)
