"""What a what-if writes: the comparison, the roads where most changes, the emissions of the base."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from pinisi.city.facts import words
from pinisi.city.row_entity import slug
from pinisi.runtime.told import Attribute, told, told_json, told_relation, told_time
from pinisi.services.mobility.engine.demand.fit import within
from pinisi.services.mobility.models.whatif import DATASET, WHAT_IF, WHAT_IF_ROAD, what_if_id
from pinisi.services.mobility.whatif.asked import (
    TEXTS,
    Basis,
    Figures,
    RoadCourse,
    RoadFigures,
    Side,
    Used,
    WhatIfAnswer,
    WhatIfRequest,
)
from pinisi.services.mobility.whatif.fleet import CAR_CLASS, MODEL, MOTORCYCLE_CLASS
from pinisi.services.mobility.whatif.run_files import HOUR_S
from pinisi.services.mobility.whatif.run_read import CROSSINGS
from pinisi.vocabulary.emission import EMISSION_RECORD
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant, format_instant

Entity = dict[str, Any]
MOST_ROADS, MOST_RECORDS, MOST_NAMED = 200, 300, 100
SHOWN: dict[str, tuple[str, str | None, int]] = {
    "meanDelay": ("delay_s", "SEC", 1),
    "meanTravelTime": ("travel_s", "SEC", 1),
    "meanQueue": ("queue", None, 1),
    "completedVehicles": ("completed", None, 0),
    "vehiclesNotIn": ("never_inserted", None, 0),
    "vehicleKilometres": ("km", "KMT", 1),
    "co2Mass": ("co2_kg", "KGM", 2),
    "co2PerKilometre": ("co2_g_km", "GRM", 1),
}
"""Attribute -> the figure of a run, its unit, and how many decimals are told."""


def entities(asked: WhatIfRequest, answer: WhatIfAnswer, now: Instant) -> Sequence[Entity]:
    at, id = format_instant(now), slug(asked.name) or "what-if"
    return [_what_if(id, asked, answer, at), *_roads(id, answer, at), *_records(id, asked, answer, now)]


def spread(runs: Sequence[Figures], figure: str, decimals: int) -> dict[str, float]:
    """Mean, least and most over the seeds."""
    values = [float(getattr(run, figure)) for run in runs]
    return {
        "mean": round(sum(values) / len(values), decimals),
        "least": round(min(values), decimals),
        "most": round(max(values), decimals),
    }


def _what_if(id: str, asked: WhatIfRequest, answer: WhatIfAnswer, at: str) -> Entity:
    say, say_json = _sayers(at)
    entity: Entity = {
        "id": what_if_id(id),
        "type": WHAT_IF,
        "name": told(asked.name, at),
        "refTwinNetwork": told_relation(asked.network, at),
        "methodNote": _worded("whatif-method", at),
        "emissionModel": say(_models(answer.motorcycles)),
        "modelVersion": say(MODEL),
        "changedRoads": say([*answer.closed, *answer.bus]),
        "changedSignals": say(list(answer.signals)),
        "vehiclesCutOff": say(answer.cut_off),
        "motorcycleShare": say(round(100 * answer.motorcycles, 1), "P1"),
        "seedCount": say(asked.seeds),
        "simulatedMinutes": say(asked.minutes, "MIN"),
        "timesFasterThanReal": say(round(answer.faster, 1)),
        "comparison": say_json(_comparison(answer)),
        "contextLeftOut": say_json([{"id": each.id, "reason": each.reason} for each in answer.left_out]),
        "readFromContext": say_json(_read(answer.basis)),
        "plansUsed": say(len(answer.basis.plans)),
        "closuresUsed": say(len(answer.basis.closures)),
        "countsUsed": say(len(answer.fits)),
        "countFits": say_json([_fit(each) for each in answer.fits[:500]]),
    }
    if answer.fits:
        entity["countsWithinFive"] = say(round(100 * within(answer.fits), 1), "P1")
    for name, (figure, unit, decimals) in SHOWN.items():
        for suffix, side in (("Before", answer.base), ("", answer.variant)):
            entity[f"{name}{suffix}"] = say(spread(side.runs, figure, decimals)["mean"], unit)
    return entity


def _read(basis: Basis) -> dict[str, Any]:
    """What both runs were made of: how many of each kind, of when, and which."""
    kinds = {"plans": basis.plans, "counts": basis.counts, "closures": basis.closures}
    return {"network": {"at": basis.network_at}} | {name: _of_kind(used) for name, used in kinds.items()}


def _of_kind(used: Sequence[Used]) -> dict[str, Any]:
    begins = sorted(each.at for each in used if each.at)
    ends = sorted(each.until or each.at for each in used if each.until or each.at)
    return {
        "number": len(used),
        "from": begins[0] if begins else "",
        "to": ends[-1] if ends else "",
        "ids": [each.id for each in used[:MOST_NAMED]],
    }


def _fit(fit: Any) -> dict[str, Any]:
    return {
        "id": fit.id,
        "counted": round(fit.counted),
        "simulated": round(fit.modelled),
        "geh": round(fit.geh, 2),
    }


def _comparison(answer: WhatIfAnswer) -> dict[str, Any]:
    """Attribute -> before and after with their spread; and CO2 by the second model, of the first seed."""
    table: dict[str, Any] = {
        name: {
            "before": spread(answer.base.runs, figure, decimals),
            "after": spread(answer.variant.runs, figure, decimals),
        }
        for name, (figure, _, decimals) in SHOWN.items()
    }
    if answer.base.other_co2_kg is not None and answer.variant.other_co2_kg is not None:
        table["secondModel"] = {
            "model": answer.second_model,
            "before": round(answer.base.other_co2_kg, 2),
            "after": round(answer.variant.other_co2_kg, 2),
        }
    return table


def _models(motorcycles: float) -> str:
    return f"{CAR_CLASS}, {MOTORCYCLE_CLASS}" if motorcycles else CAR_CLASS


def _roads(id: str, answer: WhatIfAnswer, at: str) -> Iterator[Entity]:
    known = {road for side in (answer.base, answer.variant) for road in side.roads if road != CROSSINGS}
    changed = sorted(known, key=lambda road: (-_difference(answer, road), road))
    for road in changed[:MOST_ROADS]:
        if _difference(answer, road) > 0:
            yield _road(id, road, answer, at)


def _difference(answer: WhatIfAnswer, road: str) -> float:
    return abs(_sum(answer.variant, road, "delay_s") - _sum(answer.base, road, "delay_s"))


def _sum(side: Side, road: str, figure: str) -> float:
    return float(sum(getattr(hour, figure) for hour in side.roads.get(road, ())))


def _road(id: str, road: str, answer: WhatIfAnswer, at: str) -> Entity:
    say, _ = _sayers(at)
    course = answer.courses.get(road, RoadCourse("", ()))
    entity: Entity = {
        "id": f"urn:ngsi-ld:{WHAT_IF_ROAD}:{id}-{slug(road)}",
        "type": WHAT_IF_ROAD,
        "name": told(course.name or road, at),
        "refWhatIf": told_relation(what_if_id(id), at),
    }
    if course.lines:
        entity["location"] = _ground(course, at)
    for suffix, side in (("Before", answer.base), ("", answer.variant)):
        hours = side.roads.get(road, ())
        entity[f"meanQueue{suffix}"] = say(round(sum(each.queue for each in hours) / max(len(hours), 1), 1))
        entity[f"roadDelay{suffix}"] = say(round(_sum(side, road, "delay_s") / 3600, 2), "HUR")
        entity[f"co2Mass{suffix}"] = say(round(_sum(side, road, "co2_g") / 1000, 3), "KGM")
        entity[f"vehicleKilometres{suffix}"] = say(round(_sum(side, road, "km"), 2), "KMT")
        speed = _speed(hours)
        if speed is not None:
            entity[f"averageVehicleSpeed{suffix}"] = say(round(speed, 1), "KMH")
    return entity


def _speed(hours: Sequence[RoadFigures]) -> float | None:
    driven = [(each.km, each.speed_kmh) for each in hours if each.speed_kmh]
    spent = sum(km / speed for km, speed in driven)
    return sum(km for km, _ in driven) / spent if spent else None


def _records(id: str, asked: WhatIfRequest, answer: WhatIfAnswer, now: Instant) -> Iterator[Entity]:
    """Emissions of the base, of the roads that emit most."""
    roads = sorted(
        (road for road in answer.base.roads if road != CROSSINGS),
        key=lambda road: (-_sum(answer.base, road, "co2_g"), road),
    )
    for road in roads[: MOST_RECORDS // max(1, -(-asked.minutes // 60))]:
        for hour, figures in enumerate(answer.base.roads[road]):
            if figures.km > 0:
                yield _record((id, road, hour), asked, answer, figures, now)


def _record(
    of: tuple[str, str, int], asked: WhatIfRequest, answer: WhatIfAnswer, figures: RoadFigures, now: Instant
) -> Entity:
    id, road, hour = of
    at, (say, _) = format_instant(now), _sayers(format_instant(now))
    begin = now + hour * HOUR_S * SECOND
    end = min(begin + HOUR_S * SECOND, now + asked.minutes * MINUTE)
    course = answer.courses.get(road, RoadCourse("", ()))
    low, high = _band(answer)
    entity: Entity = {
        "id": f"urn:ngsi-ld:{EMISSION_RECORD}:twin-{id}-{slug(road)}-{hour + 1}",
        "type": EMISSION_RECORD,
        "name": told(course.name or road, at),
        "activityKind": say("roadTraffic"),
        "emissionActivity": say(round(figures.km, 3), "KMT"),
        "co2Mass": say(round(figures.co2_g / 1000, 4), "KGM"),
        "co2MassLow": say(round(figures.co2_g / 1000 * low, 4), "KGM"),
        "co2MassHigh": say(round(figures.co2_g / 1000 * high, 4), "KGM"),
        "intervalBasis": _worded("whatif-interval", at),
        "noxMass": say(round(figures.nox_g / 1000, 6), "KGM"),
        "pmMass": say(round(figures.pm_g / 1000, 7), "KGM"),
        "emissionFactor": say(round(figures.co2_g / figures.km, 1), "GRM"),
        "factorSource": say(_models(answer.motorcycles)),
        "factorYear": say(FACTOR_YEAR),
        "emissionModel": say("SUMO 1.28.0, HBEFA4"),
        "modelVersion": say(MODEL),
        "refWhatIf": told_relation(what_if_id(id), at),
        "validFrom": told_time(begin, at) | {"datasetId": DATASET},
        "validTo": told_time(end, at) | {"datasetId": DATASET},
    }
    if course.lines:
        entity["location"] = _ground(course, at)
    return entity


FACTOR_YEAR = 2022
"""Of HBEFA 4.2, which SUMO's classes `HBEFA4` follow."""


def _band(answer: WhatIfAnswer) -> tuple[float, float]:
    """Least and most CO2 over the seeds and over both models, as shares of the mean."""
    runs = [run.co2_kg for run in answer.base.runs]
    mean = sum(runs) / len(runs)
    if not mean:
        return 1.0, 1.0
    shares = [each / mean for each in runs]
    if answer.base.other_co2_kg is not None and runs[0]:
        shares.append(answer.base.other_co2_kg / runs[0])
    return min(shares), max(shares)


def _ground(course: RoadCourse, at: str) -> Attribute:
    lines = [[list(place) for place in line] for line in course.lines]
    ground = {"type": "LineString", "coordinates": lines[0]} if len(lines) == 1 else {
        "type": "MultiLineString", "coordinates": lines}  # fmt: skip
    return {"type": "GeoProperty", "value": ground, "observedAt": at}


def _worded(key: str, at: str) -> Attribute:
    return words(TEXTS[key]) | {"observedAt": at, "datasetId": DATASET}


def _sayers(at: str) -> tuple[Callable[..., Attribute], Callable[[Any], Attribute]]:
    """Values under the dataset of what-ifs, true at one moment."""

    def say(value: Any, unit: str | None = None) -> Attribute:
        return told(value, at, unit, DATASET)

    return say, lambda value: told_json(value, at, DATASET)
