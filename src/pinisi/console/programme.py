"""The Programme of a city for one reader: each indicator with its target, gap and trend; each system with its state."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.computing import name_text
from pinisi.city.facts import area_id
from pinisi.city.formula import EntityNeed, need_of
from pinisi.city.indicator_entities import indicator_id
from pinisi.city.indicators import Indicator
from pinisi.city.progress import Gap, Point, Trend, gap_of, trend_of
from pinisi.city.text import Text
from pinisi.city.value import Value
from pinisi.console.atlas import AreaCard
from pinisi.console.facts import fact_of, normalized, state_of
from pinisi.console.house import House
from pinisi.console.inputs import Pantry, computed
from pinisi.console.observed import state_seen
from pinisi.console.sources import SourceHealth
from pinisi.console.town import Town
from pinisi.console.viewpoint import Viewpoint
from pinisi.store.history import HistoryQuery
from pinisi.store.query import EntityQuery, TypeIs
from pinisi.store.record import Record
from pinisi.store.seen import projection_of, seen
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant
from pinisi.vocabulary.terms import CITY_SYSTEM

MOST_POINTS = 24
MOST_SYSTEMS = 1_000
COMPUTED = "computedValue"
"""Attribute of an indicator over whole registers: what its number was, each time that it had changed."""
DECIDED = ("agency", "baseline", "baselineYear", "target", "targetYear", "direction")
DESCRIBED = ("state", "agency", "interface", "agreement", "standard", "gives", "note")


class Standing(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An indicator as it stands: now, baseline and target (what people decide), gap and trend."""

    id: str
    entity: str
    group: str
    label: Text
    note: Text | None
    divisible: bool
    value: Value
    decided: dict[str, Value]
    gap: Gap | None
    trend: Trend
    areas: tuple["AreaValue", ...] = ()


class AreaValue(msgspec.Struct, frozen=True):
    """The value of an indicator in one area."""

    code: str
    name: str
    value: Value


class System(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A system of the city. A live source that it names decides its state and last message."""

    id: str
    name: Text
    state: str
    facts: dict[str, Value]
    source: SourceHealth | None
    last_message: str | None


async def standings(
    house: House, town: Town, view: Viewpoint, area: AreaCard | None = None, level: str = ""
) -> tuple[Standing, ...]:
    """Every indicator, of the whole city or of one area; with `level`, of each area of that level beside it."""
    if view.at is not None:
        return tuple(await _standings(house, town, view, area, level))
    key = (view.grants, area.code if area else "", level)
    position = await house.store.position(town.tenant)
    kept = town.standings.get(key, position, view.now)
    if kept is not None:
        return kept
    return town.standings.put(key, position, view.now, tuple(await _standings(house, town, view, area, level)))


async def _standings(house: House, town: Town, view: Viewpoint, area: AreaCard | None, level: str) -> list[Standing]:
    await town.atlas.refresh()
    await town.sources.refresh()
    pantry = Pantry(view, house.pinisi_table, town.sources.known if view.at is None else None)
    places = [card for card in town.atlas.cards() if card.level == level]
    return [await _standing(house, town, view, each, pantry, area, places) for each in town.profile.indicators]


async def _standing(
    house: House,
    town: Town,
    view: Viewpoint,
    indicator: Indicator,
    pantry: Pantry,
    area: AreaCard | None,
    places: Sequence[AreaCard],
) -> Standing:
    entity = indicator_id(town.profile.id, indicator.id)
    decided = await _facts(house, town, view, entity, DECIDED)
    value = await value_in(town, view, indicator, pantry, area)
    target, direction = decided.get("target"), decided.get("direction")
    gap = gap_of(_number(value), _number(target), str(direction.value) if direction else None)
    divided = places if indicator.divisible else ()
    return Standing(
        id=indicator.id,
        entity=entity,
        group=indicator.group,
        label=indicator.label,
        note=indicator.note,
        divisible=indicator.divisible,
        value=value,
        decided=decided,
        gap=gap if area is None else None,
        trend=await _trend(house, town, view, indicator, value) if area is None else Trend(()),
        areas=tuple([AreaValue(c.code, c.name, await value_in(town, view, indicator, pantry, c)) for c in divided]),
    )


async def value_in(town: Town, view: Viewpoint, indicator: Indicator, pantry: Pantry, area: AreaCard | None) -> Value:
    """The value of the whole city or of one area; where it cannot be divided, that of the area is not known."""
    id = area.id if area else area_id(town.profile.city.code)
    if area is not None and area.id != area_id(town.profile.city.code) and not indicator.divisible:
        return Value(label=indicator.label, value=None)
    code = area.code if area is not None else None
    value = computed(indicator, await pantry.inputs(need_of(indicator, id), id, code), view.now)
    periods = await town.sources.periods()
    slowest = max((periods[card] for card in value.providers if card in periods), default=None)
    if slowest is None or value.observed_at is None:
        return value
    age = max(0, view.now - parse_instant(value.observed_at))
    return msgspec.structs.replace(value, state=state_of(age, slowest), update_period=slowest)


def _number(value: Value | None) -> float | None:
    return value.value if value is not None and isinstance(value.value, (int, float)) else None


async def _facts(house: House, town: Town, view: Viewpoint, id: str, names: Sequence[str]) -> dict[str, Value]:
    """Some attributes of an entity, as the reader sees them, by their short names."""
    record = await view.entity(id)
    return {} if record is None else await _facts_of(house, town, view, record, names)


async def _facts_of(
    house: House, town: Town, view: Viewpoint, record: Record, names: Sequence[str]
) -> dict[str, Value]:
    projection = projection_of(record, view.grants)
    if projection is None:
        return {}
    entity = seen(record, projection)
    table, periods = house.pinisi_table, await town.sources.periods()
    held = {name: iri for name in names if (iri := table.expand_term(name)) in entity.attributes}
    writers: Mapping[str, str] = await _writers(house, view, record) if held else {}
    return {
        name: fact_of(entity, iri, entity.attributes[iri][0], table, writers.get(iri), view.now, periods)
        for name, iri in held.items()
    }


async def _writers(house: House, view: Viewpoint, record: Record) -> Mapping[str, str]:
    last_words = HistoryQuery(last=1, until=view.until, known=view.known)
    return (await house.writers(view.tenant, record, view.grants, last_words))[0]


# over time


async def _trend(house: House, town: Town, view: Viewpoint, indicator: Indicator, value: Value) -> Trend:
    """The indicator at each moment at which one of its inputs was stated, and now.

    One that rests upon whole registers has the points that were kept of it (see `indicator_memory`).
    """
    need = need_of(indicator, area_id(town.profile.city.code))
    if need.types:
        points = await _kept_points(house, town, view, indicator)
    else:
        moments = await _moments(house, town, view, need)
        points = [point for moment in moments if (point := await _point(house, town, view, indicator, moment))]
    if isinstance(value.value, (int, float)) and not (need.types and points and points[-1].value == value.value):
        at = format_instant(view.now) if need.types and points else value.observed_at or format_instant(view.now)
        points.append(Point(at, value.value, value.n))
    return trend_of(points)


async def _kept_points(house: House, town: Town, view: Viewpoint, indicator: Indicator) -> list[Point]:
    """Only for who sees all: they count what others may not see."""
    if not view.grants.sees_all:
        return []
    wanted = (house.pinisi_table.expand_term(COMPUTED),)
    query = HistoryQuery(attributes=wanted, last=MOST_POINTS, until=view.until, known=view.known)
    stories = await house.store.stories(view.tenant, [indicator_id(town.profile.id, indicator.id)], query, view.grants)
    kept = [moment for story in stories for moment in story.moments if moment.instance is not None]
    return [
        Point(format_instant(moment.observed), moment.instance.value)
        for moment in kept
        if moment.instance is not None and isinstance(moment.instance.value, (int, float))
    ]


async def _moments(house: House, town: Town, view: Viewpoint, need: EntityNeed) -> list[Instant]:
    wanted = tuple(house.pinisi_table.expand_term(name) for name in need.attributes)
    query = HistoryQuery(attributes=wanted, last=MOST_POINTS, until=view.until, known=view.known)
    stories = await house.store.stories(view.tenant, need.ids, query, view.grants)
    return sorted({moment.observed for story in stories for moment in story.moments})[-MOST_POINTS:]


async def _point(house: House, town: Town, view: Viewpoint, indicator: Indicator, moment: Instant) -> Point | None:
    """The value as it was at a moment, as it is known now."""
    city = area_id(town.profile.city.code)
    then = Viewpoint(view.store, view.tenant, view.grants, view.now, moment, view.known)
    pantry = Pantry(then, house.pinisi_table)
    value = computed(indicator, await pantry.inputs(need_of(indicator, city), city), moment)
    if not isinstance(value.value, (int, float)) or value.observed_at is None:
        return None
    return Point(format_instant(moment), value.value, value.n)


# what we have, what we lack


async def systems(house: House, town: Town, view: Viewpoint) -> list[System]:
    """The register of systems, as the reader sees it."""
    await town.sources.refresh()
    query = EntityQuery(types=TypeIs(CITY_SYSTEM))
    found = await view.find(query, limit=MOST_SYSTEMS)
    return [await _system(house, town, view, record) for record in found]


async def _system(house: House, town: Town, view: Viewpoint, record: Record) -> System:
    facts = await _facts_of(house, town, view, record, (*DESCRIBED, "dataSource"))
    source = _source_of(facts, town.sources.known)
    projection = projection_of(record, view.grants)
    document = {} if projection is None else normalized(record.entity, house.pinisi_table, projection)
    written = facts.get("state")
    return System(
        id=record.id,
        name=name_text({"id": record.id, **document}),
        state=state_seen(str(written.value) if written else "absent", source),
        facts={name: value for name, value in facts.items() if name != "dataSource"},
        source=source,
        last_message=source.last_message if source else None,
    )


def _source_of(facts: Mapping[str, Any], known: Mapping[str, SourceHealth]) -> SourceHealth | None:
    named = facts.get("dataSource")
    return known.get(str(named.value)) if named is not None else None
