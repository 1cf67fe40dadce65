"""Tiles by the letter of their specifications, and read back by GDAL, an outside judge."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyogrio
import pyogrio.raw
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from pinisi.city.vector_tiles.address import EXTENT, unit_square
from pinisi.city.vector_tiles.archive import tile_id, write_archive
from pinisi.city.vector_tiles.features import tidy
from pinisi.city.vector_tiles.lines import Words, cut_lines
from pinisi.city.vector_tiles.wire import packed, varint, varints, word, zigzag

SEMI_MAJOR = 6_378_137.0
ROUND_EARTH = 2 * np.pi * SEMI_MAJOR
JAKARTA = (106.8, -6.2)


def metres(square: np.ndarray) -> np.ndarray:
    """The unit square as Web Mercator metres, which GDAL gives."""
    return np.column_stack(((square[:, 0] - 0.5) * ROUND_EARTH, (0.5 - square[:, 1]) * ROUND_EARTH))


def archive(path: Path, lines: list[list[tuple[float, float]]], words: list[Words], zooms: range) -> Path:
    shapes = shapely.linestrings(
        unit_square(np.vstack([np.array(line) for line in lines])),
        indices=np.repeat(np.arange(len(lines)), [len(line) for line in lines]),
    )
    tiles = {address: data for zoom in zooms for address, data in cut_lines("roads", shapes, words, zoom, 0.5)}
    fields = {key: "String" for kind in words for key, _ in kind}
    layer = {"id": "roads", "minzoom": zooms[0], "maxzoom": zooms[-1], "fields": fields}
    write_archive(tiles, {"name": "test", "vector_layers": [layer]}, (106.0, -7.0, 108.0, -6.0), path)
    return path


def read(path: Path, zoom: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Geometries in Web Mercator metres and columns, as GDAL reads them from the archive, rims and all.

    GDAL's own clipping to the tile is off: where one line of a feature only touches the side it loses the others.
    """
    meta, _, geometries, columns = pyogrio.raw.read(path, layer="roads", ZOOM_LEVEL=zoom, CLIP="NO")
    return shapely.from_wkb(geometries), dict(zip(meta["fields"], columns, strict=True))


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


@given(st.lists(st.integers(0, 2**32 - 1)))
def test_many_varints_at_once_are_the_same_bytes(numbers: list[int]) -> None:
    data, ends = varints(np.array(numbers, np.int64))
    assert data == packed(numbers)
    assert [data[start:end] for start, end in pairwise([0, *ends.tolist()])] == [varint(number) for number in numbers]


@given(st.integers(-(2**31), 2**31))
def test_zigzag_reads_back(number: int) -> None:
    coded = zigzag(number)
    assert (coded >> 1) ^ -(coded & 1) == number


def test_a_value_is_text_truth_or_number() -> None:
    assert word("a") == bytes([0x0A, 1, 97])
    assert word(True) == bytes([0x38, 1])
    assert word(300) == bytes([0x28, 0xAC, 0x02])


def test_rings_are_wound_as_the_specification_wants() -> None:
    square = np.array([[0, 0], [0, 9], [9, 9], [9, 0], [0, 0]])
    outer, inner = tidy(square, clockwise=True), tidy(square, clockwise=False)
    assert outer == inner[::-1]
    assert tidy(np.array([[0, 0], [1, 1], [0, 0]]), clockwise=True) == []


def test_the_commands_of_a_line_are_the_ones_of_the_specification() -> None:
    """Section 4.3.5.3: MoveTo(+2,+2), LineTo(+0,+8), LineTo(+8,+0), and a second line from where the pen is."""
    grid = np.array([[2, 2], [2, 10], [10, 10]]) / EXTENT
    other = np.array([[1, 1], [3, 5]]) / EXTENT
    lines = np.array([shapely.LineString(grid), shapely.LineString(other)])
    ((address, data),) = cut_lines("l", lines, [(), ()], 0, 0)
    assert address == (0, 0, 0)
    assert bytes([9, 4, 4, 18, 0, 16, 16, 0, 9, 17, 17, 10, 4, 8]) in data


def test_lines_of_one_kind_are_one_feature_and_keep_their_words(tmp_path: Path) -> None:
    lon, lat = JAKARTA
    lines = [[(lon, lat + step / 1000), (lon + 0.001, lat + step / 1000)] for step in range(4)]
    kinds: list[Words] = [(("class", "a"),), (("class", "b"), ("name", "x")), (("class", "a"),), (("class", "a"),)]
    geometries, columns = read(archive(tmp_path / "t.pmtiles", lines, kinds, range(12, 13)), 12)
    found = {
        kind: (len(shapely.get_parts(geometry)), name)
        for geometry, kind, name in zip(geometries, columns["class"], columns["name"], strict=True)
    }
    assert found == {"a": (3, None), "b": (1, "x")}


def test_a_line_is_cut_at_the_rim_of_each_tile_and_nowhere_missing(tmp_path: Path) -> None:
    lon, lat = JAKARTA
    way = [(lon, lat), (lon + 0.13, lat + 0.07), (lon + 0.2, lat - 0.11)]
    geometries, _ = read(archive(tmp_path / "t.pmtiles", [way], [(("class", "a"),)], range(13, 14)), 13)
    assert len(geometries) > 5
    drawn = shapely.union_all(geometries)
    true = shapely.LineString(metres(unit_square(np.array(way))))
    unit = ROUND_EARTH / 2**13 / EXTENT
    assert true.hausdorff_distance(drawn) < 2 * unit
    assert true.difference(drawn.buffer(2 * unit)).is_empty
    assert all(geometry.bounds[2] - geometry.bounds[0] <= (EXTENT + 2 * 64 + 1) * unit for geometry in geometries)


Road = tuple[list[tuple[float, float]], str]
corners = st.tuples(st.floats(106.5, 107.0), st.floats(-6.5, -6.0))
roads = st.tuples(st.lists(corners, min_size=2, max_size=6, unique=True), st.sampled_from("abc"))
BACK_OVER_ITSELF: list[Road] = [
    ([(107.0, -6.5), (107.0, -6.25)], "a"),
    ([(107.0, -6.0), (107.0, -6.5), (106.5, -6.0), (106.875, -6.0)], "a"),
]


@settings(max_examples=40)
@given(st.lists(roads, min_size=1, max_size=8), st.integers(8, 13))
@example(BACK_OVER_ITSELF, 8)
def test_whatever_is_drawn_lies_within_a_unit_of_the_truth(
    tmp_path_factory: pytest.TempPathFactory, roads: list[Road], zoom: int
) -> None:
    unit = ROUND_EARTH / 2**zoom / EXTENT
    assume(any(np.ptp(metres(unit_square(np.array(line))), axis=0).max() > 4 * unit for line, _ in roads))
    path = tmp_path_factory.mktemp("drawn") / "t.pmtiles"
    words: list[Words] = [(("class", kind),) for _, kind in roads]
    geometries, columns = read(archive(path, [line for line, _ in roads], words, range(zoom, zoom + 1)), zoom)
    for kind in {kind for _, kind in roads}:
        true = shapely.MultiLineString([metres(unit_square(np.array(line))) for line, own in roads if own == kind])
        drawn = shapely.union_all(geometries[columns["class"] == kind])
        assert drawn.difference(true.buffer(2 * unit)).is_empty
        assert true.difference(drawn.buffer(4 * unit)).length < 1e-6 * true.length + 8 * unit


def test_an_archive_without_tiles_is_written_too(tmp_path: Path) -> None:
    write_archive({}, {"name": "test", "vector_layers": []}, (106.0, -7.0, 108.0, -6.0), tmp_path / "t.pmtiles")
    written = (tmp_path / "t.pmtiles").read_bytes()
    assert written.startswith(b"PMTiles\x03")
    assert (written[100], written[101]) == (0, 0)


def test_a_line_too_small_to_be_seen_is_not_drawn() -> None:
    grid = np.array([[0.5, 0.5], [0.5, 0.5 + 1e-9]])
    assert list(cut_lines("l", np.array([shapely.LineString(grid)]), [()], 8, 1)) == []
    assert list(cut_lines("l", np.empty(0, np.object_), [], 8, 1)) == []
