"""Moments as GTFS counts: seconds after noon minus twelve hours of a service day, in the agency's time zone."""

import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pinisi.vocabulary.instant import SECOND, Instant

_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class ServiceDay:
    """One day of a timetable."""

    def __init__(self, day: datetime.date, zone: ZoneInfo) -> None:
        self.day = day
        noon = datetime.datetime.combine(day, datetime.time(12), zone)
        self._begin: Instant = round((noon - _EPOCH).total_seconds() - 12 * 3600) * SECOND

    def seconds(self, moment: Instant) -> int:
        return (moment - self._begin) // SECOND

    def moment(self, seconds: int) -> Instant:
        return self._begin + seconds * SECOND


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a timetable; UTC where its name is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def day_of(moment: Instant, zone: str) -> ServiceDay:
    """The day on which a moment lies there."""
    place = zone_of(zone)
    local = (_EPOCH + datetime.timedelta(microseconds=moment)).astimezone(place)
    return ServiceDay(local.date(), place)
