"""The flood of Jakarta, 20 to 22 February 2017, as the engines take it: reports, neighbourhoods, official flags.

A neighbourhood is flooded when the archive's polygon of a flagged one lies in it: 292 of 2,685. The archive's polygons
and the register of RW share no number, so they are joined by a point on each polygon.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from pinisi.city.shapefile import Shape, Shapefile
from pinisi.services.flood.engine.evidence import Numbers
from pinisi.services.flood.engine.flooded import Picture
from pinisi.services.flood.engine.ground import Ground, Neighbourhood
from pinisi.services.flood.engine.judging import FOLDS, Said
from pinisi.services.flood.models import FloodReport, FloodStateChange
from pinisi.services.flood.petabencana import change_of, report_of
from pinisi.vocabulary.instant import Instant, parse_instant

SPLIT_LON = 106.83


class FloodArchive:
    """`folder` is the reference data's folder `flood`."""

    def __init__(self, folder: Path) -> None:
        self._archive = folder / "petabencana_2017"
        self._rw = folder / "inasafe_jakarta" / "rw_jakarta"

    @cached_property
    def reports(self) -> list[FloodReport]:
        """In the order of coming."""
        files = sorted(self._archive.glob("reports/*.geojson"))
        found = [report_of(feature) for file in files for feature in _features(file)]
        return sorted(found, key=lambda report: report.at)

    @cached_property
    def _records(self) -> list[Shape]:
        parts = {end: self._rw.with_suffix(end).read_bytes() for end in (".shp", ".dbf", ".shx", ".prj")}
        return [each for each in Shapefile("rw_jakarta", parts).shapes() if isinstance(each, Shape)]

    @cached_property
    def ground(self) -> Ground:
        def ground(shape: Shape) -> Any:
            return shapely.make_valid(shapely.from_geojson(json.dumps(shape.geometry)))

        prone = [str(each.attributes["FLOODPRONE"]).upper() == "YES" for each in self._records]
        each_one = zip(self._records, prone, strict=True)
        return Ground([Neighbourhood(f"rw-{shape.row}", ground(shape), wet) for shape, wet in each_one])

    @cached_property
    def east(self) -> list[bool]:
        """Which half each neighbourhood belongs to, by its centroid."""
        return [each.ground.centroid.x >= SPLIT_LON for each in self.ground.neighbourhoods]

    @cached_property
    def kelurahan(self) -> Numbers:
        """The number of each neighbourhood's kelurahan."""
        names = [
            "|".join(str(each.attributes[n]) for n in ("KAB_NAME", "KEC_NAME", "KEL_NAME")) for each in self._records
        ]
        return np.unique(names, return_inverse=True)[1].astype(np.float64)

    @property
    def folds(self) -> Numbers:
        return self.kelurahan % FOLDS

    @cached_property
    def changes(self) -> list[FloodStateChange]:
        return [change_of(json.loads(line)) for line in (self._archive / "floods/state_changes.jsonl").open("rb")]

    @cached_property
    def flags(self) -> dict[int, Instant]:
        """When the agency first flagged a neighbourhood, by its number."""
        there: dict[str, int] = {}
        for feature in _features(self._archive / "floods" / "rw_polygons.geojson"):
            polygon = shapely.make_valid(shapely.from_geojson(json.dumps(feature["geometry"])))
            point = polygon.point_on_surface()
            number = self.ground.of(point.x, point.y)
            if number is not None:
                there[f"jakarta-{feature['properties']['geom_id']}"] = number
        first: dict[int, Instant] = {}
        for change in (each for each in self.changes if each.state > 0 and each.area in there):
            at, number = parse_instant(change.at), there[change.area]
            first[number] = min(at, first.get(number, at))
        return first

    def said(self) -> list[Said]:
        """Every report that lies in a neighbourhood, with what was known when it came."""
        number = {each.id: index for index, each in enumerate(self.ground.neighbourhoods)}
        picture = Picture(self.ground)
        heard = [picture.report(report.lon, report.lat, parse_instant(report.at)) for report in self.reports]
        return [Said(number[each.neighbourhood], each.at, each.evidence) for each in heard if each is not None]


def half(flags: Mapping[int, Instant], east: list[bool], side: bool) -> dict[int, Instant]:
    return {number: at for number, at in flags.items() if east[number] == side}


def _features(file: Path) -> Iterator[dict[str, Any]]:
    yield from json.loads(file.read_text(encoding="utf-8"))["features"]
