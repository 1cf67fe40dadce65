"""The kind of source `mobility.road-graph`: roads of a file, built and served while the source runs.

It brings one entity, which says what routes are found on. What is wrong with the file or the program is told at the
source; routes are then not there, and everything else goes on.
"""

from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.road_travel import offered_travel
from pinisi.runtime.source import Card, Line, Message, Reading, Source, SourceKind, TransportFailed, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told
from pinisi.services.mobility.models.roads import GRAPH, graph_id
from pinisi.services.mobility.routing.answers import Bounds
from pinisi.services.mobility.watched_file import stamp, until_another
from pinisi.vocabulary.instant import format_instant, parse_instant

TEXTS = texts_of("pinisi.services.mobility")
EVERY_SECONDS = 3_600.0
BEYOND = 0.05
"""Degrees around the city from which roads of a shapefile are taken (5.5 km), as `pinisi import-roads` does."""
OPEN_STREET_MAP = "OpenStreetMap contributors"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of `live.toml`.

    `file`: an OpenStreetMap extract or a road shapefile, in the data folder or by its whole path; a newer one is taken
    as soon as it lies there. `megabytes`: what the serving process may hold; `build_seconds`, `build_megabytes`: limits
    of a build.
    """

    file: str
    megabytes: int = 1_024
    build_seconds: float = 3_600
    build_megabytes: int = 2_048
    publisher: str = OPEN_STREET_MAP
    licence: str = "ODbL 1.0"
    licence_note: str = "© OpenStreetMap contributors"
    url: str = "https://www.openstreetmap.org/copyright"


_Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000_000)]


class _Told(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the way in says of a graph that answers now."""

    source: str
    digest: str
    file: str
    junctions: _Count
    edges: _Count
    since: str
    as_of: str | None = None
    directed: _Count | None = None


class ServedRoads:
    """Builds the graph of a file, serves it, and begins anew when the file is another one."""

    def __init__(self, options: Options, bounds: Bounds) -> None:
        self._options, self._bounds = options, bounds

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        """Raises `TransportFailed`: no such file, no roads in it, over a limit, not installed."""
        from pinisi.services.mobility.asked_roads.offered import TravelOnRoads
        from pinisi.services.mobility.routing.child import serving
        from pinisi.services.mobility.routing.programs import NotInstalled, RoutingFailed
        from pinisi.services.mobility.routing.running import offered
        from pinisi.services.mobility.routing.tile_build import Limits, build_graph

        file, folder = line.folder / self._options.file, line.folder / "routing" / line.id
        limits = Limits(self._options.build_seconds, self._options.build_megabytes)
        try:
            while True:
                seen = stamp(file)
                graph = await build_graph(file, folder, bounds=self._bounds, limits=limits)
                async with serving(graph, folder, megabytes=self._options.megabytes, trouble=line.trouble) as router:
                    with offered(router), offered_travel(TravelOnRoads(router)):
                        said = _Told(
                            line.id,
                            graph.digest,
                            graph.file,
                            graph.junctions,
                            graph.edges,
                            format_instant(line.now()),
                            graph.as_of,
                            graph.directed,
                        )
                        yield Message(body=msgspec.json.encode(said), origin=graph.file, received=line.now())
                        await until_another(file, seen, line)
        except (RoutingFailed, NotInstalled) as error:
            raise TransportFailed(str(error)) from None


def read(message: Message) -> Reading:
    try:
        said = msgspec.json.decode(message.body, type=_Told)
        for moment in (said.since, said.as_of):
            parse_instant(moment or said.since)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Unreadable(f"tells of no road graph: {error}") from None
    return Reading(entities=(_entity(said),))


def _entity(said: _Told) -> dict[str, Any]:
    at = said.since
    entity: dict[str, Any] = {
        "id": graph_id(said.source),
        "type": GRAPH,
        "name": told(said.file, at),
        "graphDigest": told(said.digest, at),
        "builtFrom": told(said.file, at),
        "junctionCount": told(said.junctions, at),
        "edgeCount": told(said.edges, at),
    }
    if said.directed is not None:
        entity["directedRoads"] = told(said.directed, at)
    if said.as_of is not None:
        entity["validFrom"] = told({"@type": "DateTime", "@value": said.as_of}, at)
    return entity


def make(options: Options, profile: Profile) -> Source:
    if not options.file:
        raise ValueError("file: names no file of roads")
    if min(options.megabytes, options.build_seconds, options.build_megabytes) <= 0:
        raise ValueError("megabytes, build_seconds, build_megabytes: have to be above 0")
    return Source(
        id="road-graph",
        title=TEXTS["road-graph"],
        card=Card(
            publisher=options.publisher,
            licence=options.licence,
            licence_note=options.licence_note,
            url=options.url,
            note=TEXTS["road-graph-note"],
        ),
        transport=ServedRoads(options, _around(profile.extent)),
        read=read,
        every=EVERY_SECONDS,
        method="reported",
        blinds=TEXTS["road-graph-blinds"],
    )


def _around(bounds: Bounds) -> Bounds:
    west, south, east, north = bounds
    return west - BEYOND, south - BEYOND, east + BEYOND, north + BEYOND


ROAD_GRAPH = SourceKind(
    name="road-graph", title=TEXTS["road-graph"], options=Options, make=make, outside=False, writes=(GRAPH,)
)
