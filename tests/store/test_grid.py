"""Entities that lie at a point are found by a grid, others by their boxes; whoever moves leaves nothing behind."""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from things_at_hand import TENANT, point, put, remove, square, thing

from pinisi.store.extent import extent
from pinisi.store.grid import SCHEMA, point_of, rows_in
from pinisi.store.query import EntityQuery, GeoQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import LOCATION

lons = st.floats(-180, 180) | st.sampled_from([-180.0, 180.0, 0.0, -0.0, 119.4, 119.41])
lats = st.floats(-90, 90) | st.sampled_from([-90.0, 90.0, 0.0, -5.14, -5.15])


@given(
    st.lists(st.tuples(lons, lats), max_size=30), st.tuples(lons, lons).map(sorted), st.tuples(lats, lats).map(sorted),
    st.floats(0, 0.05),
)  # fmt: skip
def test_every_point_in_a_box_is_found(
    points: list[tuple[float, float]], sides: list[float], ends: list[float], width: float
) -> None:
    connection = apsw.Connection(":memory:")
    connection.execute(SCHEMA)
    connection.execute("CREATE VIRTUAL TABLE place USING rtree (row, min_lon, max_lon, min_lat, max_lat)")
    for row, (lon, lat) in enumerate(points):
        place = point_of((lon, lon, lat, lat))
        assert place is not None
        connection.execute("INSERT INTO point VALUES (?, ?, ?, ?)", (*place, row))
    for box in (
        (sides[0], ends[0], sides[1], ends[1]),
        (sides[0], ends[0], sides[0] + width, ends[0] + width),
        (-190.0, -95.0, 190.0, 95.0),
    ):
        found = list(rows_in(connection, box))
        west, south, east, north = box
        assert len(found) == len(set(found))
        assert {row for row, (lon, lat) in enumerate(points) if west <= lon <= east and south <= lat <= north} <= {
            *found
        }
        assert all(_near(points[row], box) for row in found)


def _near(place: tuple[float, float], box: tuple[float, float, float, float]) -> bool:
    """Within the step of the grid."""
    (lon, lat), (west, south, east, north), step = place, box, 1.1e-7
    return west - step <= lon <= east + step and south - step <= lat <= north + step


def test_what_has_an_extent_is_no_point() -> None:
    assert point_of((1.0, 2.0, 3.0, 3.0)) is None
    assert point_of((200.0, 200.0, 3.0, 3.0)) is None
    assert point_of((1.0, 1.0, 3.0, 3.0)) == (300, 10_000_000, 30_000_000)


pytestmark = pytest.mark.anyio
WORLD: dict[str, Instance | None] = {
    "west": point(0.5, 0.5), "east": point(1.5, 0.5), "area": square(0.0, 0.0), "far": square(8.0, 8.0), "nowhere": None
}  # fmt: skip
moves = st.lists(
    st.lists(st.tuples(st.integers(0, 2), st.sampled_from([*WORLD, "gone"])), min_size=1, max_size=3), max_size=6
)


@given(moves)
def test_entities_are_found_where_they_came_to(moves: list[list[tuple[int, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_moved(Path(folder), moves, older=False))
        asyncio.run(_moved(Path(folder) / "older", moves, older=True))


async def _moved(folder: Path, moves: list[list[tuple[int, str]]], *, older: bool) -> None:
    """`older`: after the first move the file is as an earlier version wrote it, with points in the R*Tree."""
    places: dict[int, str] = {}
    for n, together in enumerate(moves):
        async with SqliteStore(folder, lambda n=n: 1_000_000 + n) as store:
            changes = [remove(f"urn:{k}") if to == "gone" else put(thing(f"urn:{k}", WORLD[to])) for k, to in together]
            await store.apply(TENANT, changes, SYSTEM)
            places |= dict(together)
            for name, where in (("west", point(0.5, 0.5)), ("east", point(1.5, 0.5)), ("far", point(8.5, 8.5))):
                geo = GeoQuery(geometry=where.value, relation="intersects", attribute=LOCATION)
                page = await store.find(TENANT, EntityQuery(geo=geo), EVERYTHING, limit=9)
                there = {name} | ({"area"} if name == "west" else set())
                assert {one.id for one in page.records} == {f"urn:{k}" for k, to in places.items() if to in there}
            living = [
                store.tenant(TENANT).record(f"urn:{k}") for k, to in places.items() if to not in ("gone", "nowhere")
            ]
            rows = sorted(rows_in(store.tenant(TENANT).reader, (-180, -90, 180, 90)))
            assert rows == sorted(record.row for record in living if record is not None)
        if older and n == 0:
            _as_an_earlier_version(folder / f"{TENANT}.sqlite")


def _as_an_earlier_version(file: Path) -> None:
    connection = apsw.Connection(str(file))
    bodies: list[Any] = connection.execute("SELECT row FROM point").fetchall()
    for (row,) in bodies:
        ((lon, lat),) = connection.execute("SELECT lon / 1e7, lat / 1e7 FROM point WHERE row = ?", (row,))
        connection.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?)", (row, lon, lon, lat, lat))
    connection.execute("DROP TABLE point")
    connection.pragma("user_version", 10)
    connection.close()


def test_a_box_of_a_point_is_a_point() -> None:
    box = extent([point(119.4, -5.1)])
    assert box is not None
    assert point_of(box) is not None
