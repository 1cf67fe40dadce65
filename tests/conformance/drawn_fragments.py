"""Entities, fragments and queries as a story about a small city draws them; queries with what they ask of a model."""

from collections.abc import Callable
from typing import Any, NamedTuple

from city_model import NULL, VALUE, Json, Known
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

IDS = tuple(f"urn:ngsi-ld:Thing:{n}" for n in range(5))
NAMES = ("speed", "name", "colour", "parkedAt")
DATASETS = (None, None, None, "urn:d:1", "urn:d:2")
MOMENTS = tuple(f"2026-01-01T12:{minute:02}:00Z" for minute in range(0, 60, 6))

ids = st.sampled_from(IDS)
names = st.sampled_from(NAMES)
datasets = st.sampled_from(DATASETS)
moments = st.sampled_from(MOMENTS)
types = st.sampled_from([("Bus",), ("Bus",), ("Depot",), ("Bus", "Depot")])
scopes = st.sampled_from([(), (), (), ("/a",), ("/a/b",), ("/a", "/c")])
numbers = st.integers(0, 4)
words = st.sampled_from(["x", "y", "xy", "ü"])
objects = st.dictionaries(st.sampled_from("ab"), numbers | words | st.just({"c": 1}), min_size=1, max_size=2)
targets = st.sampled_from(IDS)
points = st.builds(lambda lon, lat: {"type": "Point", "coordinates": [lon, lat]}, numbers, numbers)

_VALUES: dict[str, SearchStrategy[Any]] = {
    "Property": st.one_of(
        numbers, numbers, words, words, st.booleans(), st.just(0.5), st.lists(numbers, min_size=1, max_size=3), objects
    ),
    "Relationship": targets,
    "GeoProperty": points,
    "LanguageProperty": st.dictionaries(st.sampled_from(["en", "id", "ja"]), words, min_size=1, max_size=2),
    "VocabProperty": st.sampled_from(["Bus", "Depot"]),
    "JsonProperty": objects | numbers.map(lambda n: [{"n": n, "m": None}]),
    "ListProperty": st.lists(numbers, max_size=3),
}
kinds = st.sampled_from(["Property"] * 8 + [kind for kind in VALUE if kind != "Property"])


@st.composite
def instances(draw: st.DrawFn, *, dated: bool | None = None, plain: bool = False) -> Json:
    """An instance of an attribute, normalized. `dated`: whether it is observed; None: now and then."""
    kind = draw(kinds)
    instance: Json = {"type": kind, VALUE[kind]: draw(_VALUES[kind])}
    if (dataset := draw(datasets)) is not None and not plain:
        instance["datasetId"] = dataset
    if dated or (dated is None and draw(st.integers(0, 3)) == 0):
        instance["observedAt"] = draw(moments)
    if kind == "Property" and draw(st.integers(0, 5)) == 0:
        instance["unitCode"] = draw(st.sampled_from(["KMH", "C62"]))
    if not plain and draw(st.integers(0, 4)) == 0:
        instance["by"] = draw(instances(dated=False, plain=True))
    return instance


def _of_one(instances: list[Json]) -> tuple[Json, ...]:
    """One of each datasetId."""
    return tuple({one.get("datasetId"): one for one in instances}.values())


many = st.lists(instances(), min_size=1, max_size=3).map(_of_one)
attributes = st.dictionaries(names, many, max_size=3)
some_attributes = st.dictionaries(names, many, min_size=1, max_size=2)
entities = st.builds(Known, ids, types, scopes, attributes)
fragments = st.builds(Known, ids, st.just(()), scopes, some_attributes)
pasts = st.builds(
    Known,
    ids,
    types,
    st.just(()),
    st.dictionaries(names, st.lists(instances(dated=True), min_size=1, max_size=3).map(tuple), min_size=1, max_size=2),
)


def _nulled(instance: Json, null: bool) -> Json:
    return {**instance, VALUE[instance["type"]]: NULL} if null and instance["type"] == "Property" else instance


nullable = st.lists(st.builds(_nulled, instances(), st.booleans()), min_size=1, max_size=2).map(_of_one)
updates = st.builds(Known, ids, st.just(()), scopes, st.dictionaries(names, nullable, min_size=1, max_size=3))


@st.composite
def patches(draw: st.DrawFn) -> Json:
    """What a partial update or a merge says of one instance: perhaps only its members."""
    whole = draw(instances())
    if draw(st.booleans()):
        return whole
    kept = {key: whole[key] for key in whole if key not in ("type", VALUE[whole["type"]])}
    if draw(st.booleans()):
        kept["by"] = draw(st.sampled_from([NULL, {"type": "Property", "value": 7}]))
    if draw(st.integers(0, 2)) == 0:
        kept["observedAt"] = draw(st.sampled_from([NULL, *MOMENTS]))
    return kept if set(kept) - {"datasetId"} else whole


merging = st.lists(st.one_of(patches(), st.builds(_nulled, instances(), st.booleans())), min_size=1, max_size=2).map(
    _of_one
)
merges = st.builds(Known, ids, st.just(()), scopes, st.dictionaries(names, merging, min_size=1, max_size=2))


# queries


class Asked(NamedTuple):
    """A query, and whether it finds an entity."""

    query: dict[str, str]
    finds: Callable[[Known], bool]


def _values(entity: Known, name: str) -> list[Any]:
    """All values of an attribute that may be compared: each language, each element (4.9)."""
    found: list[Any] = []
    for one in entity.attributes.get(name, ()):
        if one["type"] == "LanguageProperty":
            found += one["languageMap"].values()
        elif one["type"] in ("Property", "ListProperty", "JsonProperty"):
            value = one[VALUE[one["type"]]]
            found += value if isinstance(value, list) else [value]
        elif one["type"] == "Relationship":
            found.append(one["object"])
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _above_two(entity: Known) -> bool:
    return any(_is_number(value) and value > 2 for value in _values(entity, "speed"))


def _two(entity: Known) -> bool:
    return any(_is_number(value) and value == 2 for value in _values(entity, "speed"))


def _x(entity: Known) -> bool:
    return any(isinstance(value, str) and value == "x" for value in _values(entity, "name"))


def _begins_with_x(entity: Known) -> bool:
    return any(isinstance(value, str) and value.startswith("x") for value in _values(entity, "name"))


def _parked(entity: Known) -> bool:
    return any(value == IDS[0] for value in _values(entity, "parkedAt"))


def _below(entity: Known) -> bool:
    return any(scope == "/a" or scope.startswith("/a/") for scope in entity.scopes)


Q: tuple[tuple[str, Callable[[Known], bool]], ...] = (
    ("speed>2", _above_two),
    ("speed==2", _two),
    ('name=="x"', _x),
    ('name~="^x"', _begins_with_x),
    ("colour", lambda entity: "colour" in entity.attributes),
    ("!colour", lambda entity: "colour" not in entity.attributes),
    (f'parkedAt=="{IDS[0]}"', _parked),
    ('speed>2;name=="x"', lambda entity: _above_two(entity) and _x(entity)),
    ("speed>2|!colour", lambda entity: _above_two(entity) or "colour" not in entity.attributes),
    ('(speed==2|name~="^x");colour', lambda e: (_two(e) or _begins_with_x(e)) and "colour" in e.attributes),
)
ASKED: tuple[Asked, ...] = (
    Asked({"type": "Bus"}, lambda entity: "Bus" in entity.types),
    Asked({"type": "Bus,Depot"}, lambda entity: True),
    Asked({"type": "(Bus;Depot)"}, lambda entity: len(set(entity.types)) == 2),
    Asked({"type": "*", "scopeQ": "/a"}, lambda entity: "/a" in entity.scopes),
    Asked({"type": "*", "scopeQ": "/a/#"}, _below),
    Asked({"type": "*", "id": f"{IDS[0]},{IDS[3]}"}, lambda entity: entity.id in (IDS[0], IDS[3])),
    Asked({"idPattern": "[12]$", "type": "Bus"}, lambda e: e.id[-1] in "12" and "Bus" in e.types),
    Asked({"attrs": "speed,name"}, lambda entity: not {"speed", "name"}.isdisjoint(entity.attributes)),
    *(Asked({"type": "*", "q": text}, test) for text, test in Q),
    *(
        Asked({"type": "Depot", "q": text}, lambda entity, test=test: "Depot" in entity.types and test(entity))
        for text, test in Q
    ),
)
asked = st.sampled_from(ASKED)
