"""On which days a service of a timetable runs (calendar.txt, calendar_dates.txt)."""

import datetime
from collections.abc import Mapping

import msgspec

from pinisi.services.mobility.engine.gtfs.table import Feed

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Service(msgspec.Struct, frozen=True):
    """`days`: Monday first; `begin` and `end` as `YYYYMMDD`, both included; `added` and `taken` are single days."""

    days: tuple[bool, ...] = (False,) * 7
    begin: str = "99999999"
    end: str = "00000000"
    added: frozenset[str] = frozenset()
    taken: frozenset[str] = frozenset()

    def runs(self, day: datetime.date, *, beyond: bool) -> bool:
        written = f"{day:%Y%m%d}"
        if written in self.added:
            return True
        if written in self.taken:
            return False
        return self.days[day.weekday()] and (beyond or self.begin <= written <= self.end)


class Calendar(msgspec.Struct, frozen=True):
    """`names` are the services in the order of their numbers."""

    names: tuple[str, ...]
    services: Mapping[str, Service]

    @property
    def begin(self) -> str:
        """The first day of any service, empty where there is none."""
        begins = [each.begin for each in self.services.values() if any(each.days)]
        return min([*begins, *(day for each in self.services.values() for day in each.added)], default="")

    @property
    def end(self) -> str:
        ends = [each.end for each in self.services.values() if any(each.days)]
        return max([*ends, *(day for each in self.services.values() for day in each.added)], default="")

    def active(self, day: datetime.date, *, beyond: bool = False) -> tuple[int, ...]:
        """Numbers of the services that run on a day; `beyond`: by its day of the week where the period is over."""
        return tuple(number for number, name in enumerate(self.names) if self.services[name].runs(day, beyond=beyond))


def calendar_of(feed: Feed, names: tuple[str, ...]) -> Calendar:
    """Of these services; one that no file tells of runs on no day."""
    services = {name: Service() for name in names}
    columns = ("service_id", *_DAYS, "start_date", "end_date")
    for name, *told in zip(*(feed.values("calendar.txt", column) for column in columns), strict=True):
        if name in services:
            days = tuple(cell.strip() == "1" for cell in told[:7])
            services[name] = Service(days, told[7].strip(), told[8].strip())
    columns = ("service_id", "date", "exception_type")
    for name, date, kind in zip(*(feed.values("calendar_dates.txt", column) for column in columns), strict=True):
        if name not in services:
            continue
        service = services[name]
        if kind.strip() == "1":
            services[name] = msgspec.structs.replace(service, added=service.added | {date.strip()})
        elif kind.strip() == "2":
            services[name] = msgspec.structs.replace(service, taken=service.taken | {date.strip()})
    return Calendar(names, services)
