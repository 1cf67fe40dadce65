"""The kind of source `mobility.traces`: files of fixes in a folder, matched to the roads that are served here.

Vehicles are known only while a file is matched. What goes on from here names none, and the file is deleted once its
speeds are written, unless the city says that it may be kept.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import msgspec

from pinisi.city.profile import Profile
from pinisi.city.text import fill
from pinisi.context.geometry import check_geometry
from pinisi.runtime.about import About
from pinisi.runtime.source import (
    Card,
    Line,
    Message,
    Reading,
    Reject,
    Source,
    SourceKind,
    Taken,
    TransportFailed,
    Unreadable,
)
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_place, told_relation
from pinisi.runtime.transports.folder import Folder
from pinisi.services.mobility.models.traffic import OBSERVED, SPEED
from pinisi.services.mobility.probe_traces.report import LeftOut, Report, RoadSpeed
from pinisi.services.mobility.routing.answers import Costing
from pinisi.store.change import Refused
from pinisi.vocabulary.instant import NotAnInstant, parse_instant

TEXTS = texts_of("pinisi.services.mobility")
_LOOK_SECONDS = 1.0
_ABOUT = About(types=(OBSERVED,))
_BY: Mapping[str, Costing] = {"car": "auto", "bus": "bus", "truck": "truck", "motorcycle": "motorcycle"}


class TraceOptions(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`path`: the folder. `feed`: begins the ids. `vehicle`: what drives; empty: mixed, told without class.

    `minutes`: of the intervals. `fewest`: how many drives of a road in one before its speed is told; 3 or more for
    private vehicles. `keep_files`: files stay in `done/` with the vehicles that they name. `replayed`: of old files.
    """

    path: str = "traces"
    feed: str = "traces"
    vehicle: Literal["", "car", "bus", "truck", "motorcycle"] = ""
    minutes: float = 5.0
    fewest: int = 1
    keep_files: bool = False
    replayed: bool = False
    every: float = 86_400.0
    publisher: str = ""
    licence: str = ""
    url: str = ""


class MatchedTraces:
    """Waits for a graph, matches each file, and puts it away."""

    def __init__(self, options: TraceOptions, profile: Profile) -> None:
        self._options, self._profile = options, profile
        self._folder = Folder(options.path, ("*.csv", "*.xlsx", "*.geojson", "*.json"))

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        async for message in self._folder.messages(line):
            found = await self._matched(message, line)
            body = msgspec.json.encode(found)
            yield Message(body=body, origin=message.origin, media="application/json", received=message.received)

    async def _matched(self, message: Message, line: Line) -> Report:
        from pinisi.services.mobility.probe_traces.driven_speeds import How, report
        from pinisi.services.mobility.routing.programs import RoutingFailed
        from pinisi.services.mobility.routing.running import served_here

        options = self._options
        how = How(
            feed=options.feed,
            vehicle=options.vehicle,
            costing=_BY.get(options.vehicle, "auto"),
            zone=self._profile.zone,
            minutes=options.minutes,
            fewest=options.fewest,
        )
        while True:
            router = served_here()
            try:
                if router is not None:
                    found = await asyncio.to_thread(report, message, router, how)
                    await line.trouble("")
                    return found
                await line.trouble("no road graph is served here (source mobility.road-graph): files wait")
            except RoutingFailed as error:
                await line.trouble(str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    async def taken(self, line: Line, message: Message, taken: Taken) -> None:
        """Raises `TransportFailed`: the file can be neither deleted nor put away."""
        if taken.whole and taken.entities and not self._options.keep_files:
            try:
                await asyncio.to_thread((line.folder / self._options.path / message.origin).unlink, missing_ok=True)
            except OSError as error:
                raise TransportFailed(f"{message.origin} cannot be deleted: {error.strerror}") from None
        await self._folder.taken(line, message, taken)


def read(message: Message) -> Reading:
    try:
        said = msgspec.json.decode(message.body, type=Report)
        for each in said.speeds:
            parse_instant(each.at)
            if each.line is not None:
                check_geometry(each.line, "line")
    except (Refused, msgspec.MsgspecError, NotAnInstant, ValueError, RecursionError) as error:
        raise Unreadable(f"tells of no traces: {error}") from None
    if said.fault:
        raise Unreadable(f"{said.file}: {said.fault}")
    return Reading(
        entities=[_entity(said, each) for each in said.speeds],
        rejects=[_reject(said, each) for each in said.left_out],
    )


def _entity(said: Report, speed: RoadSpeed) -> dict[str, Any]:
    at = speed.at
    entity: dict[str, Any] = {
        "id": f"urn:ngsi-ld:{OBSERVED}:{said.feed}-{speed.road}",
        "type": OBSERVED,
        SPEED: told(speed.kmh, at, "KMH"),
        "driveCount": told(speed.drives, at),
        "intervalMinutes": told(said.minutes, at, "MIN"),
        "refRoadSegment": told_relation(f"urn:ngsi-ld:RoadSegment:{speed.road}", at),
        "name": told(speed.name or speed.road, at),
    }
    if said.vehicle:
        entity["vehicleType"] = told(said.vehicle, at)
    if speed.line is not None:
        entity["location"] = told_place(speed.line, at)
    return entity


def _reject(said: Report, left: LeftOut) -> Reject:
    row = str(left.first) if left.rows == 1 else f"{left.first}-{left.last}"
    reason = fill(TEXTS[f"traces-{left.why}"], rows=left.rows)
    return Reject(key=f"{said.file} {row} {left.why}", row=row, field="", reason=reason, about=_ABOUT)


def make(options: TraceOptions, profile: Profile) -> Source:
    if not options.feed.replace("-", "").isalnum() or not options.feed.isascii():
        raise ValueError("feed: is no name of letters, digits and dashes")
    if not 1 <= options.minutes <= 60:
        raise ValueError("minutes: has to lie between 1 and 60")
    if options.fewest < 1:
        raise ValueError("fewest: has to be 1 or more")
    return Source(
        id="traces",
        title=TEXTS["traces"],
        card=Card(
            publisher=options.publisher or profile.city.name,
            licence=options.licence or "none stated",
            url=options.url,
            note=TEXTS["traces-note"],
        ),
        transport=MatchedTraces(options, profile),
        read=read,
        every=options.every,
        method="replayed" if options.replayed else "measured",
    )


TRACES = SourceKind(
    name="traces", title=TEXTS["traces"], options=TraceOptions, make=make, outside=False, writes=(OBSERVED,)
)
