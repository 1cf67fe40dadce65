"""A series in a CSV file: rows at their moments; what cannot be read is rejected with field and reason, never lost."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.profile import load_profile
from pinisi.runtime.recorded_series import Measured, Series, make_series
from pinisi.runtime.recording import Recorded
from pinisi.runtime.source import Message, Reading, Unreadable
from pinisi.vocabulary.instant import parse_instant

ROOT = Path(__file__).parents[2]
CITY = load_profile(ROOT / "cities" / "surabaya").city
HEAD = "stamp,id,temp,lon,lat"


def series(**changed: object) -> Recorded:
    options = Series(
        entity="urn:ngsi-ld:Device:{id}",
        type="Device",
        time="stamp",
        zone="Asia/Jakarta",
        position=("lon", "lat"),
        attributes=(Measured(name="temperature", column="temp", unit="CEL", least=-10, most=55),),
    )
    return make_series(Series(**{name: getattr(options, name) for name in options.__struct_fields__} | changed), CITY)


def read(row: str, head: str = HEAD) -> Reading:
    return series().read(Message(body=f"{head}\n{row}".encode(), origin="a.csv row 7", received=0))


@pytest.mark.parametrize(
    ("stamp", "utc"),
    [
        ("2025-04-11T03:00:00.000Z", "2025-04-11T03:00:00Z"),
        ("2025-04-11 10:00:00", "2025-04-11T03:00:00Z"),
        ("2025-04-11T10:00:00.5+07:00", "2025-04-11T03:00:00.5Z"),
    ],
)
def test_stamps_are_read_in_the_zone_of_the_series(tmp_path: Path, stamp: str, utc: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"{HEAD}\n{stamp},1,20,112,-7\n")
    (row,) = series().cut(path)
    assert (row.at, row.origin) == (parse_instant(utc), "a.csv row 2")
    (entity,) = series().read(Message(body=row.body, origin=row.origin, received=0)).entities
    assert entity["temperature"]["unitCode"] == "CEL"


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("2025-04-11,1,hot,112,-7", "temp"),
        ("2025-04-11,1,99,112,-7", "temp"),
        ("2025-04-11,1,nan,112,-7", "temp"),
        ("2025-04-11,1,20,190,-7", "position"),
        ("2025-04-11,1,20,112,", "position"),
        ("yesterday,1,20,112,-7", "stamp"),
    ],
)
def test_what_cannot_be_is_rejected_with_row_and_field(row: str, field: str) -> None:
    (reject,) = read(row).rejects
    assert (reject.field, reject.row, reject.raw) == (field, "7", row)


def test_a_bad_cell_does_not_cost_the_row() -> None:
    (entity,) = read("2025-04-11,1,hot,112,-7").entities
    assert entity["location"]["value"]["coordinates"] == [112, -7]
    assert "temperature" not in entity


def test_an_empty_cell_stays_a_gap() -> None:
    reading = read("2025-04-11,1,,112,-7")
    assert ("temperature" in reading.entities[0], reading.rejects) == (False, [])


def test_a_file_without_the_column_of_time_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("x,y\n1,2\n")
    with pytest.raises(Unreadable, match="there is no column 'stamp'"):
        list(series().cut(path))


def test_a_cell_in_quotes_may_have_lines_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f'{HEAD}\n2025-04-11,"a\nb",20,112,-7\n2025-04-12,2,21,112,-7\n')
    assert [row.at is not None for row in series().cut(path)] == [True, True]


def test_a_zone_that_is_none_is_told_by_its_field() -> None:
    with pytest.raises(ValueError, match="zone: 'Mars' is no time zone"):
        series(zone="Mars")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_rejected(body: bytes) -> None:
    try:
        reading = series().read(Message(body=body, origin="a.csv row 1", received=0))
    except Unreadable:
        return
    assert len(reading.entities) + len(reading.rejects) >= 1


@given(body=st.binary(max_size=400))
def test_any_file_is_cut_or_refused(tmp_path_factory: pytest.TempPathFactory, body: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "a.csv"
    path.write_bytes(f"{HEAD}\n".encode() + body)
    assert all(row.body.startswith(HEAD.encode()) for row in series().cut(path))
