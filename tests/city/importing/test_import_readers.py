"""Files of every usual kind become rows with their numbers; what cannot be read says which file, which row, and why."""

import gzip
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pinisi.city.importing.fault_texts import english
from pinisi.city.importing.opening import open_content, open_file
from pinisi.city.importing.rows import BadRow, NotReadable, Row, Sheet

GOLDEN = Path(__file__).parent / "golden"


def rows(sheet: Sheet) -> list[Row]:
    return [row for row in sheet.rows() if isinstance(row, Row)]


def bad(sheet: Sheet) -> list[BadRow]:
    return [row for row in sheet.rows() if isinstance(row, BadRow)]


def refused(name: str, content: bytes) -> str:
    with pytest.raises(NotReadable) as found:
        open_content(name, content)
    assert found.value.name == name
    return english(found.value.code, found.value.words)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiter_and_encoding_are_found(delimiter: str, encoding: str) -> None:
    lines = [["nama", "luas", "catatan"], ["Café", "1", "tépi"], ["Pantai", "2", "x"]]
    text = "\r\n".join(delimiter.join(line) for line in lines)
    (first, second) = rows(open_content("a.csv", text.encode(encoding)))
    assert (first.number, first.cells) == (2, {"nama": "Café", "luas": "1", "catatan": "tépi"})
    assert second.cells["nama"] == "Pantai"


def test_a_cell_may_hold_the_delimiter_a_quote_and_a_line_break() -> None:
    sheet = open_content("a.csv", b'name,note\n"a, b","say ""hi""\nand go"\nlast,\n')
    assert [row.cells["name"] for row in rows(sheet)] == ["a, b", "last"]
    assert rows(sheet)[0].cells["note"] == 'say "hi"\nand go'
    assert [row.number for row in rows(sheet)] == [2, 4]


def test_a_row_with_other_cells_than_the_heading_waits_with_its_number() -> None:
    (row,) = bad(open_content("a.csv", b"a,b\n1,2\n3\n4,5\n"))
    assert (row.number, row.code, row.raw) == (3, "cell-count", "3")
    assert english(row.code, row.words) == "1 cells, though the heading has 2 columns"


def test_a_packed_table_is_unpacked() -> None:
    sheet = open_content("a.csv.gz", gzip.compress(b"a,b\n1,2\n"))
    assert [row.cells for row in rows(sheet)] == [{"a": "1", "b": "2"}]
    assert "damaged" in refused("a.csv.gz", gzip.compress(b"a,b\n1,2\n" * 9)[:-9])


@pytest.mark.parametrize("wrapping", ["var x = {};", "const a_1={}", "window.layer = {} ;\n", "{}"])
def test_geojson_may_be_wrapped_in_javascript(wrapping: str) -> None:
    feature = {"type": "Feature", "geometry": {"type": "Point", "coordinates": [1, 2]}, "properties": {"a": 1.0}}
    text = wrapping.replace("{}", json.dumps({"type": "FeatureCollection", "features": [feature]}))
    sheet = open_content("layer.js", text.encode())
    (row,) = rows(sheet)
    assert (row.number, row.cells, row.geometry) == (1, {"a": "1"}, feature["geometry"])
    assert [code for code, _ in sheet.notes] == (["script"] if wrapping != "{}" else [])


def test_lines_of_json_are_rows_and_a_broken_line_is_named() -> None:
    sheet = open_content("a.jsonl", b'{"a": 1, "b": {"c": true}}\n{"a": 2}\n{"a": \n[1]\n')
    assert [row.cells for row in rows(sheet)] == [{"a": "1", "b.c": "true"}, {"a": "2"}]
    assert [(row.number, row.code) for row in bad(sheet)] == [(3, "unreadable-row"), (4, "no-object")]


def test_a_shapefile_is_read_with_its_attributes_from_the_disk_and_from_a_zip() -> None:
    sheet = open_file(GOLDEN / "rw-jakarta.shp")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in GOLDEN.glob("rw-jakarta.*"):
            archive.write(part, f"layer/{part.name}")
    same = open_content("rw.zip", packed.getvalue())
    assert [row.cells for row in rows(sheet)] == [row.cells for row in rows(same)]
    assert (len(rows(sheet)), sheet.kind) == (5, "shapefile")
    assert rows(sheet)[0].geometry is not None
    assert "KEL_NAME" in sheet.columns


def test_projected_coordinates_are_refused_by_name() -> None:
    prj = 'PROJCS["WGS 84 / UTM zone 50S",GEOGCS["WGS 84"]]'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in GOLDEN.glob("rw-jakarta.[sd]*"):
            archive.write(part, part.name)
        archive.writestr("rw-jakarta.prj", prj)
    assert "WGS 84 / UTM zone 50S" in refused("rw.zip", packed.getvalue())
    collection: dict[str, Any] = {
        "type": "FeatureCollection",
        "features": [],
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32750"}},
    }
    assert "32750" in refused("a.geojson", json.dumps(collection).encode())


def test_a_workbook_begins_at_its_heading_below_the_title() -> None:
    sheet = open_file(GOLDEN / "bank-sampah.xlsx")
    assert sheet.columns == ("Kode", "Nama", "Luas (m2)", "Diterima", "Buka", "Tanggal")
    assert [row.number for row in rows(sheet)] == [4, 5, 6]
    assert rows(sheet)[0].cells["Tanggal"] == "2022-03-01T00:00:00"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"  \n ", "is empty"),
        ("a.csv", b"a,a\n1,2\n", "column a occurs twice"),
        ("a.csv", b"\x00\x01\x02\x03", "no text file"),
        ("a.json", b'{"a": [1', "no JSON"),
        ("a.geojson", b'{"type": "FeatureCollection", "features": 3}', "no JSON"),
        ("a.xls", b"\xd0\xcf\x11\xe0 old workbook", "save it as CSV"),
        ("a.xlsx", b"PK\x03\x04 xl/ but no workbook", "damaged"),
        ("a.zip", b"PK\x03\x04 nothing", "damaged"),
    ],
)
def test_a_file_that_is_none_says_why(name: str, content: bytes, reason: str) -> None:
    assert reason in refused(name, content)


def test_a_part_of_a_shapefile_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.shp").write_bytes((GOLDEN / "rw-jakarta.shp").read_bytes())
    with pytest.raises(NotReadable) as found:
        open_file(tmp_path / "a.shp")
    assert english(found.value.code, found.value.words) == "the .dbf part of the shapefile is missing"
