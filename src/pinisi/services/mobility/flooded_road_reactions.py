"""What runs by itself when a neighbourhood is under water: its roads are closed, and opened when the water is gone.

The water is met through the context: any `FloodArea` that says `floodState` or `floodDepth`. A state is one of a whole
neighbourhood: that each of its roads is under water is the rule's assumption, and the closure says of whom it has it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from msgspec import json

from pinisi.city.text import LANGUAGES, Text, fill
from pinisi.runtime.known import Document, Inputs, Known, Said
from pinisi.runtime.reaction import Others, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import Attribute, told, told_place, told_relation, told_time
from pinisi.services.mobility.models.roads import CLOSURE, FLOODED_ROAD_RULE
from pinisi.services.mobility.road_closures import OVER
from pinisi.vocabulary.instant import HOUR, format_instant

TEXTS = texts_of("pinisi.services.mobility")
AREA, ROAD = "FloodArea", "RoadSegment"
TOUCHING_M = 1.0
MOST_ROADS = 1_000
"""Of one neighbourhood."""
HOLDS = 24 * HOUR
"""An area that nobody tells of any more (it was deleted) closes no road for longer; looked at anew every hour."""
_CM: Mapping[str | None, float] = {None: 1.0, "CMT": 1.0, "MTR": 100.0, "MMT": 0.1}
_DEEPEST_CM = 2_000.0


def react_flooded_roads(inputs: Inputs) -> Sequence[Document]:
    """Closures of the roads of a flooded neighbourhood; those that are no longer true end.

    A road that a person has opened again stays open until the water has another depth.
    """
    made = {each["id"]: each for each in _closures(inputs)}
    at = format_instant(inputs.now)
    for known in inputs.others(CLOSURE):
        if known.id in made and known.value("reopenedAt") is not None:
            made[known.id] = {"id": known.id, "type": CLOSURE, "expiresAt": made[known.id]["expiresAt"]}
    ended = [
        {"id": known.id, "type": CLOSURE, "closureState": told(OVER, at), "expiresAt": at}
        for known in inputs.others(CLOSURE)
        if known.id not in made and known.text("closureState") != OVER
    ]
    return [*made.values(), *ended]


def _closures(inputs: Inputs) -> Iterator[Document]:
    import shapely
    from shapely.geometry import shape

    from pinisi.services.mobility.engine.flooded_roads import closed_to, under_water

    said, ground = _water(inputs.subject), inputs.subject.value("location")
    if said is None or not isinstance(ground, dict):
        return
    rule = the_depth_rule(inputs)
    kinds = closed_to(said[1], rule)
    if not kinds:
        return
    try:
        area = shape(cast("dict[str, Any]", ground))
        for road in inputs.others(ROAD):
            line = road.value("location")
            if isinstance(line, dict) and road.text("structure") != "bridge":
                part = under_water(shape(cast("dict[str, Any]", line)), area)
                if part is not None:
                    yield _closure(inputs, road, json.decode(shapely.to_geojson(part)), said, kinds, rule.written)
    except (shapely.errors.ShapelyError, ValueError, TypeError, KeyError, IndexError, AttributeError):
        return


def _closure(
    inputs: Inputs, road: Known, ground: Any, said: tuple[Said, Any], kinds: Sequence[str], written: bool
) -> Document:
    state, water = said
    at, area = format_instant(state.observed), inputs.subject
    depth = {"waterDepthLeast": told(water.least, at, "CMT")}
    if water.most is not None:
        depth["waterDepthMost"] = told(water.most, at, "CMT")
    words = fill(TEXTS["closed-by-flood"], area=area.text("name") or _tail(area.id), least=water.least)
    attributes: dict[str, Attribute] = {
        "name": told(road.text("name") or road.text("ref") or _tail(road.id), at),
        "location": told_place(ground, at),
        "refRoadSegment": told_relation(road.id, at),
        "refObserved": told_relation(area.id, at),
        "closureCause": told("flood", at),
        "closureState": told("closed", at),
        "closedTo": told(list(kinds), at),
        "closureRuleBasis": told("city" if written else "default", at),
        "reason": _words(words, at),
        "validFrom": told_time(state.observed, at),
        **depth,
    }
    if state.method is not None:
        attributes = {name: {**each, "method": _property(state.method)} for name, each in attributes.items()}
    end = format_instant(inputs.now + HOLDS)
    deep = "deep" if water.most is None else f"{water.most:g}"
    id = f"urn:ngsi-ld:{CLOSURE}:flood-{_tail(area.id)}-{_tail(road.id)}-{deep}"
    return {"id": id, "type": CLOSURE, **attributes, "expiresAt": end}


def _water(area: Known) -> tuple[Said, Any] | None:
    """How deep it is by the newer of depth and state; None where it is dry, or nobody knows how deep it is."""
    from pinisi.services.mobility.engine.flooded_roads import STATES, Water

    depth, state = area.said("floodDepth"), area.said("floodState")
    if depth is not None and (state is None or depth.observed >= state.observed):
        cm = None if depth.number is None or depth.unit not in _CM else depth.number * _CM[depth.unit]
        return (depth, Water(cm, cm)) if cm is not None and 0 < cm <= _DEEPEST_CM else None
    if state is None or state.number is None or state.number != state.number // 1:
        return None
    water = STATES.get(int(state.number))
    return None if water is None else (state, water)


def the_depth_rule(inputs: Inputs) -> Any:
    """The city's written limits, each that it names and that can be; the default for the others."""
    from pinisi.services.mobility.engine.flooded_roads import LIMITS_CM, DepthRule, Kind

    for known in inputs.others(FLOODED_ROAD_RULE):
        found = {kind: known.number(f"{kind}DepthLimit") for kind in LIMITS_CM}
        sound = {kind: limit for kind, limit in found.items() if limit is not None and 0 <= limit <= _DEEPEST_CM}
        taken = "least" if known.text("depthTaken") == "least" else "deepest"
        if sound or taken == "least":
            limits: dict[Kind, float] = {kind: sound.get(kind, default) for kind, default in LIMITS_CM.items()}
            return DepthRule(limits=limits, taken=taken, written=True)
    return DepthRule()


def _tail(id: str) -> str:
    return id.rpartition(":")[2]


def _property(value: str) -> Attribute:
    return {"type": "Property", "value": value}


def _words(text: Text, at: str) -> Attribute:
    words = {language: getattr(text, language) for language in LANGUAGES}
    return {"type": "LanguageProperty", "languageMap": words, "observedAt": at}


FLOODED_ROADS = Reaction(
    name="flooded-roads",
    title=TEXTS["flooded-roads"],
    rule=TEXTS["flooded-roads-rule"],
    react=react_flooded_roads,
    wakes=(Wake(type=AREA, attributes=("floodState", "floodDepth")),),
    inputs=(
        Others(type=ROAD, near=TOUCHING_M, most=MOST_ROADS),
        Others(type=CLOSURE, linked="refObserved", most=5 * MOST_ROADS),
        Others(type=FLOODED_ROAD_RULE, most=1),
    ),
    writes=(
        Writes(
            type=CLOSURE,
            attributes=(
                "name",
                "location",
                "refRoadSegment",
                "refObserved",
                "closureCause",
                "closureState",
                "closedTo",
                "closureRuleBasis",
                "reason",
                "validFrom",
                "waterDepthLeast",
                "waterDepthMost",
            ),
        ),
    ),
    every=3_600.0,
    limit=20.0,
)
