"""SignalArterial: neighbouring signals that keep step, and what their offsets do.

Pinisi's own type, as those of `models.signals`:

- `name`; `location`, the line through its junctions; `cycleTime` (SEC), which they share.
- `arterialJunctions`: each junction in its order with the way from the one before (metres), the offset that runs and
  the one that would make the bands widest (seconds).
- `bandOut`, `bandBack` (SEC): how long in each cycle one may set out and meet green all along, as it runs.
- modelled, with the offsets that would be best: `bandOutWanted`, `bandBackWanted` (SEC); under `SHADOW`
  `meanDelayByPlan` and `meanDelayByControl` (SEC a vehicle along the whole way: as it runs, and with those offsets) and
  `shadowGain` (P1).
- `offsetsVerdict`: whether they may be ordered: early, better, worse, same (they run). `offsetsFault`: what stands
  against it, in words.
"""

from typing import Annotated, Any

import msgspec

from pinisi.runtime.told import told, told_json, told_place
from pinisi.services.mobility.models.junction_live import MODELLED, SHADOW, Id, Moment, Word
from pinisi.services.mobility.models.signals import junction_id
from pinisi.vocabulary.instant import format_instant

ARTERIAL = "SignalArterial"
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e6)]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One junction of it."""

    junction: Id
    metres: Annotated[float, msgspec.Meta(ge=0, le=5000)]
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    offset: Seconds
    wanted: Seconds | None = None


class ArterialReport(msgspec.Struct, frozen=True, kw_only=True, tag="arterial"):
    """What is known of one at `at`."""

    source: Id
    id: Id
    name: Annotated[str, msgspec.Meta(max_length=200)]
    at: Moment
    cycle: Annotated[int, msgspec.Meta(ge=1, le=1000)]
    junctions: Annotated[tuple[Kept, ...], msgspec.Meta(min_length=2, max_length=30)]
    band_out: Seconds
    band_back: Seconds
    wanted_out: Seconds | None = None
    wanted_back: Seconds | None = None
    delay: Seconds | None = None
    delay_wanted: Seconds | None = None
    fault: Word = ""

    @property
    def saved(self) -> float | None:
        """Per cent of the delay that runs."""
        if self.delay is None or self.delay_wanted is None or self.delay <= 0:
            return None
        return 100 * (self.delay - self.delay_wanted) / self.delay


def arterial_id(id: str) -> str:
    return f"urn:ngsi-ld:{ARTERIAL}:{id}"


def arterial_entity(report: ArterialReport) -> dict[str, Any]:
    at = format_instant(report.at)
    line = {"type": "LineString", "coordinates": [[each.lon, each.lat] for each in report.junctions]}
    rows = [
        {"junction": junction_id(each.junction), "metres": each.metres, "offset": each.offset, "wanted": each.wanted}
        for each in report.junctions
    ]
    entity: dict[str, Any] = {
        "id": arterial_id(report.id),
        "type": ARTERIAL,
        "name": told(report.name, at),
        "location": told_place(line, at),
        "cycleTime": told(report.cycle, at, "SEC"),
        "arterialJunctions": told_json(rows, at),
        "bandOut": told(round(report.band_out, 1), at, "SEC"),
        "bandBack": told(round(report.band_back, 1), at, "SEC"),
        "offsetsFault": told(report.fault, at),
        "offsetsVerdict": told(_verdict(report), at) | {"method": MODELLED},
    }
    return entity | _modelled(report, at)


def _verdict(report: ArterialReport) -> str:
    if report.wanted_out is None or report.saved is None:
        return "early"
    if all(each.offset == each.wanted for each in report.junctions):
        return "same"
    return "better" if report.saved > 0 else "worse"


def _modelled(report: ArterialReport, at: str) -> dict[str, Any]:
    values = {
        "bandOutWanted": (report.wanted_out, "SEC", None),
        "bandBackWanted": (report.wanted_back, "SEC", None),
        "meanDelayByPlan": (report.delay, "SEC", SHADOW),
        "meanDelayByControl": (report.delay_wanted, "SEC", SHADOW),
        "shadowGain": (report.saved, "P1", SHADOW),
    }
    return {
        name: told(round(number, 1), at, unit, dataset) | {"method": MODELLED}
        for name, (number, unit, dataset) in values.items()
        if number is not None
    }
