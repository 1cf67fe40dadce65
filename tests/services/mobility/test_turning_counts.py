"""Counts of a junction, as people write them down, become entities and the demand of the busiest hour."""

import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.services.mobility.counting.count_sheet import count_reader
from pinisi.services.mobility.engine.capacity.approach import Counted, Movement
from pinisi.services.mobility.engine.capacity.peak import Interval, peak_hour
from pinisi.testing.sources import prove
from pinisi.vocabulary.instant import parse_instant

MAKASSAR = ZoneInfo("Asia/Makassar")
HEAD = "simpang,pendekat,gerakan,mulai,menit,SM,MP,KS,KTB,tim"
SHEET = f"""{HEAD}
Veteran - Landak,Utara,lurus,2026-11-25T07:00,15,212,61,4,2,Tim 1
Veteran - Landak,Utara,kiri,2026-11-25T07:00,15,40,12,0,1,Tim 1
Veteran - Landak,Utara,kanan,2026-11-25T07:15,15,38,9,1,0,Tim 1
"""


def read(body: bytes, origin: str = "counts.csv") -> Reading:
    told = Message(body=body, origin=origin, received=parse_instant("2026-11-26T00:00:00Z"))
    return count_reader(MAKASSAR)(told)


def test_a_row_becomes_the_count_of_a_movement_at_its_time():
    found = read(SHEET.encode()).entities[0]
    assert found["id"] == "urn:ngsi-ld:TurningCount:veteran-landak-utara-through"
    assert found["motorcycles"] == {"type": "Property", "value": 212, "observedAt": "2026-11-24T23:00:00Z"}
    assert [found[name]["value"] for name in ("lightVehicles", "heavyVehicles", "unmotorisedVehicles")] == [61, 4, 2]
    assert found["intensity"]["value"] == 279
    assert found["countedMinutes"]["unitCode"] == "MIN"
    assert found["dateObservedTo"]["value"]["@value"].startswith("2026-11-24T23:15:00")


def test_english_headings_other_orders_and_semicolons_are_read_too():
    body = "movement;junction;approach;from;heavy;light;motorcycle\nRT;J1;N;2026-11-25T07:00+08:00;1;2;3\n"
    found = read(body.encode()).entities[0]
    assert found["id"].endswith("j1-n-right")
    assert (found["motorcycles"]["value"], found["countedMinutes"]["value"]) == (3, 15)


def test_a_workbook_is_read_like_the_table():
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line in SHEET.splitlines():
        cells = line.split(",")
        page.append([int(cell) if cell.isdigit() else cell for cell in cells])
    kept = io.BytesIO()
    book.save(kept)
    assert read(kept.getvalue(), "counts.xlsx").entities == read(SHEET.encode()).entities


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("J,U,melompat,2026-11-25T07:00,15,1,1,1,1,", "movement"),
        ("J,U,lurus,kemarin,15,1,1,1,1,", "from"),
        ("J,U,lurus,2026-11-25,15,1,1,1,1,", "from"),
        ("J,U,lurus,2026-11-25T07:00,90,1,1,1,1,", "minutes"),
        ("J,U,lurus,2026-11-25T07:00,15,-1,1,1,1,", "motorcycle"),
        ("J,U,lurus,2026-11-25T07:00,15,1.5,1,1,1,", "motorcycle"),
        ("J,U,lurus,2026-11-25T07:00,15,,1,1,1,", "motorcycle"),
        ("J,U,lurus,2026-11-25T07:00,15,1,9999,1,1,", "light"),
        (",U,lurus,2026-11-25T07:00,15,1,1,1,1,", "junction"),
        ("J,U,lurus,2026-11-25T07:00,0,1,1,1,1,", "minutes"),
        ("J,U", ""),
    ],
)
def test_a_bad_cell_is_told_with_row_field_and_reason_and_the_others_are_taken(row: str, field: str):
    found = read(f"{SHEET}{row}\n".encode())
    assert len(found.entities) == 3
    [reject] = found.rejects
    assert (reject.row, reject.field) == ("5", field)
    assert reject.reason.id and reject.reason.en and reject.reason.ja


def test_a_table_without_its_columns_is_refused_by_name():
    with pytest.raises(Unreadable, match="motorcycle"):
        read(b"simpang,pendekat,gerakan,mulai,MP,KS\nJ,U,lurus,2026-11-25T07:00,1,1\n")


def test_the_reader_holds_at_every_fault_of_message_and_line():
    prove(
        count_reader(MAKASSAR),
        Message(body=SHEET.encode(), origin="c.csv", received=parse_instant("2026-11-26T00:00:00Z")),
    )


SEVEN = datetime(2026, 11, 24, 23, tzinfo=UTC)


def quarter(number: int, cars: float, approach: str = "north", movement: Movement = "through", minutes: float = 15):
    begin = SEVEN + timedelta(minutes=15 * number)
    return Interval(
        approach=approach, movement=movement, begin=begin, minutes=minutes, counted=Counted(light=cars, motorcycle=cars)
    )


def test_the_peak_hour_is_the_four_quarters_with_most_passenger_cars():
    found = peak_hour([quarter(number, cars) for number, cars in enumerate([10, 20, 80, 90, 100, 70, 20])])
    assert found is not None and found.begin == SEVEN + timedelta(minutes=30)
    assert found.demand["north"].through == Counted(light=340, motorcycle=340)
    assert found.peak_factor == pytest.approx(340 / 400)
    assert found.missing == ()


def test_the_peak_is_that_of_the_whole_junction():
    north = [quarter(number, cars) for number, cars in enumerate([90, 90, 90, 90, 10, 10, 10, 10])]
    east = [quarter(number, cars, "east") for number, cars in enumerate([10, 10, 10, 10, 95, 95, 95, 95])]
    found = peak_hour([*north, *east])
    assert found is not None and found.begin == SEVEN + timedelta(hours=1)
    assert found.demand["north"].through.light == 40


def test_a_movement_that_was_counted_for_half_of_the_hour_is_blown_up_and_named():
    found = peak_hour([*(quarter(n, 100) for n in range(4)), quarter(0, 30, "east"), quarter(1, 50, "east")])
    assert found is not None
    assert found.demand["east"].through.light == 160
    assert found.missing == (("east", "through"),)


def test_what_was_counted_twice_counts_once_as_it_was_told_last():
    found = peak_hour([quarter(0, 500), *(quarter(n, 100) for n in range(4))])
    assert found is not None and found.demand["north"].through.light == 400


def test_of_nothing_there_is_no_peak():
    assert peak_hour([]) is None
