"""One story, told to a broker on SQLite, to one on PostgreSQL and to dictionaries: all know the same after each step.

Drawn are entities, attributes, batches, purges, histories, subscriptions, snapshots and entity maps of one tenant.
Statuses, entities, queries, counts and notifications are what the model says (`city_model`, `followers`); everything
else that is answered must be the same from both, but for times, whose order is compared, and for ids made up.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, cast

import drawn_fragments as drawn
import httpx
import pytest
from broker_at_hand import Broker
from city_model import City, Json, Known
from drawn_fragments import MOMENTS, Asked
from followers import FENCE, Follower, followers
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from receiver_at_hand import Receiver
from server_at_hand import running
from told_story import Ground, ToldStory, many, places
from two_brokers import Alike, Headers, Side, alike

from patience import PATIENCE

EVER = {"timerel": "before", "timeAt": "2090-01-01T00:00:00Z"}
_FORMS: tuple[dict[str, str], ...] = (
    {"options": "sysAttrs"}, {"format": "concise"}, {"format": "simplified"}, {"lang": "en"}, {"attrs": "speed,name"},
    {"pick": "id,speed"}, {"omit": "colour,scope"}, {"datasetId": "urn:d:1"}, {"format": "simplified", "attrs": "name"},
)  # fmt: skip
_HISTORIES: tuple[dict[str, str], ...] = (
    {}, EVER, {**EVER, "timeproperty": "modifiedAt"}, {**EVER, "timeproperty": "createdAt"}, {"lastN": "2"},
    {**EVER, "timeproperty": "deletedAt"}, {"options": "temporalValues"}, {"options": "sysAttrs"}, {"attrs": "speed"},
    {"timerel": "between", "timeAt": MOMENTS[2], "endTimeAt": MOMENTS[7]}, {"timerel": "after", "timeAt": MOMENTS[5]},
    {
        "options": "aggregatedValues", "aggrMethods": "totalCount,distinctCount,sum,avg,min,max,stddev,sumsq",
        "aggrPeriodDuration": "PT20M", "timerel": "between", "timeAt": MOMENTS[0], "endTimeAt": MOMENTS[9],
    },
)  # fmt: skip
_MEMBERS = ("id", "type", "scope")
_ALL = list(cast(Iterable[HealthCheck], HealthCheck))
forms = st.sampled_from(_FORMS)


class Story(ToldStory):
    def __init__(self) -> None:
        super().__init__()
        self.maps: list[tuple[list[str], Asked, list[str]]] = []

    def teardown(self) -> None:
        self.everybody_is_told_what_concerns_him()

    # reading

    @rule(n=places, id=drawn.ids, form=forms)
    def retrieve(self, n: int, id: str, form: dict[str, str]) -> None:
        ground = self.ground(n)
        self.ask("GET", f"/entities/{id}", None, ground.headers, form)
        answer = self.ask("GET", f"/entities/{id}", None, ground.headers)
        entity = ground.city.entities.get(id)
        assert answer.status == (404 if entity is None else 200), answer.text
        if entity is not None:
            assert _sorted(answer.json()) == _sorted(entity.shown())

    @rule(n=places, asked=drawn.asked, limit=st.integers(1, 6), offset=st.integers(0, 2), form=forms)
    def query(self, n: int, asked: Asked, limit: int, offset: int, form: dict[str, str]) -> None:
        ground = self.ground(n)
        found = {entity.id: entity for entity in ground.city.entities.values() if asked.finds(entity)}
        self.ask("GET", "/entities", None, ground.headers, form | asked.query)
        paged = {"limit": str(limit), "offset": str(offset), "count": "true"}
        page = self.ask("GET", "/entities", None, ground.headers, asked.query | paged)
        assert page.status == 200, page.text
        assert page.header("NGSILD-Results-Count")[0] == str(len(found)), page.text
        assert len(page.json()) == max(0, min(limit, len(found) - offset))
        whole = self.ask("GET", "/entities", None, ground.headers, asked.query).json()
        assert {one["id"] for one in whole} == found.keys(), asked.query
        if "attrs" not in asked.query:
            assert all(_sorted(one) == _sorted(found[one["id"]].shown()) for one in whole)

    @rule(n=places, id=drawn.ids, asked=drawn.asked, how=st.sampled_from(_HISTORIES))
    def read_past(self, n: int, id: str, asked: Asked, how: dict[str, str]) -> None:
        headers = self.ground(n).headers
        self.ask("GET", f"/temporal/entities/{id}", None, headers, how)
        self.ask("GET", "/temporal/entities", None, headers, asked.query | EVER | how)

    @rule(n=places)
    def discover(self, n: int) -> None:
        ground = self.ground(n)
        entities = ground.city.entities.values()
        types = self.ask("GET", "/types", None, ground.headers).json()
        assert set(types["typeList"]) == {type for entity in entities for type in entity.types}
        attributes = self.ask("GET", "/attributes", None, ground.headers).json()
        assert set(attributes["attributeList"]) == {name for entity in entities for name in entity.attributes}

    # subscriptions

    @precondition(lambda self: len(cast(Story, self).followers) < 4)
    @rule(follower=followers)
    def follow(self, follower: Follower) -> None:
        follower.id = f"urn:ngsi-ld:Subscription:{len(self.followers)}"
        assert self.ask("POST", "/subscriptions", follower.document).status == 201
        self.followers.append(follower)

    @precondition(lambda self: bool(cast(Story, self).followers))
    @rule(n=places, active=st.booleans())
    def change_follower(self, n: int, active: bool) -> None:
        self.everybody_is_told_what_concerns_him()
        follower = self.followers[n % len(self.followers)]
        assert self.ask("PATCH", f"/subscriptions/{follower.id}", {"isActive": active}).status == 204
        follower.active = active
        self.ask("GET", f"/subscriptions/{follower.id}")
        self.ask("GET", "/subscriptions")

    @precondition(lambda self: bool(cast(Story, self).followers))
    @rule()
    def everybody_is_told_what_concerns_him(self) -> None:
        self._pass_a_fence()
        letters = sum(len(follower.owed) for follower in self.followers)
        told = [heard(side.receiver, letters) for side in self.hearing()]
        for follower in self.followers:
            of_each = [of_side.get(follower.id, {}) for of_side in told]
            assert all(alike(json.dumps(one)) == alike(json.dumps(of_each[0])) for one in of_each), follower
            expected: dict[str, list[Any]] = {}
            for id, shown in follower.owed:
                expected.setdefault(id, []).append(None if shown is None else _sorted(shown))
            assert {id: [_or_gone(one) for one in them] for id, them in of_each[0].items()} == expected, follower
            follower.owed.clear()

    def hearing(self) -> Sequence[Side]:
        """Those who have a receiver of their own."""
        return self.sides

    def _pass_a_fence(self) -> None:
        """Each of them hears of its coming, of its change or of its going."""
        fence = Known(FENCE, ("Fence",), attributes={"fence": ({"type": "Property", "value": 1},)})
        new = {"type": "Property", "value": 2}
        ground, path = self.grounds[0], f"/entities/{FENCE}"
        self.change(ground, lambda city: city.create(fence), "POST", "/entities", fence.shown(), done=201)
        self.change(ground, lambda city: city.replace_attribute(FENCE, "fence", new), "PUT", f"{path}/attrs/fence", new)
        self.change(ground, lambda city: city.delete(FENCE), "DELETE", path)

    # snapshots

    @precondition(lambda self: len(cast(Story, self).grounds) < 3)
    @rule(asked=drawn.asked.filter(lambda asked: asked.query.keys() <= {"type", "q", "scopeQ"}))
    def take_snapshot(self, asked: Asked) -> None:
        query = {"type": "Query", **asked.query, "entities": [{"type": asked.query.get("type", "*")}]}
        made = self.ask("POST", "/snapshots", {"type": "Snapshot", "snapshotQueries": [query | {"type": "Query"}]})
        assert made.status == 201, made.text
        found = [entity for entity in self.grounds[0].city.entities.values() if asked.finds(entity)]
        self.grounds.append(self._ready(made, City(found)))

    @precondition(lambda self: len(cast(Story, self).grounds) == 2)
    @rule()
    def clone_snapshot(self) -> None:
        first = self.grounds[1]
        made = self.ask("POST", [path + "/clone" for path in _paths(first)], {"type": "Snapshot"})
        assert made.status == 201, made.text
        self.grounds.append(self._ready(made, City(first.city.entities.values())))

    def _ready(self, made: Alike, city: City) -> Ground:
        ids = [location.rpartition("/")[2] for location in made.header("location")]
        for side, id in zip(self.sides, ids, strict=False):
            _wait_for_snapshot(side.broker, id)
        ground = Ground(city, [{"NGSILD-Snapshot": id} for id in ids])
        self.ask("GET", _paths(ground))
        return ground

    @precondition(lambda self: len(cast(Story, self).grounds) > 1)
    @rule()
    def delete_snapshot(self) -> None:
        gone = self.grounds.pop()
        assert self.ask("DELETE", _paths(gone)).status == 204
        assert self.ask("GET", "/entities", None, gone.headers, {"type": "*"}).status == 404

    # entity maps

    @rule(asked=drawn.asked)
    def make_map(self, asked: Asked) -> None:
        made = self.ask("GET", "/entityMaps", query=asked.query)
        assert made.status == 201, made.text
        found = [entity.id for entity in self.grounds[0].city.entities.values() if asked.finds(entity)]
        assert made.json()["entityMap"].keys() == set(found)
        self.maps = [*self.maps[-2:], (made.header("NGSILD-EntityMap"), asked, found)]

    @precondition(lambda self: bool(cast(Story, self).maps))
    @rule(n=places, limit=st.integers(1, 3), offset=st.integers(0, 2))
    def go_on_with_map(self, n: int, limit: int, offset: int) -> None:
        names, asked, found = self.maps[n % len(self.maps)]
        headers: Headers = [{"NGSILD-EntityMap": name} for name in names]
        page = self.ask("GET", "/entities", None, headers, {**asked.query, "limit": str(limit), "offset": str(offset)})
        assert page.status == 200, page.text
        entities = self.grounds[0].city.entities
        assert all(one["id"] in found and asked.finds(entities[one["id"]]) for one in page.json())
        self.ask("GET", [f"/entityMaps/{name.rpartition('/')[2]}" for name in names])


def _paths(ground: Ground) -> list[str]:
    """Of a snapshot, at each broker."""
    return [f"/snapshots/{header['NGSILD-Snapshot']}" for header in ground.headers]


def _sorted(document: Json) -> Json:
    """With the instances of each attribute in the order of their datasets."""
    return {
        name: content if name in _MEMBERS else sorted(many(content), key=lambda one: one.get("datasetId", ""))
        for name, content in document.items()
    }


def _or_gone(told: Json) -> Json | None:
    return None if "deletedAt" in told else _sorted(told)


def heard(receiver: Receiver, letters: int) -> dict[str, dict[str, list[Json]]]:
    """Subscription -> entity -> what was told of it, in order."""
    told: dict[str, dict[str, list[Json]]] = {}
    for _ in range(letters):
        body = json.loads(receiver.letter().body)
        for entity in body["data"]:
            told.setdefault(body["subscriptionId"], {}).setdefault(entity["id"], []).append(entity)
    assert receiver.waiting.empty()
    return told


def _wait_for_snapshot(broker: Broker, id: str) -> None:
    ends = time.monotonic() + PATIENCE
    while broker.get(f"/snapshots/{id}").json()["snapshotStatus"] == "preparing":
        assert time.monotonic() < ends
        time.sleep(0.01)


@pytest.fixture(scope="module")
def brokers(
    stores: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Broker, Broker]]:
    """One on each store, of which no answer is cut."""
    more = {"PINISI_TEMPORAL_PAGE": "1000"}
    with (
        running(tmp_path_factory.mktemp("lite"), **more) as lite,
        running(tmp_path_factory.mktemp("postgres"), PINISI_STORE=stores("postgresql", "story"), **more) as postgres,
        httpx.Client(base_url=lite, timeout=PATIENCE) as first,
        httpx.Client(base_url=postgres, timeout=PATIENCE) as second,
    ):
        yield Broker(first, ""), Broker(second, "")


@pytest.mark.long
@pytest.mark.timeout(1_800)
def test_both_stores_tell_the_same_story_as_the_model(brokers: tuple[Broker, Broker]) -> None:
    receivers = (Receiver(), Receiver())
    told = type("StoryOfTwo", (Story,), {"brokers": brokers, "receivers": receivers})
    bounds = settings(max_examples=100, stateful_step_count=30, deadline=None, suppress_health_check=_ALL)
    try:
        run_state_machine_as_test(told, settings=bounds)
    finally:
        for receiver in receivers:
            receiver.close()
