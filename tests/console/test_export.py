"""What is on the screen leaves the house as a file, with its provenance; and how much changed when."""

import csv
import io
import sys
from pathlib import Path
from typing import Any

import duckdb
import httpx
import msgspec
import pytest
from house_at_hand import OURS, PINISI_CONTEXT, Opened, entity_path

from pinisi.console.export_forms import harmless
from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
LINK = {"link": PINISI_CONTEXT}


async def file(client: httpx.AsyncClient, **query: str) -> httpx.Response:
    answer = await client.get(f"{OURS}/export", params=query)
    assert answer.status_code == 200, answer.text
    return answer


def table(answer: httpx.Response) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.text)))


async def layer(client: httpx.AsyncClient, id: str) -> list[list[Any]]:
    return (await client.get(f"{OURS}/layers/{id}")).json()["rows"]


async def test_a_layer_as_csv_has_every_row_with_provenance_and_source(reader: httpx.AsyncClient) -> None:
    answer = await file(reader, layer="waste-banks", format="csv")
    rows, shown = table(answer), await layer(reader, "waste-banks")
    assert [row["id"] for row in rows] == [row[0] for row in shown]
    assert {row["type"] for row in rows} == {"WasteBank"}
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="makassar-waste-banks-')
    provided = [name for name in rows[0] if name.endswith(".provider") and any(row[name] for row in rows)]
    assert provided
    for row in rows:
        assert row["sources"] or not any(row[name] for name in provided)


async def test_a_layer_as_geojson_has_geometries_sources_and_its_moment(reader: httpx.AsyncClient) -> None:
    answer = await file(reader, layer="puskesmas", format="geojson")
    told = answer.json()
    assert len(told["features"]) == 37
    assert all(one["geometry"]["type"] == "Point" for one in told["features"])
    assert told["features"][0]["properties"]["name"]
    assert (told["pinisi"]["city"], told["pinisi"]["clock"]) == ("Makassar", "live")
    assert told["pinisi"]["sources"][0]["id"].startswith("urn:ngsi-ld:DataSource:")


async def test_without_duckdb_parquet_is_refused_with_the_command_that_brings_it(
    reader: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)  # as Python knows a package that is not there
    answer = await reader.get(f"{OURS}/export", params={"layer": "puskesmas", "format": "parquet"})
    assert answer.status_code == 501
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "Parquet needs DuckDB: install it with  pip install 'pinisi[analytics]'"
    assert len(table(await file(reader, layer="puskesmas", format="csv"))) == 37


async def test_parquet_has_types_and_says_what_it_is(reader: httpx.AsyncClient, tmp_path: Path) -> None:
    path = tmp_path / "layer.parquet"
    path.write_bytes((await file(reader, layer="puskesmas", format="parquet")).content)
    with duckdb.connect() as connection:
        columns = {row[0]: row[1] for row in connection.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()}
        names = {row[0] for row in connection.execute(f"SELECT name FROM '{path}'").fetchall()}
        note = connection.execute(f"SELECT value FROM parquet_kv_metadata('{path}') WHERE key = 'pinisi'").fetchone()
    assert (columns["id"], columns["lon"]) == ("VARCHAR", "DOUBLE")
    assert names == {row[1] for row in await layer(reader, "puskesmas")}
    assert note is not None
    assert msgspec.json.decode(note[0])["layer"] == "puskesmas"


async def test_a_value_over_time_is_exported_with_both_times_and_its_writer(
    demo: httpx.AsyncClient, tmp_path: Path
) -> None:
    id = (await layer(demo, "puskesmas"))[0][0]
    for hour, value in ((6, 2.5), (8, 3.5), (7, 3.0)):
        body = {"waterLevel": {"type": "Property", "value": value, "observedAt": f"2026-01-01T0{hour}:00:00Z"}}
        assert (await demo.post(entity_path(id, "/attrs"), json=body, headers=LINK)).status_code == 204
    rows = table(await file(demo, entity=id, attribute="waterLevel", format="csv"))
    assert [(row["observedAt"], row["value"]) for row in rows] == [
        ("2026-01-01T06:00:00Z", "2.5"), ("2026-01-01T07:00:00Z", "3.0"), ("2026-01-01T08:00:00Z", "3.5"),
    ]  # fmt: skip
    assert all(row["receivedAt"] and row["writtenBy"] for row in rows)
    path = tmp_path / "series.parquet"
    path.write_bytes((await file(demo, entity=id, attribute="waterLevel", format="parquet")).content)
    with duckdb.connect() as connection:
        read = f"SELECT typeof(observedAt), epoch(observedAt), value FROM '{path}' ORDER BY observedAt"
        first = connection.execute(read).fetchone()
    assert first == ("TIMESTAMP WITH TIME ZONE", 1767247200, 2.5)
    refused = await demo.get(f"{OURS}/export", params={"entity": id, "attribute": "waterLevel", "format": "geojson"})
    assert (refused.status_code, refused.json()["detail"][:7]) == (400, "format:")


async def test_text_that_a_spreadsheet_would_run_is_made_harmless_and_numbers_stay(demo: httpx.AsyncClient) -> None:
    id = (await layer(demo, "puskesmas"))[0][0]
    body = {"name": {"type": "Property", "value": '=HYPERLINK("http://evil","x")'}}
    assert (await demo.patch(entity_path(id, "/attrs"), json=body, headers=LINK)).status_code == 204
    rows = {row["id"]: row for row in table(await file(demo, layer="puskesmas", format="csv"))}
    assert rows[id]["name"] == '\'=HYPERLINK("http://evil","x")'
    assert float(rows[id]["lat"]) < 0


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1"])
def test_every_beginning_of_a_formula_is_known(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"
    assert [harmless(kept) for kept in (-1, -1.5, None, "a=b")] == [-1, -1.5, None, "a=b"]


async def test_a_past_layer_says_which_moment_it_is(demo: httpx.AsyncClient) -> None:
    at = "2026-01-01T07:00:00+08:00"
    answer = await file(demo, layer="puskesmas", format="geojson", at=at)
    assert answer.json()["features"] == []
    assert answer.json()["pinisi"]["at"] == "2025-12-31T23:00:00Z"
    assert "-past-20251231T2300Z.geojson" in answer.headers["content-disposition"]


async def test_who_took_what_stands_in_the_audit_trail(fresh: Opened, demo: httpx.AsyncClient) -> None:
    before = await fresh.position()
    await file(demo, layer="puskesmas", format="csv")
    (entry,) = (await fresh.house.store.log(fresh.house.default_tenant, before, 10)).entries
    assert (entry.op, entry.subject, entry.principal) == ("audit", "layer puskesmas", "demo")
    assert msgspec.json.decode(entry.detail or b"") == {"act": "exported", "count": 37, "format": "csv"}


async def test_a_limited_reader_exports_what_he_sees(lived_in: Opened) -> None:
    cookie = await lived_in.account("pengekspor", Assignment(role="viewer", areas=frozenset({"73.71.09"})))
    async with lived_in.client(cookie=cookie) as client:
        rows, shown = table(await file(client, layer="puskesmas")), await layer(client, "puskesmas")
        times = (await client.get(f"{OURS}/timeline", params={"buckets": "3"})).json()
    assert [row["id"] for row in rows] == [row[0] for row in shown] != []
    async with lived_in.client(cookie=await lived_in.cookie("ani")) as client:
        all_times = (await client.get(f"{OURS}/timeline", params={"buckets": "3"})).json()
    assert 0 < total(times) < total(all_times)


def total(timeline: dict[str, Any]) -> int:
    return sum(n for bucket in timeline["buckets"] for n in bucket.values())


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ({}, 400, "layer"),
        ({"layer": "puskesmas", "format": "xlsx"}, 400, "format"),
        ({"layer": "nothing"}, 404, "no layer"),
        ({"entity": "urn:x:1"}, 400, "layer"),
        ({"entity": "urn:x:1", "attribute": "name"}, 404, "nothing is known"),
        ({"layer": "puskesmas", "at": "soon"}, 400, "at"),
        ({"entity": "urn:x:1", "attribute": "name", "from": "soon"}, 400, "from"),
    ],
)
async def test_an_export_that_cannot_be_is_refused_in_words(
    reader: httpx.AsyncClient, query: dict[str, str], status: int, word: str
) -> None:
    answer = await reader.get(f"{OURS}/export", params=query)
    assert answer.status_code == status
    assert word in answer.json()["detail"]


async def test_the_timeline_counts_by_type_from_the_first_moment_to_now(reader: httpx.AsyncClient) -> None:
    told = (await reader.get(f"{OURS}/timeline", params={"buckets": "10"})).json()
    assert len(told["buckets"]) == 10
    assert told["read"] == told["entities"] > 1_000
    assert told["from"] <= told["begun"] <= told["now"] <= told["to"]
    assert set(told["types"]["HealthFacility"]) == {"id", "en", "ja"}
    assert sum(bucket.get("HealthFacility", 0) for bucket in told["buckets"]) > 37


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"from": "yesterday"}, "from"),
        ({"from": "2026-01-02T00:00:00Z", "to": "2026-01-01T00:00:00Z"}, "from"),
        ({"buckets": "0"}, "buckets"),
        ({"known": "later"}, "known"),
    ],
)
async def test_a_timeline_that_cannot_be_is_refused_with_the_field(
    reader: httpx.AsyncClient, query: dict[str, str], field: str
) -> None:
    answer = await reader.get(f"{OURS}/timeline", params=query)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(field)
