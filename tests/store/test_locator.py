"""In which areas an entity lies, and what happens when areas change."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from things_at_hand import TENANT, area, point, put, remove, square, thing

from pinisi.store.areas import Locator
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import GEO, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM


def locator(*areas: object) -> Locator:
    found = Locator()
    for one in areas:
        found.learn(one.id, one)  # type: ignore[attr-defined]
    return found


CITY = area("73", square(0, 0, 10))
WEST = area("73.1", square(0, 0, 5), parent="73")
EAST = area("73.2", square(5, 0, 5), parent="73")
VILLAGE = area("73.1.1", square(1, 1, 1), parent="73.1")


def test_an_entity_lies_in_the_smallest_area_and_its_parents() -> None:
    found = locator(CITY, WEST, EAST, VILLAGE)
    assert found.areas_of(thing("urn:a", point(1.5, 1.5))) == ("73.1.1", "73.1", "73")
    assert found.areas_of(thing("urn:a", point(4.0, 4.0))) == ("73.1", "73")
    assert found.areas_of(thing("urn:a", point(1.5, 7.0))) == ("73",)
    assert found.areas_of(thing("urn:a", point(11.0, 1.0))) == ()
    assert found.areas_of(thing("urn:a")) == ()


def test_an_area_lies_in_itself_and_its_parents() -> None:
    assert locator(CITY, WEST).areas_of(WEST) == ("73.1", "73")


def test_a_line_lies_where_a_point_of_it_does() -> None:
    line = Instance(GEO, {"type": "LineString", "coordinates": [[1.2, 1.2], [1.8, 1.8]]})
    assert locator(CITY, WEST, VILLAGE).areas_of(thing("urn:a", line)) == ("73.1.1", "73.1", "73")


def test_on_a_border_the_lower_code_wins_in_whatever_order_areas_were_learned() -> None:
    for order in ((CITY, WEST, EAST), (EAST, WEST, CITY)):
        assert locator(*order).areas_of(thing("urn:a", point(5.0, 2.0))) == ("73.1", "73")


@pytest.mark.parametrize(
    "geojson",
    [
        {"type": "Point", "coordinates": []},
        {"type": "Point", "coordinates": [None, 1]},
        {"type": "Point", "coordinates": [float("nan"), 1.0]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 1], [1, 0], [0, 0]]]},
        {"type": "Circle"},
        "nonsense",
        None,
    ],
)
def test_a_location_that_cannot_be_read_fails_nobody(geojson: object) -> None:
    assert isinstance(locator(CITY).areas_of(thing("urn:a", Instance(GEO, geojson))), tuple)


def test_areas_that_are_part_of_each_other_end_somewhere() -> None:
    one, other = area("1", square(0, 0), parent="2"), area("2", parent="1")
    assert locator(one, other).areas_of(one) == ("1", "2")


@given(st.randoms(use_true_random=False), st.floats(-1, 11), st.floats(-1, 11))
def test_the_grid_answers_as_the_polygons_do(chance: random.Random, lon: float, lat: float) -> None:
    areas = [
        area(f"{n:02}", square(chance.uniform(0, 9), chance.uniform(0, 9), chance.uniform(0.001, 3))) for n in range(8)
    ]
    found = locator(*areas)
    inside = [
        one.attributes["urn:pinisi:term:code"][0].value
        for one in areas
        for ring in [_ring(one)]
        if ring[0][0] <= lon <= ring[2][0] and ring[0][1] <= lat <= ring[2][1]
    ]
    assert found.at(lon, lat) == tuple(sorted(inside)[:1])


def _ring(one: object) -> list[list[float]]:
    from pinisi.vocabulary.terms import LOCATION

    return one.attributes[LOCATION][0].value["coordinates"][0]  # type: ignore[attr-defined]


async def areas_of(store: SqliteStore, id: str) -> tuple[str, ...]:
    record = await store.entity(TENANT, id, EVERYTHING)
    assert record is not None
    return record.family.areas


async def relocated(store: SqliteStore) -> None:
    tenant = store.tenant(TENANT)
    while tenant.relocating:
        await tenant.work(lambda connection: None)


@pytest.mark.anyio
async def test_entities_are_found_anew_when_areas_come_change_and_go(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        cars = [put(thing(f"urn:{n}", point(0.5, 0.5))) for n in range(300)]
        await store.apply(TENANT, cars, SYSTEM)
        await store.apply(TENANT, [put(area("73.1", square(0, 0), parent="73"))], SYSTEM)
        await relocated(store)
        assert await areas_of(store, "urn:299") == ("73.1",)
        await store.apply(TENANT, [put(area("73"))], SYSTEM)
        await relocated(store)
        assert await areas_of(store, "urn:0") == await areas_of(store, "urn:area:73.1") == ("73.1", "73")
        await store.apply(TENANT, [put(area("73.1", square(5, 5), parent="73"))], SYSTEM)
        await relocated(store)
        assert await areas_of(store, "urn:0") == ()
        await store.apply(TENANT, [remove("urn:area:73")], SYSTEM)
        await relocated(store)
        assert await areas_of(store, "urn:area:73.1") == ("73.1",)


@pytest.mark.anyio
async def test_a_relocation_that_a_stop_interrupted_is_taken_up_again(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        await store.apply(TENANT, [put(thing(f"urn:{n}", point(0.5, 0.5))) for n in range(600)], SYSTEM)
        await store.apply(TENANT, [put(area("73.1", square(0, 0)))], SYSTEM)
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        await store.entity(TENANT, "urn:0", EVERYTHING)
        await relocated(store)
        assert await areas_of(store, "urn:599") == ("73.1",)


@pytest.mark.anyio
async def test_a_relocation_is_in_the_log_and_changes_no_attribute(tmp_path: Path) -> None:
    async with SqliteStore(tmp_path, lambda: 1_000_000) as store:
        await store.apply(TENANT, [put(thing("urn:a", point(0.5, 0.5)))], SYSTEM)
        await store.apply(TENANT, [put(area("73.1", square(0, 0)))], SYSTEM)
        await relocated(store)
        last = (await store.log(TENANT, 2, 10)).entries[-1]
        assert (last.op, last.subject, last.attributes) == ("update", "urn:a", ())
        assert (last.areas_before, last.areas_after) == ((), ("73.1",))
