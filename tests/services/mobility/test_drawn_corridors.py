"""Corridors that a city draws: kept as entities, made into a timetable without faults, found as a journey at once."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import gtfs_guru
import msgspec
import pytest

from pinisi.people.roles import PERMISSIONS
from pinisi.runtime.rooms import Room
from pinisi.runtime.visit import Conflict, Unfit, Visit
from pinisi.services import mobility
from pinisi.services.mobility.asked_entities import known_of
from pinisi.services.mobility.corridor_file import read_corridors
from pinisi.services.mobility.engine.gtfs.corridors import CorridorList
from pinisi.services.mobility.gtfs_zip import unzip
from pinisi.services.mobility.transit.corridor_bodies import CorridorsWish
from pinisi.services.mobility.transit.corridor_endpoints import corridors, keep_corridors
from pinisi.services.mobility.transit.corridor_feed import NotMade, zip_of
from pinisi.services.mobility.transit.corridor_table import TEMPLATE, read_table
from pinisi.services.mobility.transit.feed_endpoints import FileQuery, file, health
from pinisi.services.mobility.transit.journey_answer import JourneysAnswer
from pinisi.services.mobility.transit.journey_endpoint import JourneyQuery, journeys
from pinisi.services.mobility.transit.shelf import SHELF
from pinisi.store.sqlite import SqliteStore
from pinisi.testing.sources import pinisi_table
from pinisi.vocabulary.instant import parse_instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

DRAWN = read_corridors(Path(__file__).parents[3] / "docs" / "how-to" / "corridors-example.toml")
PLANNER = Principal(id="person:p", name="Planner", kind="person", permissions=frozenset(PERMISSIONS), grants=EVERYTHING)
TABLE, NOW = pinisi_table(), parse_instant("2026-11-26T00:00:00Z")
FROM_TERMINAL = JourneyQuery(from_="119.4301,-5.1501", to="119.4601,-5.1201", depart="2026-11-26T07:00:00+08:00")
Play = Callable[["City"], Awaitable[None]]


class City:
    def __init__(self, store: SqliteStore) -> None:
        self.store = store

    def visit(self, body: Any = None, query: Any = None) -> Visit[Any, Any]:
        return Visit(
            body=body,
            query=query,
            params={"feed": "koridor"},
            principal=PLANNER,
            tenant="city",
            now=NOW,
            room=Room(mobility.SERVICE),
            store=self.store,
            table=TABLE,
        )

    async def keep(self, drawn: CorridorList, version: str = "") -> str:
        return (await keep_corridors(self.visit(CorridorsWish(version=version, list=drawn)))).version

    async def ids(self, type: str) -> list[str]:
        return [each.id.rpartition(":")[2] for each in await known_of(self.visit(), type)]


def in_a_city(play: Play) -> None:
    async def played() -> None:
        with TemporaryDirectory() as folder:
            async with SqliteStore(Path(folder), lambda: NOW) as store:
                await play(City(store))

    asyncio.run(played())


def lines_of(found: JourneysAnswer) -> list[str]:
    return [leg.line for leg in found.journeys[0].legs if leg.line is not None]


def test_what_is_drawn_has_no_error_and_journeys_are_found_at_once() -> None:
    async def play(city: City) -> None:
        kept = await keep_corridors(city.visit(CorridorsWish(list=DRAWN)))
        assert (kept.lines, kept.errors, kept.faults) == (2, 0, ())
        found = await journeys(city.visit(query=FROM_TERMINAL))
        assert lines_of(found) == ["K1", "P7"]
        assert found.timetable is not None and found.timetable.id == kept.timetable
        assert (await health(city.visit())).errors == 0
        assert await city.ids("BusCorridor") == ["K1", "P7"]
        assert await city.ids("GtfsRoute") == ["K1", "P7"]

    in_a_city(play)


def test_the_file_passes_a_public_validator(tmp_path: Path) -> None:
    async def play(city: City) -> None:
        await city.keep(DRAWN)
        body = (await file(city.visit(query=FileQuery()))).body
        (tmp_path / "taken.zip").write_bytes(body)

    in_a_city(play)
    assert gtfs_guru.validate(str(tmp_path / "taken.zip")).error_count == 0


def test_after_a_restart_the_timetable_is_made_anew_of_what_was_drawn() -> None:
    async def play(city: City) -> None:
        await city.keep(DRAWN)
        SHELF.clear()
        assert lines_of(await journeys(city.visit(query=FROM_TERMINAL))) == ["K1", "P7"]

    in_a_city(play)


def test_a_corridor_that_is_taken_away_goes_with_its_line_and_stops() -> None:
    async def play(city: City) -> None:
        version = await city.keep(DRAWN)
        await city.keep(msgspec.structs.replace(DRAWN, corridors=DRAWN.corridors[:1]), version)
        assert await city.ids("BusCorridor") == await city.ids("GtfsRoute") == ["K1"]
        assert "kampung-contoh" not in await city.ids("GtfsStop")
        kept = await corridors(city.visit())
        assert kept.list is not None and [each.code for each in kept.list.corridors] == ["K1"]

    in_a_city(play)


def test_two_planners_do_not_write_over_each_other() -> None:
    async def play(city: City) -> None:
        await city.keep(DRAWN)
        with pytest.raises(Conflict, match="somebody else changed"):
            await city.keep(DRAWN)

    in_a_city(play)


def test_what_contradicts_itself_is_named_by_its_field_and_nothing_is_kept() -> None:
    first = DRAWN.corridors[0]
    twice = msgspec.structs.replace(DRAWN, corridors=(first, first))

    async def play(city: City) -> None:
        with pytest.raises(Unfit) as refused:
            await city.keep(twice)
        (fault,) = refused.value.faults
        assert (fault.field, fault.reason.id) == ("list.corridors[1].code", "Kode K1 dipakai dua kali.")
        assert await city.ids("BusCorridor") == []

    in_a_city(play)


def test_a_fare_is_told_for_its_line_alone() -> None:
    priced = msgspec.structs.replace(DRAWN.corridors[0], fare=5_000)
    body = zip_of(msgspec.structs.replace(DRAWN, corridors=(priced, DRAWN.corridors[1])))
    files = unzip(body, "the file")
    assert files["fare_attributes.txt"].decode().splitlines()[1] == "K1,5000.00,IDR,0,0,1"
    assert files["fare_rules.txt"].decode().splitlines()[1:] == ["K1,K1"]


def test_the_template_is_read_as_it_stands_and_makes_a_timetable() -> None:
    read = read_table(TEMPLATE)
    assert read.faults == ()
    assert [(each.code, each.kind, each.hail_and_ride, len(each.stops)) for each in read.corridors] == [
        ("K1", "bus", False, 2),
        ("P7", "minibus", True, 2),
    ]
    assert [(each.from_, each.to, each.minutes, each.days) for each in read.corridors[0].headways[:1]] == [
        ("05:30", "09:00", 10.0, "weekdays")
    ]
    assert zip_of(msgspec.structs.replace(DRAWN, corridors=read.corridors)).startswith(b"PK")


def test_a_table_of_a_spreadsheet_in_indonesian_is_read_too() -> None:
    table = (
        "code;name;kind;source;headways;stop;lat;lon;minutes;speed\n"
        "A;Satu;minibus;survei;06.00-20.00=7,5 kerja;Awal;-5,15;119,43;;15\n"
        "A;;;;;Akhir;-5,13;119,44;12,5;\n"
    )
    (line,) = read_table(table).corridors
    assert (line.stops[1].lat, line.stops[1].minutes, line.speed) == (-5.13, 12.5, 15)
    assert (line.headways[0].from_, line.headways[0].minutes, line.headways[0].days) == ("06:00", 7.5, "weekdays")


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("A,,bus,,x,06:00-20:00=10,Awal,north,119.4", "lat"),
        ("A,,bus,,x,06:00-20:00=10,,-5.1,119.4", "stop"),
        ("A,,bus,,,06:00-20:00=10,Awal,-5.1,119.4", "source"),
        ("A,,bus,,x,often,Awal,-5.1,119.4", "headways"),
        ("A,,bus,perhaps,x,06:00-20:00=10,Awal,-5.1,119.4", "hail_and_ride"),
        ("A,,ship,,x,06:00-20:00=10,Awal,-5.1,119.4", "kind"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_by_row_and_field(row: str, field: str) -> None:
    heading = "code,name,kind,hail_and_ride,source,headways,stop,lat,lon\n"
    read = read_table(f"{heading}{row}\nA,,,,,,Akhir,-5.13,119.44\n")
    assert read.corridors == ()
    assert [(fault.row, fault.field) for fault in read.faults] == [(2, field)]


@pytest.mark.parametrize("table", ["", "x", "code,stop\nA,b\n", "\0\0", "code,stop,lat,lon\n\n\n"])
def test_what_is_no_table_of_corridors_keeps_nothing(table: str) -> None:
    assert read_table(table).corridors == ()


def test_stops_too_far_for_their_minutes_are_refused() -> None:
    far = msgspec.structs.replace(DRAWN.corridors[0].stops[1], minutes=0.1)
    line = msgspec.structs.replace(DRAWN.corridors[0], stops=(DRAWN.corridors[0].stops[0], far))
    with pytest.raises(NotMade, match=r"corridors\[0\]\.stops\[1\]"):
        zip_of(msgspec.structs.replace(DRAWN, corridors=(line,)))
