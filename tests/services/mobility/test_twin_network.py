"""The twin's network is made of the city's own roads, once, and what is wrong with them is said."""

import asyncio
import subprocess
import sys
from pathlib import Path

import built_crossing
import pytest
from msgspec.structs import replace
from roads_at_hand import HELSINKI, JAKARTA

from pinisi.services.mobility.twin import net_build
from pinisi.services.mobility.twin.child import TwinFailed
from pinisi.services.mobility.twin.net_build import DEMAND, NET, BuiltNet, Choices, build_net, read_card
from pinisi.services.mobility.twin.street_net import StreetNet, read_net, road_of
from pinisi.services.mobility.twin.sumo_programs import Limits

CROSSING = (24.9369, 60.1670)
"""Ten metres from where Kalevankatu and Annankatu cross."""
AT_SEA = (24.0, 60.0)
RIGHT = Choices(driving="right")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("networks")


@pytest.fixture(scope="module")
def helsinki(folder: Path) -> BuiltNet:
    return asyncio.run(build_net(HELSINKI, folder, replace(RIGHT, signals=(CROSSING, AT_SEA))))


@pytest.fixture(scope="module")
def streets(folder: Path, helsinki: BuiltNet) -> StreetNet:
    return read_net(folder / helsinki.digest / NET)


def test_a_network_says_what_it_was_made_of_and_how_large_it_is(helsinki: BuiltNet) -> None:
    assert (helsinki.file, helsinki.as_of) == ("helsinki_roads.osm.pbf", "2019-04-17T18:21:00Z")
    assert helsinki.edges > 300 and helsinki.kilometres > 20
    assert [round(x, 2) for x in helsinki.outline[0]] == [24.94, 60.16]


def test_signals_stand_only_where_the_city_or_the_file_says_so(helsinki: BuiltNet, folder: Path) -> None:
    assert (helsinki.signals, helsinki.missed) == (1, (AT_SEA,))
    without = asyncio.run(build_net(HELSINKI, folder, RIGHT))
    assert without.signals == 0 and without.digest != helsinki.digest


def test_every_edge_lies_on_the_road_of_the_file_that_it_is_a_piece_of(streets: StreetNet) -> None:
    line = streets.line(next(edge for edge in streets.edges.values() if edge.name == "Kaivokatu"))
    assert all(24.93 < lon < 24.96 and 60.16 < lat < 60.18 for lon, lat in line)
    assert road_of("-1234#2") == road_of("1234") == "osm-1234" and road_of("north") == "north"


def test_a_network_is_made_once_for_each_file_and_choice(helsinki: BuiltNet, folder: Path) -> None:
    made = (folder / helsinki.digest / NET).stat().st_mtime_ns
    again = asyncio.run(build_net(HELSINKI, folder, replace(RIGHT, signals=(CROSSING, AT_SEA))))
    assert again == helsinki == read_card(folder / helsinki.digest)
    assert (folder / helsinki.digest / NET).stat().st_mtime_ns == made
    assert not list(folder.glob("build-*"))


def test_roads_of_a_shapefile_south_of_the_equator_lie_where_they_are(folder: Path) -> None:
    built = asyncio.run(build_net(JAKARTA, folder))
    assert built.edges > 10 and built.as_of is None
    assert all(106.6 < lon < 107 and -6.4 < lat < -6 for lon, lat in built.outline)
    west = read_net(folder / built.digest / NET)
    assert all(-6.4 < lat < -6 for edge in west.edges.values() for _, lat in west.line(edge))


def test_a_net_of_sumo_is_taken_with_the_demand_beside_it(folder: Path, tmp_path: Path) -> None:
    built_crossing.build(tmp_path)
    choices = Choices(demand=tmp_path / "x.rou.xml")
    built = asyncio.run(build_net(tmp_path / "x.net.xml", folder, choices))
    assert (built.edges, built.signals, built.demand, built.outline) == (8, 1, "x.rou.xml", ())
    assert (folder / built.digest / DEMAND).read_bytes() == (tmp_path / "x.rou.xml").read_bytes()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("x.osm.pbf", b"no extract", "cannot be read as an OpenStreetMap extract"),
        ("cut.osm.pbf", HELSINKI.read_bytes()[:60_000], "cut.osm.pbf"),
        ("x.net.xml", b"<net><edge id='a'", "netconvert ended with"),
        ("empty.net.xml", b"<net/>", "empty.net.xml|netconvert|no road"),
        ("x.osm", b"<osm version='0.6'></osm>", "has no road that can be driven"),
    ],
)
def test_a_file_that_is_no_network_is_refused_with_its_name_or_reason(
    name: str, content: bytes, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(TwinFailed, match=said):
        asyncio.run(build_net(tmp_path / name, tmp_path / "made"))
    assert not [each for each in (tmp_path / "made").glob("*") if each.name != ".keep"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(TwinFailed, match=r"nowhere\.osm\.pbf: cannot be read"):
        asyncio.run(build_net(tmp_path / "nowhere.osm.pbf", tmp_path))


def test_a_build_that_needs_more_memory_than_it_may_is_ended(tmp_path: Path) -> None:
    with pytest.raises(TwinFailed, match="more memory than its limit of 1 MB"):
        asyncio.run(build_net(HELSINKI, tmp_path, RIGHT, Limits(megabytes=1)))


def test_lengths_and_speeds_that_cannot_be_are_no_network(tmp_path: Path) -> None:
    built_crossing.build(tmp_path)
    text = (tmp_path / "x.net.xml").read_text()
    (tmp_path / "x.net.xml").write_text(text.replace('speed="13.89"', 'speed="nan"'))
    with pytest.raises(TwinFailed, match="is no network of SUMO: ValueError: lane"):
        read_net(tmp_path / "x.net.xml")


def test_nothing_of_sumo_is_imported_for_it() -> None:
    program = f"import sys, {net_build.__name__}; sys.exit('libsumo' in sys.modules or 'sumo' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
