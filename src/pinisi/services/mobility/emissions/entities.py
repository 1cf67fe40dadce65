"""The entities of the job: a record for each road and hour, and totals by area and of the city.

Every number is computed of counts (method `modelled`) and has no dataset: it is what was counted. What a what-if
emits is simulated, lies under a dataset of its own, and is in no total.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pinisi.city.facts import words
from pinisi.city.row_entity import slug
from pinisi.runtime.told import Attribute, told, told_json, told_place, told_relation, told_time
from pinisi.services.mobility.emissions.factors import Factor
from pinisi.services.mobility.emissions.request import (
    TEXTS,
    EmissionsAnswer,
    EmissionsRequest,
    OfClass,
    RoadHour,
    Total,
)
from pinisi.services.mobility.models.emissions import CITY_ID, EMISSION_TOTAL, MODEL, VERSION
from pinisi.vocabulary.emission import EMISSION_RECORD
from pinisi.vocabulary.instant import Instant, format_instant

Entity = dict[str, Any]
BANDS = ("lowest", "low", "middle", "high", "highest")
MASSES = (
    ("co2", "co2Mass"),
    ("co2_low", "co2MassLow"),
    ("co2_high", "co2MassHigh"),
    ("nox", "noxMass"),
    ("pm", "pmMass"),
    ("co", "coMass"),
    ("hc", "hcMass"),
)
MOST_NAMED = 200


def entities(_asked: EmissionsRequest, answer: EmissionsAnswer, _now: Instant) -> Sequence[Entity]:
    factors = {each.kind: each for each in answer.factors}
    return [*(_record(each, answer, factors) for each in answer.hours), *_totals(answer, factors)]


def _record(hour: RoadHour, answer: EmissionsAnswer, factors: Mapping[str, Factor]) -> Entity:
    begin, end = max(hour.begin, answer.begin), min(hour.end, answer.end)
    at = format_instant(end)
    stamp = format_instant(hour.begin)[:13].replace("-", "").replace("T", "t")
    entity: Entity = {
        "id": f"urn:ngsi-ld:{EMISSION_RECORD}:traffic-{slug(hour.road.rpartition(':')[2])}-{stamp}",
        "type": EMISSION_RECORD,
        "name": told(hour.name, at),
        "refRoadSegment": told_relation(hour.road, at),
        "countedMinutes": told(hour.minutes, at, "MIN"),
        "refCounts": told(list(hour.counts[:MOST_NAMED]), at),
        "classBasis": told("shares" if hour.shared else "counted", at),
        **_emission(hour.classes, answer, factors, (begin, end)),
    }
    if hour.areas:
        entity["refArea"] = told_relation(hour.areas[0], at)
    ground = _ground(hour.ground)
    return entity | ({} if ground is None else {"location": told_place(ground, at)})


def _totals(answer: EmissionsAnswer, factors: Mapping[str, Factor]) -> Iterator[Entity]:
    for total in answer.totals:
        yield _total(total, answer, factors)


def _total(total: Total, answer: EmissionsAnswer, factors: Mapping[str, Factor]) -> Entity:
    at, area = format_instant(answer.end), total.area
    key = "city" if area is None else area.id.rpartition(":")[2]
    entity: Entity = {
        "id": CITY_ID if area is None else f"urn:ngsi-ld:{EMISSION_TOTAL}:{key}",
        "type": EMISSION_TOTAL,
        "level": told("city" if area is None else area.level, at),
        "countedRoads": told(total.roads, at),
        "countedRoadHours": told(total.hours, at),
        **_emission(total.classes, answer, factors, (answer.begin, answer.end)),
    }
    if area is None:
        left_out = [{"id": each.id, "reason": each.reason} for each in answer.left_out[:MOST_NAMED]]
        return entity | {
            "leftOutCounts": told(len({each.id for each in answer.left_out}), at),
            "contextLeftOut": told_json(left_out, at),
        }
    entity["name"] = told(area.name, at)
    entity["refArea"] = told_relation(area.id, at)
    if total.band is not None:
        entity["emissionBand"] = told(BANDS[total.band], at)
    ground = _ground(area.ground)
    return entity | ({} if ground is None else {"location": told_place(ground, at)})


def _emission(
    classes: Mapping[str, OfClass],
    answer: EmissionsAnswer,
    factors: Mapping[str, Factor],
    period: tuple[Instant, Instant],
) -> dict[str, Attribute]:
    from pinisi.services.mobility.emissions.computing import summed

    at, whole = format_instant(period[1]), summed(classes.values())
    used = [factors[kind] for kind in sorted(classes)]
    said: dict[str, Attribute] = {
        "activityKind": told("roadTraffic", at),
        "emissionActivity": told(round(whole.km, 4), at, "KMT"),
        "activityByClass": told_json({kind: _of_class(classes[kind], factors[kind]) for kind in sorted(classes)}, at),
        "intervalBasis": words(TEXTS["emissions-interval"]) | {"observedAt": at},
        "factorSource": told("; ".join(dict.fromkeys(f"{each.kind}: {each.source}" for each in used)), at),
        "factorYear": told(min(each.year for each in used), at),
        "emissionModel": told(MODEL, at),
        "modelVersion": told(f"{VERSION}, {'city' if answer.own else 'shipped'} factors", at),
        "methodNote": words(TEXTS["emissions-method"]) | {"observedAt": at},
        "validFrom": told_time(period[0], at),
        "validTo": told_time(period[1], at),
    }
    for gas, name in MASSES:
        grams = getattr(whole, gas)
        if grams is not None:
            said[name] = told(round(grams / 1000, 5), at, "KGM")
    if whole.km:
        said["emissionFactor"] = told(round(whole.co2 / whole.km, 1), at, "GRM")
    return said


def _of_class(of: OfClass, factor: Factor) -> dict[str, Any]:
    return {"km": round(of.km, 4), "co2": round(of.co2 / 1000, 5), "co2GramsPerKm": factor.co2, "source": factor.source,
            "year": factor.year}  # fmt: skip


def _ground(text: str) -> Any:
    import msgspec

    return msgspec.json.decode(text)
