"""From drawn corridors to a timetable: made by the engine of `pinisi gtfs make`, checked, and zipped always alike."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pinisi.city.entry import Fault
from pinisi.city.text import fill
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.gtfs.corridors import CorridorList

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.gtfs.notice import Notice

TEXTS = texts_of("pinisi.services.mobility")


class NotMade(ValueError):
    """The corridors contradict themselves; `fault` names where and why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(f"{fault.field}: {fault.reason.en}")
        self.fault = fault


def zip_of(said: CorridorList) -> bytes:
    """The same list always gives the same bytes. Raises `NotMade`."""
    from zoneinfo import available_timezones

    from pinisi.services.mobility.engine.gtfs.making import CannotMake, make_feed
    from pinisi.services.mobility.engine.gtfs.writing import write_feed
    from pinisi.services.mobility.gtfs_zip import zipped

    try:
        return zipped(write_feed(make_feed(said, frozenset(available_timezones())).feed))
    except CannotMake as error:
        raise NotMade(Fault(error.field, fill(TEXTS[f"corridor-{error.code}"], **error.words))) from None


def checked(body: bytes, today: str) -> "Sequence[Notice]":
    """Every fault of the timetable as others would read it. `today` (YYYYMMDD) tells whether it is over."""
    from pinisi.services.mobility.engine.gtfs.checking import check_feed
    from pinisi.services.mobility.engine.gtfs.reading import read_feed
    from pinisi.services.mobility.gtfs_zip import unzip

    feed, found = read_feed(unzip(body, "the timetable"))
    return [*found, *check_feed(feed, today)]
