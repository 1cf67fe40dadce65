"""The kind of source `mobility.twin-network`: roads of a file, made into a network that the twin simulates.

It brings one entity. What is wrong with the file, or that SUMO is not installed, is told at the source; what-ifs on
that network are then not there, and everything else goes on.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.json_body import read_json
from pinisi.runtime.source import Card, Line, Message, Reading, Source, SourceKind, TransportFailed, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_place
from pinisi.services.mobility.models.twin import NETWORK, network_id
from pinisi.services.mobility.road_source import BEYOND, OPEN_STREET_MAP
from pinisi.services.mobility.watched_file import stamp, until_another
from pinisi.vocabulary.instant import NotAnInstant, format_instant, parse_instant

TEXTS = texts_of("pinisi.services.mobility")
EVERY_SECONDS = 3_600.0
_Degrees = Annotated[float, msgspec.Meta(ge=-180, le=180)]
LonLat = tuple[_Degrees, _Degrees]


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of `live.toml`.

    `file`: an OpenStreetMap extract, a road shapefile or a net of SUMO, in the data folder or by its whole path; a
    newer one is taken as soon as it lies there. `driving`: the side of the road. `signals`: places of signals that the
    file may not know. `demand`: a route file of SUMO for the same network. `seconds`, `megabytes`: limits.
    """

    file: str
    driving: Literal["left", "right"] = "left"
    signals: tuple[LonLat, ...] = ()
    demand: str = ""
    seconds: float = 1_800
    megabytes: int = 2_048
    publisher: str = OPEN_STREET_MAP
    licence: str = "ODbL 1.0"
    licence_note: str = "© OpenStreetMap contributors"
    url: str = "https://www.openstreetmap.org/copyright"


_Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the way in says of a network that is there now."""

    source: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    digest: str
    file: str
    edges: _Count
    junctions: _Count
    signals: _Count
    kilometres: Annotated[float, msgspec.Meta(ge=0, le=1e7)]
    driving: Literal["left", "right"]
    since: str
    as_of: str | None = None
    missed: tuple[LonLat, ...] = ()
    demand: str = ""
    outline: tuple[LonLat, ...] = ()


def networks_folder(data: Path, source: str) -> Path:
    """Where a source keeps the networks that it made."""
    return data / "twin" / source


class MadeNetwork:
    """Makes the network of a file, and anew when the file is another one."""

    def __init__(self, options: Options, profile: Profile) -> None:
        self._options, self._profile = options, profile

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        """Raises `TransportFailed`: no such file, no roads in it, over a limit, SUMO not installed."""
        from pinisi.services.mobility.twin.child import TwinFailed, TwinMissing
        from pinisi.services.mobility.twin.net_build import build_net
        from pinisi.services.mobility.twin.sumo_programs import Limits

        options = self._options
        file, limits = line.folder / options.file, Limits(options.seconds, options.megabytes)
        while True:
            seen = stamp(file)
            try:
                built = await build_net(file, networks_folder(line.folder, line.id), self._choices(line.folder), limits)
            except (TwinFailed, TwinMissing) as error:
                raise TransportFailed(str(error)) from None
            said = _Told(
                source=line.id,
                digest=built.digest,
                file=built.file,
                edges=built.edges,
                junctions=built.crossings,
                signals=built.signals,
                kilometres=built.kilometres,
                driving=options.driving,
                since=format_instant(line.now()),
                as_of=built.as_of,
                missed=built.missed,
                demand=built.demand,
                outline=built.outline,
            )
            yield Message(body=msgspec.json.encode(said), origin=built.file, received=line.now())
            await until_another(file, seen, line)

    def _choices(self, folder: Path) -> Any:
        from pinisi.services.mobility.twin.net_build import Choices

        options = self._options
        west, south, east, north = self._profile.extent
        return Choices(
            driving=options.driving,
            signals=options.signals,
            demand=folder / options.demand if options.demand else None,
            bounds=(west - BEYOND, south - BEYOND, east + BEYOND, north + BEYOND),
        )


def read(message: Message) -> Reading:
    """Raises Unreadable: it tells of no network."""
    said = read_json(message, _Told)
    for moment in (said.since, said.as_of or said.since):
        try:
            parse_instant(moment)
        except NotAnInstant as error:
            raise Unreadable(f"since, as_of: {error}") from None
    return Reading(entities=(_entity(said),))


def _entity(said: _Told) -> dict[str, Any]:
    at = said.since
    entity: dict[str, Any] = {
        "id": network_id(said.source),
        "type": NETWORK,
        "name": told(said.file, at),
        "networkDigest": told(said.digest, at),
        "builtFrom": told(said.file, at),
        "edgeCount": told(said.edges, at),
        "junctionCount": told(said.junctions, at),
        "signalCount": told(said.signals, at),
        "roadLength": told(said.kilometres, at, "KMT"),
        "drivingSide": told(said.driving, at),
        "signalsNotFound": told([list(place) for place in said.missed], at),
        "demandFile": told(said.demand, at),
    }
    if said.as_of is not None:
        entity["validFrom"] = told({"@type": "DateTime", "@value": said.as_of}, at)
    if len(said.outline) == 5 and len(set(said.outline)) == 4 and said.outline[0] == said.outline[-1]:
        entity["location"] = told_place({"type": "Polygon", "coordinates": [[list(each) for each in said.outline]]}, at)
    return entity


def make(options: Options, profile: Profile) -> Source:
    if not options.file:
        raise ValueError("file: names no file of roads")
    if min(options.megabytes, options.seconds) <= 0:
        raise ValueError("megabytes, seconds: have to be above 0")
    for number, (_, latitude) in enumerate(options.signals):
        if abs(latitude) > 90:
            raise ValueError(f"signals[{number}]: {latitude} is no latitude (longitude comes first)")
    return Source(
        id="twin-network",
        title=TEXTS["twin-network"],
        card=Card(
            publisher=options.publisher,
            licence=options.licence,
            licence_note=options.licence_note,
            url=options.url,
            note=TEXTS["twin-network-note"],
        ),
        transport=MadeNetwork(options, profile),
        read=read,
        every=EVERY_SECONDS,
        method="reported",
        blinds=TEXTS["twin-network-blinds"],
    )


TWIN_NETWORK = SourceKind(
    name="twin-network", title=TEXTS["twin-network"], options=Options, make=make, outside=False, writes=(NETWORK,)
)
