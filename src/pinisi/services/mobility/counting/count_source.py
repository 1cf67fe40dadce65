"""Turning counts as a source: pushed by the phone page, or laid into a folder as a table."""

from typing import Literal

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.source import Card, Source, SourceKind
from pinisi.runtime.transports.folder import Folder
from pinisi.runtime.transports.push import Push
from pinisi.services.mobility.counting.count_sheet import TEXTS, count_reader
from pinisi.services.mobility.models.counts import TURNING_COUNT


class CountOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`way`: pushed (the phone page, an upload), or a folder of the data folder. `publisher`: who counts.

    `every`: seconds after which it counts as late; a junction is counted every three months or so.
    """

    way: Literal["push", "folder"] = "push"
    path: str = "counts"
    publisher: str = "Dinas Perhubungan"
    every: float = 90 * 86_400.0


def make(options: CountOptions, profile: Profile) -> Source:
    transport = Push() if options.way == "push" else Folder(options.path, ("*.csv", "*.xlsx"))
    return Source(
        id="turning-counts",
        title=TEXTS["counts"],
        card=Card(publisher=options.publisher, licence="CC-BY-4.0", note=TEXTS["counts-note"]),
        transport=transport,
        read=count_reader(profile.zone),
        every=options.every,
        method="measured",
    )


TURNING_COUNTS = SourceKind(
    name="turning-counts",
    title=TEXTS["counts"],
    options=CountOptions,
    make=make,
    outside=False,
    writes=(TURNING_COUNT,),
)
