"""Any store against a dictionary: whatever is written in whatever order, every reader finds what he should.

The model keeps entities in order of first creation and works out by hand where they lie and who may see them.
"""

import asyncio
import operator
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, cast

import pytest
from city_at_hand import (
    CAR,
    CITY_CODE,
    EAST,
    EAST_CODE,
    LEVEL,
    OUTSIDE,
    SENSOR,
    SITE,
    SPEED,
    TENANT,
    WEST,
    WEST_CODE,
    Clock,
    found_districts,
    limited,
    put,
    refuse,
    remove,
    thing,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from stores_at_hand import Place

from pinisi.feed.in_process import InProcessFeed
from pinisi.store import find
from pinisi.store.change import Refused
from pinisi.store.log import LogSlice
from pinisi.store.query import Compare, EntityQuery, TypeIs
from pinisi.store.query import Path as Where
from pinisi.store.sqlite_tenant import Settings
from pinisi.vocabulary.entity import Entity
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grants
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA

AREAS_AT = {WEST: (WEST_CODE, CITY_CODE), EAST: (EAST_CODE, CITY_CODE), OUTSIDE: (), None: ()}
NAMES = {"speed": SPEED, "level": LEVEL}
COMPARE = {"==": operator.eq, ">": operator.gt, "<=": operator.le}

Test = tuple[str, Any, int]
ASKED: tuple[Test, ...] = tuple((name, sign, number) for name in NAMES for sign in COMPARE for number in (0, 1, 3))

READERS: tuple[Grants, ...] = (
    EVERYTHING,
    limited(types=[CAR]),
    limited(areas=[WEST_CODE]),
    limited(attributes=[SPEED]),
    Grants(limited(types=[CAR], areas=[EAST_CODE], attributes=[LEVEL]).grants + limited(types=[SITE]).grants),
)

_ALL = list(cast(Iterable[HealthCheck], HealthCheck))

ids = st.integers(0, 11).map(lambda n: f"urn:{n}")
types = st.sampled_from([CAR, SENSOR, SITE])
places = st.sampled_from([WEST, EAST, OUTSIDE, None])
values = st.dictionaries(st.sampled_from(sorted(NAMES)), st.integers(0, 4), max_size=2)
readers = st.sampled_from(READERS)
things = st.tuples(ids, types, places, values)


class StoreModel(RuleBasedStateMachine):
    place: Place

    def __init__(self) -> None:
        super().__init__()
        self.place.empty()
        self._runner = asyncio.Runner()
        self._clock = Clock()
        self._order: list[str] = []
        self._alive: dict[str, tuple[str, Any, dict[str, int]]] = {}
        self._pictures: list[dict[str, set[str]]] = [{} for _ in READERS]
        self._followed = [0] * len(READERS)
        self._open()

    def _open(self) -> None:
        self.store = self.place.open(self._clock, Settings(cache_records=5, hot_attributes=1, recent_most=7))

    def _run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(work)

    def teardown(self) -> None:
        self._run(self.store.close())
        self._runner.close()

    @initialize()
    def found(self) -> None:
        self._run(found_districts(self.store))

    @rule(batch=st.lists(things, min_size=1, max_size=5))
    def write(self, batch: list[tuple[str, str, Any, dict[str, int]]]) -> None:
        self._run(self.store.apply(TENANT, [put(_entity(one)) for one in batch], SYSTEM))
        for id, *rest in batch:
            self._keep(id, tuple(rest))

    @rule(batch=st.lists(things, min_size=1, max_size=3), together=st.booleans())
    def refused_writes_leave_nothing(self, batch: list[Any], together: bool) -> None:
        changes = [*(put(_entity(one)) for one in batch), refuse("urn:0")]
        with pytest.raises(Refused):
            self._run(self.store.apply(TENANT, changes, SYSTEM))

    @rule(batch=st.lists(things, min_size=2, max_size=6))
    def write_at_once(self, batch: list[Any]) -> None:
        async def all_of_them() -> None:
            await asyncio.gather(*(self.store.apply(TENANT, [put(_entity(one))], SYSTEM) for one in batch))

        self._run(all_of_them())
        for id, *rest in batch:
            self._keep(id, tuple(rest))

    @rule(gone=st.lists(ids, min_size=1, max_size=3))
    def take_away(self, gone: list[str]) -> None:
        self._run(self.store.apply(TENANT, [remove(id) for id in gone], SYSTEM))
        for id in gone:
            self._alive.pop(id, None)

    @rule()
    def reopen(self) -> None:
        self._run(self.store.close())
        self._open()

    @rule(name=st.sampled_from(sorted(NAMES)))
    def heat(self, name: str) -> None:
        """Ask for an attribute, and wait until it is hot: later answers come from the side table."""

        async def ask() -> None:
            await self.store.find(TENANT, _query(None, (name, "==", 1)), EVERYTHING, limit=1)
            await self.store.wait_until_hot(TENANT, NAMES[name])

        self._run(ask())

    @rule(type=st.none() | types, grants=readers, limit=st.integers(0, 6), offset=st.integers(0, 6))
    def find(self, type: str | None, grants: Grants, limit: int, offset: int) -> None:
        for test in ASKED:
            page = self._run(
                self.store.find(TENANT, _query(type, test), grants, limit=limit, offset=offset, count=True)
            )
            expected = [id for id in self._order if id in self._alive and self._answers(id, type, test, grants)]
            assert page.count == len(expected)
            assert [record.id for record in page.records] == expected[offset : offset + limit]

    def _answers(self, id: str, type: str | None, test: Test, grants: Grants) -> bool:
        its_type, place, its_values = self._alive[id]
        projection = grants.projection([its_type], AREAS_AT[place])
        if projection is None or type not in (None, its_type):
            return False
        name, sign, number = test
        visible = projection.attributes is None or NAMES[name] in projection.attributes
        return visible and name in its_values and COMPARE[sign](its_values[name], number)

    @rule(type=types, grants=readers, limit=st.integers(0, 6), offset=st.integers(0, 6))
    def find_by_type(self, type: str, grants: Grants, limit: int, offset: int) -> None:
        query = EntityQuery(types=TypeIs(type))
        page = self._run(self.store.find(TENANT, query, grants, limit=limit, offset=offset, count=True))
        seen = [
            id
            for id in self._order
            if id in self._alive
            and self._alive[id][0] == type
            and grants.projection([type], AREAS_AT[self._alive[id][1]]) is not None
        ]
        assert page.count == len(seen)
        assert [record.id for record in page.records] == seen[offset : offset + limit]

    @rule(grants=readers)
    def count(self, grants: Grants) -> None:
        counts = dict(self._run(self.store.type_counts(TENANT, grants)))
        counts.pop(ADMINISTRATIVE_AREA, None)
        expected: dict[str, int] = {}
        for type, place, _ in self._alive.values():
            if grants.projection([type], AREAS_AT[place]) is not None:
                expected[type] = expected.get(type, 0) + 1
        assert counts == expected

    @rule(grants=readers)
    def count_attributes(self, grants: Grants) -> None:
        uses = self._run(self.store.attribute_uses(TENANT, grants))
        found: dict[tuple[str, str], int] = {}
        for use in uses:
            if use.attribute in NAMES.values():
                key = (use.attribute, use.types[0])
                found[key] = found.get(key, 0) + use.n
        expected: dict[tuple[str, str], int] = {}
        for type, place, its_values in self._alive.values():
            projection = grants.projection([type], AREAS_AT[place])
            for name in its_values:
                if projection and (projection.attributes is None or NAMES[name] in projection.attributes):
                    expected[NAMES[name], type] = expected.get((NAMES[name], type), 0) + 1
        assert found == expected

    @invariant()
    def state_is_what_was_written(self) -> None:
        for id, rest in self._alive.items():
            record = self._run(self.store.entity(TENANT, id, EVERYTHING))
            assert record is not None and record.entity == _entity((id, *rest))

    @invariant()
    def every_follower_arrives_at_what_he_may_see(self) -> None:
        for number, grants in enumerate(READERS):
            picture = self._pictures[number]
            for piece in self._run(self._slices(number, grants)):
                for entry in piece.entries:
                    if ADMINISTRATIVE_AREA in (*entry.types, *entry.types_before):
                        continue
                    if entry.op == "delete":
                        picture.pop(entry.subject)
                    else:
                        picture.setdefault(entry.subject, set()).update(entry.attributes)
            seen = {id for id, (type, place, _) in self._alive.items() if grants.projection([type], AREAS_AT[place])}
            assert set(picture) == seen

    async def _slices(self, number: int, grants: Grants) -> list[LogSlice]:
        feed = InProcessFeed(self.store)
        newest = await self.store.position(TENANT)
        slices = feed.follow(TENANT, self._followed[number], grants)
        found: list[LogSlice] = []
        while self._followed[number] < newest:
            found.append(await anext(slices))
            self._followed[number] = found[-1].position
        return found

    def _keep(self, id: str, rest: Any) -> None:
        if id not in self._order:
            self._order.append(id)
        self._alive[id] = rest


def _query(type: str | None, test: Test) -> EntityQuery:
    name, sign, number = test
    types = None if type is None else TypeIs(type)
    return EntityQuery(types=types, filter=Compare(Where(NAMES[name]), sign, (number,)))


def _entity(one: tuple[str, str, Any, dict[str, int]]) -> Entity:
    id, type, place, its_values = one
    return thing(id, type, place, **its_values)


@pytest.fixture(autouse=True)
def small_cities_are_heated_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(find, "HEAT_ROWS", -1)


def _machine(place: Place, examples: int, steps: int) -> Callable[[], None]:
    from hypothesis.stateful import run_state_machine_as_test

    bounds = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=_ALL,
    )
    model = type("StoreModelOfOnePlace", (StoreModel,), {"place": place})
    return lambda: run_state_machine_as_test(model, settings=bounds)


def test_the_store_agrees_with_a_dictionary(place: Place) -> None:
    _machine(place, *((50, 30) if place.kind == "sqlite" else (12, 20)))()


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_the_store_agrees_with_a_dictionary_for_long(place: Place) -> None:
    """A story asks some six hundred times: PostgreSQL, which is asked over a socket, hears fewer stories."""
    _machine(place, 1_000 if place.kind == "sqlite" else 400, 60)()
