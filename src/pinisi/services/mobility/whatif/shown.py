"""A what-if as the page and the paper show it, read out of the context."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import msgspec

from pinisi.city.text import Text
from pinisi.city.words import attribute_label, unit_text
from pinisi.runtime.known import Known
from pinisi.runtime.sight import PresentSight
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.models.emissions import EMISSION_TOTAL
from pinisi.services.mobility.models.whatif import DATASET, WHAT_IF, WHAT_IF_ROAD, what_if_id
from pinisi.services.mobility.road_closures import moment
from pinisi.services.mobility.whatif.asked import TEXTS
from pinisi.services.mobility.whatif.entities import SHOWN
from pinisi.store.query import Compare, EntityQuery, Path, TypeIs
from pinisi.vocabulary.instant import format_instant

MOST_LISTED, MOST_ROADS, MOST_AREAS = 100, 200, 500


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mean, least and most over the seeds."""

    mean: float
    least: float
    most: float


class ShownRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    attribute: str
    label: Text
    unit: str | None
    unit_text: Text | None = msgspec.field(name="unitText", default=None)
    before: Spread
    after: Spread


class ShownRoad(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Delay of all vehicles together (h), vehicles standing, CO2 (kg), vehicle-kilometres; before and after.

    `lines`: its course (longitude, latitude); empty where the network does not say where it lies.
    """

    id: str
    name: str
    delay: tuple[float, float]
    queue: tuple[float, float]
    co2: tuple[float, float]
    km: tuple[float, float]
    lines: tuple[tuple[tuple[float, float], ...], ...] = ()


class ShownKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many things of a kind both sides were made of, and of when; empty texts where nothing says it."""

    number: int = 0
    begin: str = msgspec.field(name="from", default="")
    end: str = msgspec.field(name="to", default="")


class ShownArea(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the counted traffic of an area emitted (kg), of so many vehicle-kilometres; not simulated.

    `begin`, `end`: the period. `source`: of the factors.
    """

    id: str
    name: str
    level: str
    km: float
    co2: float
    low: float
    high: float
    nox: float | None
    pm: float | None
    begin: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")
    source: str


class ShownWhatIf(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`second`: CO2 (kg) of the first seed by `second_model`, before and after."""

    id: str
    name: str
    at: str
    provider: str | None
    method: str
    note: Text
    model: str
    cut_off: int = msgspec.field(name="cutOff")
    seeds: int
    minutes: float
    counts: int
    fitting: float | None
    left_out: int = msgspec.field(name="leftOut")
    network_at: str = msgspec.field(name="networkAt")
    read: Mapping[str, ShownKind]
    faster: float
    motorcycles: float
    second_model: str = msgspec.field(name="secondModel")
    second: tuple[float, float] | None
    rows: tuple[ShownRow, ...]
    roads: tuple[ShownRoad, ...]


class FoundWhatIf(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None where there is none for the one who asks."""

    what_if: ShownWhatIf | None = msgspec.field(name="whatIf", default=None)


class Listed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    key: str
    name: str
    at: str


class ListedWhatIfs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`networks`: how many networks of the twin there are; without one nothing can be simulated. `counted`: emissions
    of the counted traffic, of the city and of each area, those with most CO2 first."""

    networks: int
    what_ifs: tuple[Listed, ...] = msgspec.field(name="whatIfs")
    counted: tuple[ShownArea, ...]


def sight(visit: Visit[Any, Any]) -> PresentSight:
    """What the one who asks may see."""
    return PresentSight(visit.store, visit.tenant, visit.table, visit.principal.grants)


async def listed(visit: Visit[Any, Any], networks: str) -> ListedWhatIfs:
    seen, iri = sight(visit), visit.table.expand_term
    made = await seen.find(EntityQuery(types=TypeIs(iri(networks))), MOST_LISTED)
    records = await seen.newest(EntityQuery(types=TypeIs(iri(WHAT_IF))), MOST_LISTED)
    found = [Known(record.entity, visit.table, record.position) for record in records]
    rows = [Listed(each.id.rpartition(":")[2], each.text("name") or each.id, _at(each)) for each in found]
    totals = await seen.find(EntityQuery(types=TypeIs(iri(EMISSION_TOTAL))), MOST_AREAS)
    counted = [area for each in totals if (area := _area(Known(each.entity, visit.table, each.position))) is not None]
    return ListedWhatIfs(
        networks=len(made),
        what_ifs=tuple(sorted(rows, key=lambda row: row.at, reverse=True)),
        counted=tuple(sorted(counted, key=lambda area: (area.level != "city", -area.co2, area.id))),
    )


def _area(known: Known) -> ShownArea | None:
    """None of one that says no sum or no period."""
    co2, km = known.number("co2Mass"), known.number("emissionActivity")
    begin, end = moment(known.value("validFrom")), moment(known.value("validTo"))
    if co2 is None or km is None or begin is None or end is None:
        return None
    low, high = known.number("co2MassLow"), known.number("co2MassHigh")
    return ShownArea(
        id=known.id,
        name=known.text("name") or "",
        level=known.text("level") or "",
        km=km,
        co2=co2,
        low=co2 if low is None else low,
        high=co2 if high is None else high,
        nox=known.number("noxMass"),
        pm=known.number("pmMass"),
        begin=format_instant(begin),
        end=format_instant(end),
        source=known.text("factorSource") or "",
    )


async def shown(visit: Visit[Any, Any], key: str) -> ShownWhatIf | None:
    """None where there is none for him."""
    seen = sight(visit)
    known = await seen.entity(what_if_id(key))
    table = None if known is None else _value(known, "comparison")
    if known is None or not isinstance(table, dict):
        return None
    link = visit.table.expand_term("refWhatIf")
    query = EntityQuery(
        types=TypeIs(visit.table.expand_term(WHAT_IF_ROAD)), filter=Compare(Path(link), "==", (known.id,))
    )
    roads = [Known(record.entity, visit.table) for record in await seen.find(query, 200)]
    return _shown(known, table, roads)  # pyright: ignore[reportUnknownArgumentType]


def _shown(known: Known, table: Mapping[str, Any], roads: Sequence[Known]) -> ShownWhatIf:
    second = table.get("secondModel")
    provider = known.said("comparison", DATASET)
    said = _value(known, "methodNote")
    return ShownWhatIf(
        id=known.id,
        name=known.text("name") or known.id,
        at=_at(known),
        provider=provider.provider if provider is not None else None,
        method=(provider.method if provider is not None else None) or "simulated",
        note=TEXTS["whatif-method"] if not isinstance(said, dict) else Text(said["id"], said["en"], said["ja"]),  # pyright: ignore
        model=f"{_value(known, 'emissionModel')} ({_value(known, 'modelVersion')})",
        cut_off=int(_number(known, "vehiclesCutOff")),
        network_at=str(_read(known).get("network", {}).get("at", "")),
        read={kind: _kind(_read(known).get(kind)) for kind in ("plans", "counts", "closures")},
        faster=_number(known, "timesFasterThanReal"),
        seeds=int(_number(known, "seedCount")),
        minutes=_number(known, "simulatedMinutes"),
        counts=int(_number(known, "countsUsed")),
        fitting=_number(known, "countsWithinFive") if _number(known, "countsUsed") else None,
        left_out=len(_value(known, "contextLeftOut") or ()),
        motorcycles=_number(known, "motorcycleShare"),
        second_model=second["model"] if second else "",
        second=(second["before"], second["after"]) if second else None,
        rows=tuple(_row(name, unit, table[name]) for name, (_, unit, _) in SHOWN.items() if name in table),
        roads=tuple(sorted((_road(each) for each in roads), key=_most)[:MOST_ROADS]),
    )


def _row(name: str, unit: str | None, said: Mapping[str, Any]) -> ShownRow:
    return ShownRow(
        attribute=name,
        label=attribute_label(name),
        unit=unit,
        unit_text=unit_text(unit) if unit else None,
        before=msgspec.convert(said["before"], Spread),
        after=msgspec.convert(said["after"], Spread),
    )


def _road(known: Known) -> ShownRoad:
    def both(name: str) -> tuple[float, float]:
        return _number(known, f"{name}Before"), _number(known, name)

    return ShownRoad(
        id=known.id,
        name=known.text("name") or known.id,
        delay=both("roadDelay"),
        queue=both("meanQueue"),
        co2=both("co2Mass"),
        km=both("vehicleKilometres"),
        lines=_lines(known.value("location")),
    )


def _lines(ground: Any) -> tuple[tuple[tuple[float, float], ...], ...]:
    said: Mapping[str, Any] = cast("Mapping[str, Any]", ground) if isinstance(ground, dict) else {}
    many: Any = said.get("coordinates")
    lines: Any = [many] if said.get("type") == "LineString" else many if said.get("type") == "MultiLineString" else []
    return tuple(tuple((float(place[0]), float(place[1])) for place in line) for line in lines)


def _read(known: Known) -> Mapping[str, Any]:
    found: Any = _value(known, "readFromContext")
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else {}


def _kind(said: Any) -> ShownKind:
    found: Mapping[str, Any] = cast("Mapping[str, Any]", said) if isinstance(said, dict) else {}
    return ShownKind(number=int(found.get("number", 0)), begin=str(found.get("from", "")), end=str(found.get("to", "")))


def _most(road: ShownRoad) -> tuple[float, str]:
    return (-abs(road.delay[1] - road.delay[0]), road.id)


def _value(known: Known, name: str) -> Any:
    said = known.said(name, DATASET)
    return None if said is None else said.value


def _number(known: Known, name: str) -> float:
    said = known.said(name, DATASET)
    return (said.number if said is not None else None) or 0.0


def _at(known: Known) -> str:
    said = known.said("name")
    return format_instant(said.observed) if said is not None else ""
