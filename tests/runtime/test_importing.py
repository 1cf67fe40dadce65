"""An examined file is loaded once, by differences; what cannot be waits, and a corrected row takes its place."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pinisi.city.context import context_bytes
from pinisi.city.facts import source_id
from pinisi.city.importing.doctor import City, city_of
from pinisi.city.importing.opening import open_content
from pinisi.city.importing.proposal import propose
from pinisi.city.profile import load_profile
from pinisi.context.contexts import Contexts
from pinisi.context.payload import read_entity
from pinisi.context.term_table import TermTable
from pinisi.runtime.importing import File, Import, digest_of, imports_of, load_file
from pinisi.runtime.quarantine import rows_of
from pinisi.runtime.traced import TracedReader
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM
from pinisi.vocabulary.terms import DATA_QUALITY, LOCATION, PINISI

pytestmark = pytest.mark.anyio
NOW = 1_764_000_000_000_000
GOLDEN = Path(__file__).parents[1] / "city" / "importing" / "golden"
WELLS = "kode,nama,lat,lon,luas_m2\nA,Satu,-5.11,119.42,12\nB,Dua,119.43,-5.12,7\nC,Tiga,-5.13,119.44,{area}\n"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def city() -> City:
    return city_of(load_profile(Path(__file__).parents[2] / "cities" / "makassar"))


@pytest.fixture(scope="session")
def table() -> TermTable:
    contexts = Contexts({"urn:pinisi:context": msgspec.json.decode(context_bytes())}, lambda _url: None)
    return contexts.table("urn:pinisi:context")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    async with SqliteStore(tmp_path / "tenants", lambda: NOW) as store:
        yield store


async def load(store: SqliteStore, table: TermTable, city: City, name: str, content: bytes) -> Import:
    sheet = open_content(name, content)
    file = File(sheet, propose(sheet, "2026-11-25").register, digest_of(content))
    return (await load_file(store, "city", table, city, file, SYSTEM, NOW))[0]


async def entity(store: SqliteStore, code: str) -> Any:
    record = await store.entity("city", f"urn:ngsi-ld:Thing:wells-{code}", EVERYTHING)
    return None if record is None else record.entity


async def test_rows_that_are_right_are_loaded_and_the_others_wait_with_row_and_reason(
    store: SqliteStore, table: TermTable, city: City
) -> None:
    made = await load(store, table, city, "wells.csv", WELLS.format(area="viel").encode())
    assert (made.rows, made.accepted, made.rejected, made.changed) == (3, 2, 1, 2)
    ((_, row),) = await rows_of(store, "city")
    assert (row.source, row.row, row.code, row.origin) == ("wells", "3", "swapped", "wells.csv")
    assert row.reason.en == "longitude -5.12 and latitude 119.43 look swapped"
    assert row.proposed == {"lat": "-5.12", "lon": "119.43"}
    assert (await entity(store, "a")).attributes[LOCATION][0].value["coordinates"] == [119.42, -5.11]


async def test_the_same_file_again_changes_nothing(store: SqliteStore, table: TermTable, city: City) -> None:
    content = (GOLDEN / "waste-facilities.geojson").read_bytes()
    first = await load(store, table, city, "waste.geojson", content)
    again = await load(store, table, city, "waste.geojson", content)
    assert (first.accepted, first.changed, again.changed) == (46, 46, 0)
    assert len(await imports_of(store, "city")) == 1


async def test_a_corrected_file_replaces_what_waited_and_makes_no_duplicate(
    store: SqliteStore, table: TermTable, city: City
) -> None:
    await load(store, table, city, "wells.csv", WELLS.format(area="5").encode())
    corrected = WELLS.format(area="5").replace("119.43,-5.12", "-5.12,119.43")
    made = await load(store, table, city, "wells.csv", corrected.encode())
    assert (made.accepted, made.changed, made.rejected) == (3, 1, 0)
    assert await rows_of(store, "city") == []
    assert (await store.type_counts("city", EVERYTHING))["https://uri.etsi.org/ngsi-ld/default-context/Thing"] == 3


async def test_a_fault_that_is_gone_takes_its_flag_away(store: SqliteStore, table: TermTable, city: City) -> None:
    await load(store, table, city, "wells.csv", WELLS.format(area="0").encode())
    assert DATA_QUALITY in (await entity(store, "c")).attributes
    await load(store, table, city, "wells.csv", WELLS.format(area="4").encode())
    assert DATA_QUALITY not in (await entity(store, "c")).attributes


async def test_the_card_of_the_source_counts_the_file_and_each_value_leads_to_it(
    store: SqliteStore, table: TermTable, city: City
) -> None:
    made = await load(store, table, city, "wells.csv", WELLS.format(area="5").encode())
    card = await store.entity("city", source_id("wells"), EVERYTHING)
    assert card is not None
    (listed,) = card.entity.attributes[PINISI + "files"][0].value
    assert (listed["rows"], listed["rejected"], listed["sha256"]) == (3, 1, made.digest)
    area = (await entity(store, "a")).attributes[PINISI + "area"][0]
    assert area.attributes[PINISI + "provider"][0].value == source_id("wells")


async def test_a_series_becomes_the_history_of_one_entity(store: SqliteStore, table: TermTable, city: City) -> None:
    content = (GOLDEN / "aqi-surabaya.csv").read_bytes()
    made = await load(store, table, city, "aqi.csv", content)
    (story,) = await store.stories(
        "city", ["urn:ngsi-ld:AirQualityObserved:aqi"], HistoryQuery(limit=20_000), EVERYTHING
    )
    values = [moment for moment in story.moments if moment.attribute.endswith("aqius")]
    assert len({moment.observed for moment in values}) == made.accepted == 292


async def test_an_entity_that_the_context_refuses_waits_like_any_row(
    store: SqliteStore, table: TermTable, city: City
) -> None:
    documents = [
        {"id": "urn:ngsi-ld:X:1", "type": "X", "speed": {"type": "Property", "value": 1}},
        {"id": "urn:ngsi-ld:X:2", "type": "X", "speed": {"type": "Property", "value": 1, "observedAt": "soon"}},
    ]
    made = await load(store, table, city, "x.jsonld", msgspec.json.encode(documents))
    assert (made.accepted, made.rejected) == (1, 1)
    ((_, row),) = await rows_of(store, "city")
    assert row.key == "urn:ngsi-ld:X:2"
    assert "observedAt" in row.reason.en


def test_traces_read_once_say_what_they_say_when_read_each_time(table: TermTable, city: City) -> None:
    from pinisi.city.importing.doctor import examine

    sheet = open_content("waste.geojson", (GOLDEN / "waste-facilities.geojson").read_bytes())
    diagnosis = examine(sheet, propose(sheet, "2026").register, city)
    reader = TracedReader(table)
    for each in diagnosis.accepted:
        assert reader.read(each.entity) == read_entity(each.entity, table)
