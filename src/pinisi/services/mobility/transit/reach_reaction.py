"""How many residents live within 300 m of a stop, and of the way of a line: anew when stops or lines change.

Boundaries and people wake nothing: every city has them, and one without stops would show what it has not.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pinisi.runtime.known import Document, Inputs, Known
from pinisi.runtime.reaction import WHOLE_CITY, Others, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import Attribute, told, told_place, told_relation
from pinisi.services.mobility.models.transit import REACH_TYPES
from pinisi.services.mobility.transit.route_lines import lines_of
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA

if TYPE_CHECKING:
    from pinisi.services.mobility.engine.transit.reach import Area, Reach

TEXTS = texts_of("pinisi.services.mobility")
CITY, AREA = REACH_TYPES
METRES = 300.0
LEVELS = ("kelurahan", "kecamatan", "city")
"""The smallest first."""
MOST_AREAS = 2_000
MOST_PEOPLE = 1e9
BANDS = ("lowest", "low", "middle", "high", "highest")
"""Fifths of an area's ground that is near a stop."""
_AREA_TYPE = ADMINISTRATIVE_AREA.rpartition(":")[2]


def react_reach(inputs: Inputs) -> Sequence[Document]:
    """The city's share by stops and by lines, and each area's by stops."""
    from pinisi.services.mobility.engine.transit.reach import within

    stops = [point for each in inputs.others("GtfsStop") if (point := each.point) is not None]
    lines = [line for each in inputs.others("GtfsRoute") for line in lines_of(each.value("location"))]
    known = _by_level(inputs.others(_AREA_TYPE))
    by = next((level for level in LEVELS if _all_tell_people(known.get(level, []))), None)
    at = format_instant(inputs.now)
    documents: list[Document] = []
    if by is not None and stops:
        documents.append(_city("stops", by, within(_areas(known[by]), stops, METRES), at))
    if by is not None and lines:
        documents.append(_city("lines", by, within(_areas(known[by]), (), METRES, lines), at))
    smallest = next((level for level in LEVELS if known.get(level)), None)
    if smallest is not None and stops:
        reach = within(_areas(known[smallest]), stops, METRES)
        documents += _each(reach, {area.id: area for area in known[smallest]}, smallest, at)
    return documents


def _by_level(areas: Sequence[Known]) -> dict[str, list[Known]]:
    found: dict[str, list[Known]] = {}
    for area in areas:
        level = area.text("level")
        if level in LEVELS and area.value("location") is not None and len(found.get(level, ())) < MOST_AREAS:
            found.setdefault(level, []).append(area)
    return found


def _all_tell_people(areas: Sequence[Known]) -> bool:
    return bool(areas) and all(_people(each) is not None for each in areas)


def _people(area: Known) -> float | None:
    """None where it is not told, or cannot be."""
    people = area.number("population")
    return people if people is not None and 0 <= people <= MOST_PEOPLE else None


def _areas(known: Sequence[Known]) -> "list[Area]":
    from pinisi.services.mobility.engine.transit.reach import Area

    return [Area(each.id, each.value("location"), _people(each) or 0.0) for each in known]


def _city(of: str, by: str, reach: "Reach", at: str) -> Document:
    document: dict[str, Any] = {
        "id": f"urn:ngsi-ld:{CITY}:{of}",
        "type": CITY,
        "reachOf": told(of, at),
        "reachMetres": told(reach.metres, at, "MTR"),
        "residents": told(round(reach.people), at),
        "residentsNear": told(round(reach.near), at),
        "peopleBy": told(by, at),
        "areaCount": told(len(reach.areas), at),
        "leftOutAreas": told(len(reach.left_out), at),
    }
    if reach.share is not None:
        document["residentsNearShare"] = told(round(reach.share, 1), at, "P1")
    return document


def _each(reach: "Reach", known: dict[str, Known], level: str, at: str) -> Iterator[Document]:
    for found in reach.areas:
        area = known[found.id]
        document: dict[str, Attribute] = {
            "name": told(area.text("name") or area.id, at),
            "refArea": told_relation(area.id, at),
            "location": told_place(area.value("location"), at),
            "level": told(level, at),
            "groundNearShare": told(round(found.share * 100, 1), at, "P1"),
            "reachBand": told(BANDS[min(4, int(found.share * 5))], at),
        }
        if _people(area) is not None:
            document["residents"] = told(round(found.people), at)
            document["residentsNear"] = told(round(found.near), at)
        yield {"id": f"urn:ngsi-ld:{AREA}:{area.id.rpartition(':')[2]}", "type": AREA} | document


RESIDENTS_NEAR = Reaction(
    name="transit-reach",
    title=TEXTS["reach"],
    rule=TEXTS["reach-rule"],
    react=react_reach,
    wakes=(
        Wake(type="GtfsStop", attributes=("location",), subject=WHOLE_CITY),
        Wake(type="GtfsRoute", attributes=("location",), subject=WHOLE_CITY),
    ),
    writes=(Writes(type=CITY), Writes(type=AREA)),
    inputs=(
        Others(type="GtfsStop", most=30_000),
        Others(type="GtfsRoute", most=5_000),
        Others(type=_AREA_TYPE, most=3 * MOST_AREAS),
    ),
    settle=15,
    rest=300,
    limit=60,
)
