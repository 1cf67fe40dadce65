"""A what-if as the page and the paper show it, read out of the context."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.text import Text
from pinisi.city.words import attribute_label, unit_text
from pinisi.runtime.known import Known
from pinisi.runtime.sight import PresentSight
from pinisi.runtime.visit import Visit
from pinisi.services.mobility.models.whatif import DATASET, WHAT_IF, WHAT_IF_ROAD, what_if_id
from pinisi.services.mobility.whatif.asked import TEXTS
from pinisi.services.mobility.whatif.entities import SHOWN
from pinisi.store.query import Compare, EntityQuery, Path, TypeIs
from pinisi.vocabulary.instant import format_instant

MOST_LISTED, MOST_ROADS = 100, 50


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
    """Delay of all vehicles together (h), vehicles standing, CO2 (kg); before and after."""

    id: str
    name: str
    delay: tuple[float, float]
    queue: tuple[float, float]
    co2: tuple[float, float]


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
    """`networks`: how many networks of the twin there are; without one nothing can be simulated."""

    networks: int
    what_ifs: tuple[Listed, ...] = msgspec.field(name="whatIfs")


def sight(visit: Visit[Any, Any]) -> PresentSight:
    """What the one who asks may see."""
    return PresentSight(visit.store, visit.tenant, visit.table, visit.principal.grants)


async def listed(visit: Visit[Any, Any], networks: str) -> ListedWhatIfs:
    seen, iri = sight(visit), visit.table.expand_term
    made = await seen.find(EntityQuery(types=TypeIs(iri(networks))), MOST_LISTED)
    records = await seen.newest(EntityQuery(types=TypeIs(iri(WHAT_IF))), MOST_LISTED)
    found = [Known(record.entity, visit.table, record.position) for record in records]
    rows = [Listed(each.id.rpartition(":")[2], each.text("name") or each.id, _at(each)) for each in found]
    return ListedWhatIfs(networks=len(made), what_ifs=tuple(sorted(rows, key=lambda row: row.at, reverse=True)))


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

    name = known.text("name") or known.id
    return ShownRoad(id=known.id, name=name, delay=both("roadDelay"), queue=both("meanQueue"), co2=both("co2Mass"))


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
