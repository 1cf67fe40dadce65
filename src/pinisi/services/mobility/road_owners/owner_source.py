"""The kind of source `mobility.road-owners`: a register of roads that somebody sends or lays into a folder."""

from typing import Literal

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.source import Card, Source, SourceKind
from pinisi.runtime.transports.folder import Folder
from pinisi.runtime.transports.push import Push
from pinisi.services.mobility.models.roads import OWNERSHIP
from pinisi.services.mobility.road_owners.owner_sheet import TEXTS, read


class OwnerOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`way`: a folder of the data folder, or pushed. `publisher`: whose register it is."""

    way: Literal["folder", "push"] = "folder"
    path: str = "road-owners"
    publisher: str = ""
    licence: str = ""
    url: str = ""
    every: float = 365 * 86_400.0


def make(options: OwnerOptions, profile: Profile) -> Source:
    return Source(
        id="road-owners",
        title=TEXTS["road-owners"],
        card=Card(
            publisher=options.publisher or profile.city.name,
            licence=options.licence or "none stated",
            url=options.url,
            note=TEXTS["road-owners-note"],
        ),
        transport=Push() if options.way == "push" else Folder(options.path, ("*.csv", "*.xlsx")),
        read=read,
        every=options.every,
        method="reported",
    )


ROAD_OWNERS = SourceKind(
    name="road-owners",
    title=TEXTS["road-owners"],
    options=OwnerOptions,
    make=make,
    outside=False,
    writes=(OWNERSHIP,),
)
"""Writes what the register says; the reaction `road-owners` puts it on the roads."""
