"""Which changes a subscription hears of: filters, triggers, rights."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from notification_receiver import House, Receiver, number, open_house, open_receiver, vehicles

from pinisi.context.subscription_index import SubscriptionIndex
from pinisi.context.subscription_patterns import Patterns
from pinisi.context.subscription_payload import read_subscription
from pinisi.store.debt import Seen
from pinisi.vocabulary.entity import GEO, PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, NOTHING, Grant, Grants
from pinisi.vocabulary.terms import DEFAULT_CONTEXT, LOCATION

pytestmark = pytest.mark.anyio

VEHICLE = DEFAULT_CONTEXT + "Vehicle"
SPEED = DEFAULT_CONTEXT + "speed"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def speeds(house: House, receiver: Receiver) -> list[Any]:
    """Values of the speeds that arrived, when nothing more is owed."""
    await house.settled()
    await asyncio.sleep(0.02)
    return [one.data[0].get("speed", {}).get("value") for one in receiver.taken]


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({}, [40, 60, 60, 70]),
        ({"q": "speed>50"}, [60, 60, 70]),
        ({"watchedAttributes": ["speed"]}, [40, 60, 70]),
        ({"watchedAttributes": ["name"]}, [60]),
        ({"watchedAttributes": ["speed"], "q": 'name=="Bus"'}, [70]),
        ({"watchedAttributes": ["speed"], "q": "name==%22Bus%22"}, [70]),
        ({"entities": [{"type": "Vehicle", "id": "urn:v:1"}]}, [40, 60, 60, 70]),
        ({"entities": [{"type": "Vehicle", "id": "urn:v:2"}]}, []),
        ({"entities": [{"type": "Boat"}, {"type": "Vehicle", "idPattern": ":1$"}]}, [40, 60, 60, 70]),
        ({"entities": [{"type": "Boat|Plane"}]}, []),
        ({"entities": [{"type": "*"}], "q": "speed==70"}, [70]),
        ({"notificationTrigger": ["entityCreated"]}, [40]),
        ({"notificationTrigger": ["attributeCreated"]}, [40, 60]),
        ({"notificationTrigger": ["attributeUpdated"]}, [60, 70]),
        ({"notificationTrigger": ["attributeCreated"], "watchedAttributes": ["name"]}, [60]),
        ({"notificationTrigger": ["entityUpdated"]}, [40, 60, 60, 70]),
        ({"scopeQ": "/Makassar/#"}, []),
    ],
)
async def test_only_the_changes_that_are_asked_for_are_heard(
    tmp_path: Path, members: dict[str, Any], expected: list[float]
) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe({**vehicles(receiver.uri), **members})
        await house.create({"id": "urn:v:1", "speed": number(40)})
        await house.merge("urn:v:1", speed=60)
        await house.merge("urn:v:1", name="Bus")
        await house.merge("urn:v:1", speed=70)
        assert await speeds(house, receiver) == expected


async def test_a_geo_query_is_proved_on_the_state_after_the_change(tmp_path: Path) -> None:
    near = {"georel": "near;maxDistance==1000", "geometry": "Point", "coordinates": [119.4, -5.14]}
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri, geoQ=near))
        for speed, lon in enumerate((119.5, 119.401, 119.45)):
            place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [lon, -5.14]}}
            await house.create({"id": "urn:v:1", "speed": number(speed), "location": place})
        assert await speeds(house, receiver) == [1]


async def test_a_late_value_that_replaces_nothing_is_not_told(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        await house.subscribe(vehicles(receiver.uri))
        await house.create({"id": "urn:v:1", "speed": {**number(2), "observedAt": "2026-01-01T00:00:02Z"}})
        await house.merge("urn:v:1", speed={**number(1), "observedAt": "2026-01-01T00:00:01Z"})
        assert await speeds(house, receiver) == [2]


async def test_an_owner_hears_only_what_his_grants_reach_now(tmp_path: Path) -> None:
    grants: dict[str, Grants] = {"ani": Grants((Grant(types=frozenset({VEHICLE}), attributes=frozenset({SPEED})),))}
    async with open_receiver() as receiver, open_house(tmp_path, grants=grants) as house:
        await house.subscribe({**vehicles(receiver.uri), "entities": [{"type": "*"}]})
        await house.create({"id": "urn:v:1", "speed": number(1), "name": number(9)})
        await house.create({"id": "urn:b:1", "type": "Boat", "speed": number(2)})
        await house.merge("urn:v:1", name=10)
        await house.merge("urn:v:1", speed=3)
        assert await speeds(house, receiver) == [1, 3]
        assert all("name" not in one.data[0] for one in receiver.taken)
        grants["ani"] = NOTHING
        await house.merge("urn:v:1", speed=4)
        del grants["ani"]
        await house.merge("urn:v:1", speed=5)
        assert await speeds(house, receiver) == [1, 3]


async def test_what_was_owed_before_a_demotion_is_not_told_after_it(tmp_path: Path) -> None:
    grants = {"ani": EVERYTHING}
    async with open_receiver() as receiver:
        async with open_house(tmp_path, grants=grants, deliver=False) as house:
            await house.subscribe(vehicles(receiver.uri))
            await house.speed("urn:v:1", 1)
        grants["ani"] = NOTHING
        async with open_house(tmp_path, grants=grants) as house:
            await house.settled()
        assert receiver.tries == 0


async def test_an_expired_subscription_hears_nothing(tmp_path: Path) -> None:
    async with open_receiver() as receiver, open_house(tmp_path) as house:
        id = await house.subscribe(vehicles(receiver.uri, expiresAt="2100-01-01T00:00:00Z"))
        house.shift = 100 * 365 * 86_400_000_000
        assert (await house.subscription(id))["status"] == "expired"
        await house.speed("urn:v:1", 1)
        assert await speeds(house, receiver) == []


_names = st.sampled_from(["a", "b", "c"])
_values = st.one_of(st.integers(-3, 3), st.sampled_from(["x", "y"]))
_operators = st.sampled_from(["==", ">", ">=", "<", "<=", "!="])
_terms = st.one_of(
    st.builds(lambda n, op, v: f"{n}{op}{v}", _names, _operators, st.integers(-3, 3)),
    st.builds(lambda n, v: f'{n}=="{v}"', _names, st.sampled_from(["x", "y"])),
    st.builds(lambda n, v, w: f"{n}=={min(v, w)}..{max(v, w)}", _names, st.integers(-3, 3), st.integers(-3, 3)),
    st.builds(lambda n, v: f'{n}==1,"{v}",2', _names, st.sampled_from(["x", "y"])),
    _names,
)
_filters = st.lists(_terms, min_size=1, max_size=3).flatmap(
    lambda terms: st.sampled_from([";".join(terms), "|".join(terms)])
)
_points = st.tuples(st.sampled_from([119.4, 119.41, 119.5, -10.0]), st.sampled_from([-5.1, -5.12, 60.0]))


@st.composite
def _payloads(draw: st.DrawFn) -> dict[str, Any]:
    members: dict[str, Any] = {}
    if draw(st.booleans()):
        members["q"] = draw(_filters)
    if draw(st.booleans()):
        members["watchedAttributes"] = draw(st.lists(_names, min_size=1, max_size=2))
    if draw(st.booleans()):
        relation = draw(st.sampled_from(["near;maxDistance==2000", "near;minDistance==5000", "disjoint", "equals"]))
        members["geoQ"] = {"georel": relation, "geometry": "Point", "coordinates": list(draw(_points))}
    if draw(st.booleans()):
        members["scopeQ"] = draw(st.sampled_from(["/a/#", "/a/b", "/+/b", "/a/b,/c", "(/a/#;/c),/#"]))
    types = st.sampled_from(["A", "B", "A|B", "(A;B),C", "*"])
    ids = {"id": st.sampled_from(["urn:e:1", "urn:e:2"]), "idPattern": st.sampled_from(["1$", "^urn:e", "x", ""])}
    selector = st.fixed_dictionaries({"type": types}, optional=ids).filter(lambda one: one.get("idPattern") != "")
    members["entities"] = draw(st.lists(selector, min_size=1, max_size=2))
    return members


@st.composite
def _entities(draw: st.DrawFn) -> Entity:
    values = draw(st.dictionaries(_names, _values, max_size=3))
    attributes = {name: [Instance(PROPERTY, value)] for name, value in values.items()}
    if draw(st.booleans()):
        attributes[LOCATION] = [Instance(GEO, {"type": "Point", "coordinates": list(draw(_points))})]
    types = draw(st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=2, unique=True))
    scopes = draw(st.lists(st.sampled_from(["/a", "/a/b", "a/b/d", "/c"]), max_size=2, unique=True))
    return Entity(draw(st.sampled_from(["urn:e:1", "urn:e:2"])), types, attributes, scopes)


@settings(max_examples=200)
@given(st.lists(_payloads(), min_size=1, max_size=6), st.lists(_entities(), min_size=1, max_size=4), st.data())
def test_the_index_finds_exactly_those_that_a_look_at_each_would_find(
    payloads: list[dict[str, Any]], entities: list[Entity], data: st.DataObject
) -> None:
    together = SubscriptionIndex(lambda _id, _tenant: EVERYTHING, lambda: 0)
    subscriptions = [
        read_subscription(
            {
                "id": f"urn:s:{n}",
                "type": "Subscription",
                "notification": {"endpoint": {"uri": "http://localhost/"}},
                **payload,
            },
            lambda name: name,
            "ani",
            None,
        )
        for n, payload in enumerate(payloads)
    ]
    for subscription in subscriptions:
        together.put("t", subscription)
    dropped = data.draw(st.sampled_from([None, *subscriptions]))
    if dropped is not None:
        together.drop("t", dropped.id)
    for entity in entities:
        seen = Seen(entity.id, None, entity, frozenset(entity.attributes), (), ())
        expected: set[str] = set()
        for subscription in subscriptions:
            watched = subscription.watched
            wanted = watched is None or not watched.isdisjoint(entity.attributes)
            if subscription is not dropped and wanted and subscription.predicate()(entity, None):
                expected.add(subscription.id)
        found = together.owing("t", seen)
        assert set(found) == expected
        assert len(found) == len(expected)


def test_patterns_are_found_by_sets_as_they_are_one_by_one() -> None:
    patterns = Patterns()
    pairs = [(f":{place}$", f"urn:s:{place}") for place in range(300)]
    for pattern, id in pairs:
        patterns.add(pattern, id)
    for pattern, id in pairs[::2]:
        patterns.remove(pattern, id)
    assert list(patterns.found("urn:v:7")) == ["urn:s:7"]
    assert list(patterns.found("urn:v:8")) == []
    for pattern, id in pairs[1::2]:
        patterns.remove(pattern, id)
    assert not patterns


def test_a_change_looks_at_few_of_many_subscriptions() -> None:
    index = SubscriptionIndex(lambda _id, _tenant: EVERYTHING, lambda: 0)
    for threshold in range(400):
        payload = {
            "id": f"urn:s:{threshold}",
            "type": "Subscription",
            "entities": [{"type": "A"}],
            "q": f"a>{threshold}",
            "notification": {"endpoint": {"uri": "http://localhost/"}},
        }
        index.put("t", read_subscription(payload, lambda name: name, "ani", None))
    buckets = index._buckets["t"]
    entity = Entity("urn:e:1", ["A"], {"a": [Instance(PROPERTY, 3)]})
    assert set(buckets.candidates(entity, ["a"])) == {f"urn:s:{below}" for below in range(4)}
