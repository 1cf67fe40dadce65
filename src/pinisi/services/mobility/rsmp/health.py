"""How a controller in the street is doing, told by what happened on its link: a pure fold over events."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import UNSET

from pinisi.services.mobility.rsmp.events import (
    Closed,
    Confirmed,
    Event,
    Heard,
    NotUnderstood,
    Opened,
    TurnedDown,
    WatchdogHeard,
)
from pinisi.services.mobility.rsmp.messages import (
    AggregatedStatus,
    Alarm,
    Content,
    StatusResponse,
    StatusUpdate,
    StatusValue,
)
from pinisi.services.mobility.rsmp.plausible import Contradiction, contradictions
from pinisi.vocabulary.instant import DAY, HOUR, SECOND, Instant, parse_instant

FAILURES = ("no acknowledgement", "silent", "broken stream", "cut")
"""Ends of an open link that count as failures; a rejection is no failure of the device, a farewell none at all."""


PATIENCE = 5 * SECOND
DAYS = 30


class Lately(msgspec.Struct, frozen=True):
    """Of the last `days` days, today included; `hours` between failures, None without any."""

    days: int
    failures: int
    hours: float | None


class ActiveAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """`since` by the site's clock; `values` are the alarm's return values, such as the colour of a lamp."""

    component: str
    code: str
    priority: str
    since: str
    acknowledged: bool
    suspended: bool
    values: Mapping[str, str]


class DayMark(msgspec.Struct, frozen=True, array_like=True):
    """How long links had stood, in microseconds, and how often they had failed, when a day began.

    `day` counts from 1970, by UTC.
    """

    day: int
    up: int
    failures: int


class SiteHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Of one site. Times in microseconds.

    `up` is how long links stood that have ended; `status` the latest value of each status, by "S0014 status"; `stated`
    when, by the site's clock; `ahead` by how much that clock is ahead of ours; `fault` why it is not connected;
    `conflicting` the numbers of groups that must not be green together; `doubts` since when it contradicts itself;
    `down_since`: since when there is no link; `days`: the marks of the last `DAYS` days, oldest first.
    """

    site: str
    opened: Instant | None = None
    heard: Instant | None = None
    up: int = 0
    failures: int = 0
    version: str = ""
    ahead: int = 0
    slowest: int = 0
    fault: str = ""
    turned_down: int = 0
    refused: str = ""
    bits: tuple[bool, ...] = ()
    status: Mapping[str, Any] = {}
    stated: str = ""
    alarms: tuple[ActiveAlarm, ...] = ()
    conflicting: tuple[tuple[int, int], ...] = ()
    doubts: Mapping[Contradiction, Instant] = {}
    down_since: Instant | None = None
    days: tuple[DayMark, ...] = ()

    @property
    def alive(self) -> bool:
        return self.opened is not None

    def mean_time_between_failures(self, now: Instant) -> float | None:
        """Hours that the link stood, for each failure; None before the first."""
        return self.stood(now) / self.failures / HOUR if self.failures else None

    def stood(self, now: Instant) -> int:
        """Microseconds for which links have stood, the present one too."""
        return self.up + (now - self.opened if self.opened is not None else 0)

    def lately(self, now: Instant) -> Lately | None:
        """Since the oldest mark; None before the first."""
        if not self.days:
            return None
        first = self.days[0]
        failures, stood = self.failures - first.failures, self.stood(now) - first.up
        hours = stood / failures / HOUR if failures > 0 else None
        return Lately(now // DAY - first.day + 1, failures, hours)


def marked(health: SiteHealth, now: Instant) -> SiteHealth:
    """With a mark for today; those that are older than `DAYS` days go."""
    today = now // DAY
    if health.days and health.days[-1].day >= today:
        return health
    kept = tuple(mark for mark in health.days if mark.day > today - DAYS)
    return msgspec.structs.replace(health, days=(*kept, DayMark(today, health.stood(now), health.failures)))


def contradicts(health: SiteHealth, now: Instant) -> tuple[Contradiction, ...]:
    """What stands for a while: statuses of one moment may come in several messages. Two greens come in one."""
    lasting = {"conflictingGreen": 0}
    return tuple(name for name, since in health.doubts.items() if now - since >= lasting.get(name, PATIENCE))


def after(health: SiteHealth, event: Event) -> SiteHealth:
    """The health after one more event."""
    match event:
        case Opened(at=at, version=version):
            return msgspec.structs.replace(
                health, opened=at, heard=at, version=version, fault="", slowest=0, down_since=None
            )
        case Closed():
            return _closed(health, event)
        case Heard(at=at, message=message):
            return _told(msgspec.structs.replace(health, heard=at), message, at)
        case WatchdogHeard(at=at, ahead=ahead):
            return msgspec.structs.replace(health, heard=at, ahead=ahead)
        case Confirmed(at=at, after=waited):
            return msgspec.structs.replace(health, heard=at, slowest=max(waited, health.slowest))
        case NotUnderstood(at=at, reason=reason):
            return msgspec.structs.replace(health, heard=at, refused=reason)
        case TurnedDown(at=at):
            return msgspec.structs.replace(health, heard=at, turned_down=health.turned_down + 1)
        case _:
            return health


def _closed(health: SiteHealth, closed: Closed) -> SiteHealth:
    fault = f"{closed.cause}: {closed.reason}"
    if health.opened is None:
        return msgspec.structs.replace(health, fault=fault)
    return msgspec.structs.replace(
        health,
        opened=None,
        up=health.up + closed.at - health.opened,
        failures=health.failures + (closed.cause in FAILURES),
        fault=fault,
        down_since=closed.at,
    )


def _told(health: SiteHealth, message: Content, at: Instant) -> SiteHealth:
    match message:
        case StatusResponse() | StatusUpdate():
            return _doubted(_statuses(health, message), at)
        case AggregatedStatus(bits=bits):
            return msgspec.structs.replace(health, bits=tuple(bit is True for bit in bits))
        case Alarm():
            return msgspec.structs.replace(health, alarms=_alarms(health.alarms, message))
        case _:
            return health


def _statuses(health: SiteHealth, message: StatusResponse | StatusUpdate) -> SiteHealth:
    """What was kept over a cut comes late: it must not replace what is newer."""
    fresh = {_key(value): value.value for value in message.values if value.quality == "recent"}
    if not fresh or message.at < health.stated:
        return health
    return msgspec.structs.replace(health, status={**health.status, **fresh}, stated=message.at)


def _doubted(health: SiteHealth, at: Instant) -> SiteHealth:
    found = contradictions(health.status, health.conflicting)
    return msgspec.structs.replace(health, doubts={name: health.doubts.get(name, at) for name in found})


def _key(value: StatusValue) -> str:
    return f"{value.code} {value.name}"


def _alarms(standing: tuple[ActiveAlarm, ...], message: Alarm) -> tuple[ActiveAlarm, ...]:
    """Alarms that are kept over a cut come after the present ones; the older is passed over."""
    former = next((each for each in standing if _same(each, message)), None)
    at = "" if message.at is UNSET else message.at
    if former is not None and message.purpose == "Issue" and parse_instant(at) < parse_instant(former.since):
        return standing
    others = tuple(each for each in standing if not _same(each, message))
    return (*others, _active(message, former, at)) if message.active == "Active" else others


def _same(alarm: ActiveAlarm, message: Alarm) -> bool:
    return (alarm.component, alarm.code) == (message.component, message.code)


def _active(message: Alarm, former: ActiveAlarm | None, at: str) -> ActiveAlarm:
    values = () if message.values is UNSET else message.values
    return ActiveAlarm(
        component=message.component,
        code=message.code,
        priority="" if message.priority is UNSET else message.priority,
        since=at if message.purpose == "Issue" or former is None else former.since,
        acknowledged=message.acknowledged == "Acknowledged",
        suspended=str(message.suspended).lower() == "suspended",
        values={each.name: str(each.value) for each in values},
    )
