"""The kind of source `mobility.speeds-csv`: tables of speeds that somebody puts into a folder."""

from typing import Literal

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.source import Card, Source, SourceKind
from pinisi.runtime.transports.folder import Folder
from pinisi.services.mobility.models.traffic import OBSERVED
from pinisi.services.mobility.road_speeds.speed_table import TEXTS, Series, speed_reader
from pinisi.vocabulary.instant import parse_instant


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`path`: the folder. `feed`: begins the ids. `unit`: of the speeds, KMH, HM (mph) or MTS.

    `first`, `minutes`: of tables without a column of time: when the first row was true (RFC 3339, UTC), and from one
    row to the next. `replayed`: what they tell was true long ago, and is shown as such.
    """

    path: str = "speeds"
    feed: str = "speeds"
    unit: Literal["KMH", "HM", "MTS"] = "KMH"
    first: str = ""
    minutes: float = 5.0
    replayed: bool = False
    every: float = 86_400.0
    publisher: str = ""
    licence: str = ""
    url: str = ""


def make(options: Options, profile: Profile) -> Source:
    if not options.feed.replace("-", "").isalnum() or not options.feed.isascii():
        raise ValueError("feed: is no name of letters, digits and dashes")
    if not 0.1 <= options.minutes <= 1_440:
        raise ValueError("minutes: has to lie between 0.1 and 1440")
    first = parse_instant(options.first) if options.first else None
    series = Series(feed=options.feed, unit=options.unit, zone=profile.zone, minutes=options.minutes, first=first)
    return Source(
        id="speeds-csv",
        title=TEXTS["speeds-csv"],
        card=Card(
            publisher=options.publisher or profile.city.name,
            licence=options.licence or "none stated",
            url=options.url,
            note=TEXTS["speeds-csv-note"],
        ),
        transport=Folder(options.path, ("*.csv", "*.xlsx")),
        read=speed_reader(series),
        every=options.every,
        method="replayed" if options.replayed else "measured",
    )


SPEEDS_CSV = SourceKind(
    name="speeds-csv", title=TEXTS["speeds-csv"], options=Options, make=make, outside=False, writes=(OBSERVED,)
)
