"""The basemap is read by GDAL, an outside judge, and looked at where it could be wrong."""

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.profile import Profile

sys.path.insert(0, str(Path(__file__).parents[2] / "cities" / "makassar"))

from building.mvt import tidy, zigzag
from building.pmtiles import tile_id, varint

LARGEST = 600_000
ZOOMS = {"land": 6, "kecamatan": 8, "kelurahan": 10, "kecamatan_label": 9, "kelurahan_label": 12}


def features(makassar: Profile, layer: str, zoom: int) -> tuple[np.ndarray, list[str]]:
    """Geometries in Web Mercator metres and names."""
    assert makassar.basemap is not None
    meta, _, geometries, columns = pyogrio.raw.read(makassar.basemap, layer=layer, ZOOM_LEVEL=zoom)
    fields = list(meta["fields"])
    names = list(columns[fields.index("name")]) if "name" in fields else []
    return shapely.from_wkb(geometries), names


def mercator(lon: float, lat: float) -> shapely.Point:
    radius = 6_378_137.0
    return shapely.Point(radius * np.radians(lon), radius * np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)))


def test_the_basemap_is_small_and_has_its_layers(makassar: Profile) -> None:
    assert makassar.basemap is not None
    assert makassar.basemap.stat().st_size < LARGEST
    assert {str(name) for name, _ in pyogrio.list_layers(makassar.basemap)} == set(ZOOMS)


@pytest.mark.parametrize(("layer", "count"), [("kecamatan", 15), ("kelurahan", 153)])
def test_areas_and_their_labels_are_all_there(makassar: Profile, layer: str, count: int) -> None:
    assert len(set(features(makassar, layer, 14)[1])) >= count - 2
    points, names = features(makassar, f"{layer}_label", 14)
    assert len(points) == len(names) == count


@pytest.mark.parametrize("zoom", [6, 9, 12, 14])
@pytest.mark.parametrize(
    ("lon", "lat", "dry"),
    [
        (119.45, -5.15, True),
        (119.62, -5.05, True),
        (119.60, -5.25, True),
        (119.30, -5.20, False),
        (119.38, -5.05, False),
        (119.0, -5.5, False),
    ],
)
def test_land_is_land_and_sea_is_sea_at_every_zoom(
    makassar: Profile, zoom: int, lon: float, lat: float, dry: bool
) -> None:
    land, _ = features(makassar, "land", zoom)
    assert any(shapely.covers(land, mercator(lon, lat))) == dry


@pytest.mark.parametrize(("zoom", "degrees"), [(9, 1.4), (10, 1.3), (11, 0.66), (12, 0.33)])
def test_the_land_does_not_end_inside_a_wall_screen(makassar: Profile, zoom: int, degrees: float) -> None:
    """East of the city the island goes on to the gulf of Bone (120.4): there is land as far as a view reaches."""
    land, _ = features(makassar, "land", zoom)
    for lon in np.linspace(119.5, min(119.5 + degrees, 120.25), 12):
        assert any(shapely.covers(land, mercator(float(lon), -5.1)))


def test_a_label_lies_inside_its_area(makassar: Profile) -> None:
    points, names = features(makassar, "kecamatan_label", 12)
    areas = {area.name: shapely.geometry.shape(area.geojson) for area in makassar.areas if area.level == "kecamatan"}
    for point, name in zip(points, names, strict=True):
        lon = np.degrees(point.x / 6_378_137.0)
        lat = np.degrees(2 * np.arctan(np.exp(point.y / 6_378_137.0)) - np.pi / 2)
        assert areas[name].covers(shapely.Point(lon, lat))


def test_tile_ids_follow_the_specification() -> None:
    first = [(0, 0, 0), (1, 0, 0), (1, 0, 1), (1, 1, 1), (1, 1, 0), (2, 0, 0)]
    assert [tile_id(address) for address in first] == [0, 1, 2, 3, 4, 5]
    assert tile_id((12, 3423, 1763)) == 19_078_479


@given(st.integers(1, 5))
def test_every_tile_of_a_zoom_has_its_own_id_and_neighbours_follow(zoom: int) -> None:
    side = 1 << zoom
    order = sorted((tile_id((zoom, x, y)), x, y) for x in range(side) for y in range(side))
    start = sum(4**lower for lower in range(zoom))
    assert [number for number, _, _ in order] == list(range(start, start + side * side))
    steps = [abs(a[1] - b[1]) + abs(a[2] - b[2]) for a, b in pairwise(order)]
    assert set(steps) == {1}


@given(st.integers(0, 2**63))
def test_varints_read_back(number: int) -> None:
    data = varint(number)
    assert sum((byte & 0x7F) << (7 * place) for place, byte in enumerate(data)) == number
    assert [byte >> 7 for byte in data] == [1] * (len(data) - 1) + [0]


@given(st.integers(-(2**31), 2**31))
def test_zigzag_reads_back(number: int) -> None:
    coded = zigzag(number)
    assert (coded >> 1) ^ -(coded & 1) == number


def test_rings_are_wound_as_the_specification_wants() -> None:
    square = np.array([[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]])
    outer, inner = tidy(square, clockwise=True), tidy(square, clockwise=False)
    assert outer == inner[::-1]
    assert tidy(np.array([[0, 0], [1, 1], [0, 0]]), clockwise=True) == []
