"""From counts to emissions: vehicle-kilometres of each class on each road and hour, times grams a kilometre."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec
import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.ellipsoid import area_m2, length_m
from pinisi.city.text import fill
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.services.mobility.emissions.factors import Factor
from pinisi.services.mobility.emissions.request import (
    TEXTS,
    EmissionsAnswer,
    Ground,
    Interval,
    NotCounted,
    OfClass,
    RoadHour,
    Total,
    Traffic,
)
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant

ALL = "all"
BANDS = 5
Slot = tuple[str, Instant]
"""A road and the begin of an hour."""


class _Counted(msgspec.Struct):
    """What was counted on a road in an hour; each count by itself, since one road may have several."""

    vehicles: dict[str, float]
    minutes: dict[str, float]
    counts: dict[str, None]


def compute(given: Traffic, progress: Progress) -> EmissionsAnswer:
    """
    Raises:
        JobFailed: none of the counts could be used; says why.
    """
    left_out: list[NotCounted] = list(given.left_out)
    shares = class_shares(given.intervals)
    grounds = {road.id: _geometry(road.ground) for road in given.roads}
    progress(0.2, "roads")
    slots = _slots(given, left_out)
    places = _Areas(given.areas)
    names = {road.id: road for road in given.roads}
    factors = {each.kind: each for each in given.factors}
    hours: list[RoadHour] = []
    for (road, begin), counted in sorted(slots.items()):
        ground = grounds[road]
        classes, shared, why = _classes(counted.vehicles, _kilometres(ground), shares, factors)
        left_out += [NotCounted(count, why) for count in counted.counts if why]
        if classes:
            hours.append(
                RoadHour(
                    road=road,
                    name=names[road].name,
                    ground=names[road].ground,
                    begin=begin,
                    end=begin + HOUR,
                    minutes=round(min(60.0, max(counted.minutes.values())), 1),
                    counts=tuple(counted.counts),
                    shared=shared,
                    classes=classes,
                    areas=places.of(ground),
                )
            )
    left_out = list(dict.fromkeys(left_out))
    if not hours:
        why = left_out[0].reason if left_out else ""
        raise JobFailed(fill(TEXTS["emissions-none-used"], count=str(len(left_out)), why=why))
    return EmissionsAnswer(
        begin=given.begin,
        end=given.end,
        hours=tuple(hours),
        totals=tuple(_totals(hours, given.areas)),
        factors=given.factors,
        own=given.own,
        shares=shares,
        left_out=tuple(left_out),
    )


def class_shares(intervals: Iterable[Interval]) -> dict[str, float]:
    """Share of each class among all vehicles that turning counts told apart; empty where none did."""
    sums: dict[str, float] = defaultdict(float)
    for each in intervals:
        if each.by == "turns":
            for kind, vehicles in each.vehicles.items():
                sums[kind] += vehicles
    whole = sum(sums.values())
    return {kind: vehicles / whole for kind, vehicles in sorted(sums.items())} if whole else {}


def _slots(given: Traffic, left_out: list[NotCounted]) -> dict[Slot, _Counted]:
    """Where a detector counts a road in an hour, turning counts are not added to it."""
    detected = {slot for each in given.intervals if each.by == "detector" for slot, _ in _spread(each, given)}
    classed = {
        (slot, kind)
        for each in given.intervals
        if each.by == "detector"
        for slot, _ in _spread(each, given)
        for kind in each.vehicles
        if kind != ALL
    }
    told_apart = {slot for slot, _ in classed}
    found: dict[Slot, _Counted] = {}
    owner: dict[tuple[Slot, str], str] = {}
    for each in sorted(given.intervals, key=lambda one: (one.count, one.begin)):
        for slot, share in _spread(each, given):
            if each.by == "turns" and slot in detected:
                left_out.append(NotCounted(each.count, "a detector counts the same road in the same hour"))
                continue
            for kind, vehicles in each.vehicles.items():
                if kind == ALL and slot in told_apart:
                    left_out.append(NotCounted(each.count, "the same road is counted by class in the same hour"))
                elif each.by == "detector" and owner.setdefault((slot, kind), each.count) != each.count:
                    left_out.append(NotCounted(each.count, "another detector counts the same vehicles there"))
                else:
                    into = found.setdefault(slot, _Counted({}, {}, {}))
                    into.vehicles[kind] = into.vehicles.get(kind, 0.0) + vehicles * share
                    into.counts[each.count] = None
                    key = f"{each.count} {kind}"
                    into.minutes[key] = into.minutes.get(key, 0.0) + share * (each.end - each.begin) / MINUTE
    return found


def _spread(each: Interval, given: Traffic) -> Iterator[tuple[Slot, float]]:
    """The hours of the period that an interval lies in, and which part of it."""
    hour = each.begin - each.begin % HOUR
    while hour < each.end:
        begin, end = max(each.begin, hour, given.begin), min(each.end, hour + HOUR, given.end)
        if end > begin:
            yield (each.road, hour), (end - begin) / (each.end - each.begin)
        hour += HOUR


def _classes(
    vehicles: Mapping[str, float], km: float, shares: Mapping[str, float], factors: Mapping[str, Factor]
) -> tuple[dict[str, OfClass], bool, str]:
    """By class; whether classes were taken from the city's shares; why something was not used."""
    apart = {kind: number for kind, number in vehicles.items() if kind != ALL}
    whole = vehicles.get(ALL, 0.0)
    why = ""
    if whole and not shares:
        why = "it tells no classes apart, and no turning count of the period does"
    for kind, share in shares.items() if whole else ():
        apart[kind] = apart.get(kind, 0.0) + whole * share
    missing = sorted(kind for kind in apart if kind not in factors)
    if missing:
        why = f"the table of factors has no {', '.join(missing)}"
    found = {kind: _emitted(number * km, factors[kind]) for kind, number in apart.items() if kind in factors}
    return found, bool(whole and shares), why


def _emitted(km: float, factor: Factor) -> OfClass:
    def grams(a_km: float | None) -> float | None:
        return None if a_km is None else a_km * km

    return OfClass(
        km=km,
        co2=factor.co2 * km,
        co2_low=factor.co2_low * km,
        co2_high=factor.co2_high * km,
        nox=grams(factor.nox),
        pm=grams(factor.pm),
        co=grams(factor.co),
        hc=grams(factor.hc),
    )


def summed(many: Iterable[OfClass]) -> OfClass:
    """A gas that one of them does not tell is told of none."""
    every = list(many)
    return OfClass(
        km=sum(one.km for one in every),
        co2=sum(one.co2 for one in every),
        co2_low=sum(one.co2_low for one in every),
        co2_high=sum(one.co2_high for one in every),
        nox=_together(one.nox for one in every),
        pm=_together(one.pm for one in every),
        co=_together(one.co for one in every),
        hc=_together(one.hc for one in every),
    )


def _together(grams: Iterable[float | None]) -> float | None:
    every = list(grams)
    known = [each for each in every if each is not None]
    return sum(known) if len(known) == len(every) else None


def _totals(hours: Sequence[RoadHour], areas: Sequence[Ground]) -> Iterator[Total]:
    yield _total(None, hours, None)
    by_area: dict[str, list[RoadHour]] = defaultdict(list)
    for each in hours:
        for area in each.areas:
            by_area[area].append(each)
    for level in sorted({area.level for area in areas}):
        known = [area for area in areas if area.level == level and area.id in by_area]
        dense = {area.id: _carbon(by_area[area.id]) / max(area_m2(_geometry(area.ground)), 1.0) for area in known}
        order = sorted(dense.values())
        for area in known:
            band = min(BANDS - 1, BANDS * order.index(dense[area.id]) // len(order))
            yield _total(area, by_area[area.id], band)


def _carbon(hours: Sequence[RoadHour]) -> float:
    return sum(of.co2 for each in hours for of in each.classes.values())


def _total(area: Ground | None, hours: Sequence[RoadHour], band: int | None) -> Total:
    kinds = sorted({kind for each in hours for kind in each.classes})
    classes = {kind: summed(each.classes[kind] for each in hours if kind in each.classes) for kind in kinds}
    return Total(area=area, roads=len({each.road for each in hours}), hours=len(hours), classes=classes, band=band)


class _Areas:
    """In which areas the middle of a road lies, the smallest first."""

    def __init__(self, areas: Sequence[Ground]) -> None:
        self._areas = sorted(areas, key=lambda one: (one.level != "kelurahan", one.id))
        self._grounds = [_geometry(each.ground) for each in self._areas]
        self._tree = shapely.STRtree(self._grounds)

    def of(self, road: BaseGeometry) -> tuple[str, ...]:
        found = sorted(int(at) for at in self._tree.query(_middle(road), predicate="intersects"))
        return tuple(self._areas[at].id for at in found)


def _middle(road: BaseGeometry) -> BaseGeometry:
    return road.interpolate(0.5, normalized=True)


def _geometry(ground: str) -> BaseGeometry:
    """Empty where it is none."""
    try:
        return shape(msgspec.json.decode(ground))
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError):
        return shapely.LineString()


def _kilometres(road: BaseGeometry) -> float:
    lines = getattr(road, "geoms", [road])
    found = [
        length_m(np.asarray(line.coords)[:, :2])
        for line in lines
        if line.geom_type == "LineString" and not line.is_empty
    ]
    return sum(found) / 1000
