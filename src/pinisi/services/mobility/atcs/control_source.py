"""The source `mobility.atcs`: the controllers of configured junctions, controlled."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec

from pinisi.city.profile import Profile
from pinisi.runtime.json_body import read_json
from pinisi.runtime.source import Card, Line, Message, Reading, Source, SourceKind, Unreadable
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.models.arterials import ARTERIAL, ArterialReport, arterial_entity
from pinisi.services.mobility.models.controllers import CONTROLLER, ControllerReport, controller_entity
from pinisi.services.mobility.models.junction_live import JunctionReport, report_entities, strange_id
from pinisi.services.mobility.models.priority import PriorityRule
from pinisi.services.mobility.models.signals import DETECTOR, GROUP, JUNCTION, PLAN
from pinisi.services.mobility.signal_controllers import PORT

if TYPE_CHECKING:
    from pinisi.services.mobility.atcs.arterial_layout import ArterialLayout
    from pinisi.services.mobility.atcs.layout import Plot

TEXTS = texts_of("pinisi.services.mobility")


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`junctions` are files of layouts, of the city's folder or absolute; `arterials` files of those that keep step;
    `priority`: who may ask signals for it by himself. `tell_every`: seconds between two reports of
    detectors, queues and the shadow; what lamps show is told when it changes.
    """

    junctions: tuple[str, ...]
    arterials: tuple[str, ...] = ()
    priority: PriorityRule | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=0, le=65_535)] = PORT
    tell_every: Annotated[float, msgspec.Meta(ge=1, le=300)] = 5.0
    publisher: str = ""


class Atcs:
    """Waits for the controllers and decides for them. What does it is loaded only now."""

    def __init__(self, options: Options, plots: Sequence["Plot"], arterials: Sequence["ArterialLayout"]) -> None:
        self._options, self._plots, self._arterials = options, plots, arterials

    async def messages(self, line: Line) -> AsyncIterator[Message]:
        from pinisi.services.mobility.atcs.duty import on_duty
        from pinisi.services.mobility.atcs.room import ControlRoom

        room = ControlRoom(
            line, self._plots, self._options.tell_every, arterials=self._arterials, priority=self._options.priority
        )
        with on_duty(room):
            async for message in room.messages(self._options.host, self._options.port):
                yield message


class _Kind(msgspec.Struct):
    """`junction`; a report of a controller says nothing."""

    type: str = ""


def read(message: Message) -> Reading:
    """Raises Unreadable: it is none of our reports."""
    kind = read_json(message, _Kind).type
    if kind == "arterial":
        return Reading(entities=(arterial_entity(read_json(message, ArterialReport)),))
    if kind == "junction":
        report = read_json(message, JunctionReport)
        if report.laid is not None and (strange := strange_id(report.laid)) is not None:
            raise Unreadable(f"laid: {strange[:60]!r} is no id")
        return Reading(entities=report_entities(report))
    return Reading(entities=(controller_entity(read_json(message, ControllerReport)),))


def make(options: Options, profile: Profile) -> Source:
    return Source(
        id="signal-control",
        title=TEXTS["atcs"],
        card=Card(
            publisher=options.publisher or profile.city.name,
            licence=profile.city.licence.name,
            note=TEXTS["atcs-note"],
        ),
        transport=Atcs(options, *_files(options, profile.folder)),
        read=read,
        every=60.0,
        method="reported",
        blinds=TEXTS["controllers-blinds"],
        reads=() if options.priority is None else ("Unit", "Vehicle", "ArrivalEstimation"),
    )


def _files(options: Options, folder: Path) -> "tuple[Sequence[Plot], Sequence[ArterialLayout]]":
    """Raises ValueError, naming the file, the field and the reason."""
    from pinisi.services.mobility.atcs.arterial_layout import read_arterial
    from pinisi.services.mobility.atcs.layout import one_site_each, read_layout

    if not options.junctions:
        raise ValueError("junctions: there is none")
    plots = tuple(read_layout(folder / each) for each in options.junctions)
    for field, reason in one_site_each(plots):
        raise ValueError(f"{field}: {reason}")
    by_junction = {plot.junction.id: plot for plot in plots}
    arterials = tuple(read_arterial(folder / each, by_junction) for each in options.arterials)
    ids = [each.id for each in arterials]
    for number, id in enumerate(ids):
        if ids.count(id) > 1:
            raise ValueError(f"arterials[{number}]: the id {id!r} is given twice")
    return plots, arterials


CONTROL = SourceKind(
    name="atcs",
    title=TEXTS["atcs"],
    options=Options,
    make=make,
    outside=False,
    writes=(CONTROLLER, JUNCTION, GROUP, PLAN, DETECTOR, ARTERIAL),
)
