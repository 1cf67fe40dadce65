"""Any file at all: it is read row by row, or refused with a reason; no row is lost, no loop hangs, nothing crashes."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pinisi.city.errors import CityError
from pinisi.city.importing.cells import date_form, moment_in, number_in, quantity_in
from pinisi.city.importing.doctor import City, city_of, examine
from pinisi.city.importing.fault_texts import fault_text
from pinisi.city.importing.mapping_file import read_mapping, write_mapping
from pinisi.city.importing.opening import open_content
from pinisi.city.importing.proposal import propose
from pinisi.city.importing.rows import NotReadable
from pinisi.city.profile import load_profile

pytestmark = [pytest.mark.long, pytest.mark.timeout(1800)]
CASES = int(os.environ.get("FUZZ_CASES", "100")) * 2
HANG_SECONDS = 5
ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "city" / "importing" / "golden"
SMALL = {
    path.name: path.read_bytes() for path in sorted(GOLDEN.iterdir()) if path.suffix not in (".dbf", ".shx", ".prj")
}
NAMES = st.sampled_from(
    ["a.csv", "a.csv.gz", "a.geojson", "a.json", "a.jsonl", "a.jsonld", "a.xlsx", "a.zip", "a.js", "a"]
)
CELLS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["-5.1", "119.4", "1.234,5", "2.06 ton", "31/12/2024", "2017-02-21T06:00:00.5", "73.71.01.1001"]),
    st.floats().map(str),
)
MEMBERS = st.sampled_from(
    [
        "type",
        "features",
        "geometry",
        "properties",
        "coordinates",
        "id",
        "lat",
        "lon",
        "nama",
        "value",
        "crs",
        "@context",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["Feature", "FeatureCollection", "Point", "Polygon", "urn:x:1", "Property"]),
    st.text(max_size=6),
)
DOCUMENTS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(MEMBERS, inner, max_size=5)),
    max_leaves=20,
)
COLLECTIONS = st.lists(DOCUMENTS, max_size=5).map(lambda each: {"type": "FeatureCollection", "features": each})


@pytest.fixture(scope="module")
def city() -> City:
    return city_of(load_profile(ROOT.parent / "cities" / "makassar"))


def examined(name: str, content: bytes, city: City) -> None:
    """The whole way of a file; what it raises must be a refusal that has words."""
    start = time.monotonic()
    try:
        sheet = open_content(name, content)
        mapping = propose(sheet, "2026-11-25").register
        assert read_mapping(write_mapping(mapping)) == mapping
        diagnosis = examine(sheet, mapping, city)
    except NotReadable as refusal:
        assert fault_text(refusal.code, refusal.words).en
        return
    except CityError as refusal:
        assert refusal.reason
        return
    assert diagnosis.rows == len(diagnosis.accepted) + len(diagnosis.rejected) + diagnosis.repeated
    json.dumps([each.entity for each in diagnosis.accepted])
    assert time.monotonic() - start < HANG_SECONDS


FUZZ: dict[str, Any] = {
    "max_examples": CASES,
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
}


@settings(**FUZZ)
@given(name=NAMES, content=st.binary(max_size=300))
def test_any_bytes(city: City, name: str, content: bytes) -> None:
    examined(name, content, city)


@settings(**FUZZ)
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=12), delimiter=st.sampled_from(",;\t|")
)
def test_any_table(city: City, rows: list[list[str]], delimiter: str) -> None:
    examined("a.csv", "\n".join(delimiter.join(row) for row in rows).encode("utf-8", "replace"), city)


@settings(**FUZZ)
@given(document=st.one_of(DOCUMENTS, COLLECTIONS), name=st.sampled_from(["a.geojson", "a.json", "a.jsonld"]))
def test_any_document(city: City, document: Any, name: str) -> None:
    examined(name, json.dumps(document).encode(), city)


@settings(**FUZZ)
@given(name=st.sampled_from(sorted(SMALL)), data=st.data())
def test_any_damage_to_a_real_file(city: City, name: str, data: st.DataObject) -> None:
    content = bytearray(SMALL[name][:40_000])
    for _ in range(data.draw(st.integers(0, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, len(content)))
    examined(name, bytes(content[: cut or None]), city)


@settings(**FUZZ)
@given(text=st.text(max_size=300), name=st.sampled_from(sorted(SMALL)), data=st.data())
def test_any_damage_to_a_mapping(city: City, text: str, name: str, data: st.DataObject) -> None:
    try:
        sheet = open_content(name, SMALL[name])
    except NotReadable:
        return
    mapping = write_mapping(propose(sheet, "2026").register)
    at = data.draw(st.integers(0, len(mapping)))
    for damaged in (text, mapping[:at] + text[:5] + mapping[at + data.draw(st.integers(0, 5)) :]):
        try:
            register = read_mapping(damaged)
        except CityError as refusal:
            assert refusal.reason
            continue
        try:
            diagnosis = examine(sheet, register, city)
        except NotReadable:
            continue
        assert diagnosis.rows == len(diagnosis.accepted) + len(diagnosis.rejected) + diagnosis.repeated


@settings(**FUZZ)
@given(cell=st.one_of(CELLS, st.text(max_size=80)))
def test_any_cell(city: City, cell: str) -> None:
    for decimal in (".", ","):
        number_in(cell, decimal)  # type: ignore[arg-type]
        quantity_in(cell, decimal)  # type: ignore[arg-type]
    for form in ("iso", "day-first", "month-first"):
        moment_in(cell, city.zone, form)  # type: ignore[arg-type]
    date_form([cell])
