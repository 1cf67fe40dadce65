"""What services show: tiles, panels, sections of a monthly report, as data and as numbers, for whom may see them."""

import csv
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, ROOT, Opened, open_house

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
ORIGIN = "http://127.0.0.1:9090"
SECTION = f"{OURS}/sections/air-of-the-month"
UJUNG, DARAT, TUA = (f"urn:ngsi-ld:AirQualityIndex:{name}" for name in ("ujung", "darat", "tua"))
STATION = "urn:ngsi-ld:AirQualityObserved:ujung"
NOW = datetime.now(UTC).replace(microsecond=0)
LAST = ((NOW - timedelta(days=1)).replace(day=1) - timedelta(days=3)).replace(day=1, hour=5, minute=0, second=0)
"""Noon in Surabaya of the first day of a month that was over yesterday: what is hours old is of a later one."""
MONTH = f"{LAST:%Y-%m}"
CARD = "urn:ngsi-ld:DataSource:environment.air-index"


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def told(value: Any, at: datetime, **more: Any) -> dict[str, Any]:
    method = {"type": "Property", "value": "modelled"}
    return {
        "type": "Property",
        "value": value,
        "observedAt": moment(at),
        "method": method,
        "provider": {"type": "Relationship", "object": CARD},
    } | more


async def say(client: httpx.AsyncClient, id: str, at: datetime, **values: Any) -> None:
    """One moment of an entity, written as anybody may."""
    attributes = {name: told(value, at) for name, value in values.items()}
    entity = {"id": id, "type": id.split(":")[2], **attributes}
    answer = await client.post(f"{NGSI}/entityOperations/upsert", params={"options": "update"}, json=[entity])
    assert answer.status_code in (201, 204), answer.text


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """Surabaya with three indices: bad last month and now, good, and too old."""
    async with open_house(tmp_path_factory.mktemp("views") / "data", ROOT / "cities" / "surabaya") as made:
        async with made.client(link=PINISI_CONTEXT) as client:
            off = await client.post(f"{OURS}/services/environment", json={"on": False})  # nothing is added by itself
            assert off.status_code == 200, off.text
            for day, value in enumerate((80, 110, 130, 60)):
                await say(client, UJUNG, LAST + timedelta(days=day), ispu=value, name="Ujung", ispuCategory="moderate")
            await say(client, UJUNG, LAST + timedelta(days=1), ispu=120)
            await say(client, DARAT, LAST, ispu=90, name="Darat", ispuCategory="moderate")
            await say(client, TUA, NOW - timedelta(hours=10), ispu=300, name="Tua", ispuCategory="hazardous")
            await say(client, UJUNG, NOW - timedelta(hours=1), ispu=150, ispuCategory="unhealthy")
            await say(client, DARAT, NOW - timedelta(hours=1), ispu=90)
            await say(client, STATION, NOW, temperature=31, airQualityIndex=152, name="Ujung", windSpeed=3, pm25=55)
        yield made


@pytest.fixture
async def client(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.client() as made:
        yield made


async def read(client: httpx.AsyncClient, path: str, status: int = 200, **query: Any) -> Any:
    answer = await client.get(path, params=query)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_what_services_declare_is_served_as_data(client: httpx.AsyncClient) -> None:
    views = await read(client, f"{OURS}/views")
    (tile,) = views["tiles"]
    assert (tile["id"], tile["service"], tile["now"]) == ("air-over-limit", "environment", True)
    assert (tile["formula"]["kind"], tile["formula"]["above"], set(tile["title"])) == ("count", 100, {"id", "en", "ja"})
    panels = {panel["type"]: panel for panel in views["panels"]}
    assert panels["AirQualityObserved"]["charts"][0] == {"attribute": "pm25", "hours": 72}
    (section,) = views["sections"]  # of earthquakes nothing is written here
    assert (section["id"], section["tiles"], len(section["columns"])) == ("air-of-the-month", ["air-over-limit"], 4)


async def test_a_tile_counts_what_is_above_the_limit_now_with_its_source_and_age(client: httpx.AsyncClient) -> None:
    (tile,) = (await read(client, f"{OURS}/tiles"))["tiles"]
    assert (tile["value"], tile["n"], tile["missing"]) == (1, 2, 1)
    assert (tile["method"], tile["provider"]) == ("modelled", CARD)
    assert tile["observedAt"] == moment(NOW - timedelta(hours=1))
    assert tile["derived"]["en"] == "1 of 2 with ISPU above 100"


async def test_it_stands_on_now_behind_the_tiles_of_the_city(client: httpx.AsyncClient) -> None:
    tiles = (await read(client, f"{OURS}/now"))["tiles"]
    assert [(tile["id"], tile["service"]) for tile in tiles] == [
        ("ispu", None),
        ("us-aqi", None),
        ("air-over-limit", "environment"),
    ]


async def test_why_a_tile_leads_to_the_values_that_it_compared_the_greatest_first(client: httpx.AsyncClient) -> None:
    tree = await read(client, f"{OURS}/indicators/air-over-limit/lineage")
    assert tree["made"]["rule"]["en"] == "1 of 2 with ISPU above 100"
    assert [(each["entity"], each["value"]) for each in tree["inputs"]] == [(UJUNG, 150), (DARAT, 90)]


async def test_a_place_shows_what_its_panel_names_first(client: httpx.AsyncClient) -> None:
    place = await read(client, f"{OURS}/places/{quote(STATION, safe='')}")
    panel = place["panel"]
    assert (panel["service"], panel["title"]["en"]) == ("environment", "The air at this station")
    assert [fact["attribute"] for fact in place["facts"]] == ["pm25", "airQualityIndex", "temperature", "windSpeed"]
    assert [chart["attribute"] for chart in panel["charts"]] == ["pm25", "airQualityIndex"]
    card = await read(client, f"{OURS}/places/urn:ngsi-ld:DataSource:iqair-surabaya")
    assert card["panel"] is None


async def test_a_section_sums_up_a_month_that_is_over(client: httpx.AsyncClient) -> None:
    section = await read(client, SECTION, period=MONTH)
    assert (section["service"], section["period"], section["count"], section["cut"]) == ("environment", MONTH, 2, False)
    darat, ujung = section["rows"]
    assert (darat["name"], [cell["value"] for cell in darat["cells"][:3]]) == ("Darat", [90, 90, 0])
    mean, highest, days, category = ujung["cells"]
    assert [cell["value"] for cell in (mean, highest, days)] == [97.5, 130, 2]
    assert (days["unit"], mean["n"], mean["method"], mean["provider"]) == (None, 4, "modelled", CARD)
    assert mean["derived"]["en"] == f"ISPU: mean of the values of {MONTH} (n = 4)"
    assert days["derived"]["en"] == f"ISPU: days of {MONTH} with a value above 100, out of 4 with values (n = 4)"
    assert (category["value"], category["valueText"]["en"]) == ("moderate", "moderate")
    assert section["asOf"] < moment(NOW)


async def test_this_month_is_shown_as_far_as_it_went(client: httpx.AsyncClient) -> None:
    section = await read(client, SECTION)
    assert (section["asOf"], section["tiles"][0]["value"], section["count"]) == (None, 1, 3)
    assert {row["name"] for row in section["rows"]} == {"Darat", "Tua", "Ujung"}


async def test_a_day_is_one_of_the_citys_own_time(opened: Opened, client: httpx.AsyncClient) -> None:
    """18:00 UTC of a month's last day is the next month in Surabaya."""
    first = await read(client, SECTION, period=f"{LAST:%Y-%m-%d}")
    values = {row["name"]: row["cells"][0]["value"] for row in first["rows"]}
    assert values == {"Darat": 90, "Ujung": 80}
    next_day = await read(client, SECTION, period=f"{LAST + timedelta(days=1):%Y-%m-%d}")
    assert {row["name"]: row["cells"][0]["value"] for row in next_day["rows"]} == {"Darat": None, "Ujung": 120}


async def test_why_a_cell_leads_to_the_values_of_its_month(client: httpx.AsyncClient) -> None:
    tree = await read(client, f"{SECTION}/lineage", period=MONTH, entity=UJUNG, column=0)
    assert (tree["value"], tree["label"]["en"], tree["made"]["kind"]) == (97.5, "Mean ISPU", "indicator")
    (window,) = tree["inputs"]
    assert window["window"]["values"] == 4
    assert [each["value"] for each in window["inputs"]][:2] == [60, 130]
    last = await read(client, f"{SECTION}/lineage", period=MONTH, entity=UJUNG, column=3)
    assert (last["attribute"], last["value"]) == ("ispuCategory", "moderate")


async def test_a_section_is_taken_away_as_rows_of_numbers_with_their_sources(client: httpx.AsyncClient) -> None:
    answer = await client.get(SECTION, params={"period": MONTH, "format": "csv", "lang": "en"})
    assert answer.headers["content-disposition"] == f'attachment; filename="air-of-the-month-{MONTH}.csv"'
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 1 + 2 * 4
    (mean,) = [row for row in rows if row["entity"] == UJUNG and row["number"] == "Mean ISPU"]
    assert (mean["section"], mean["value"], mean["n"], mean["sources"]) == ("Air of the month", "97.5", "4", CARD)


@pytest.mark.parametrize(
    ("path", "query", "status", "words"),
    [
        ("", {"period": "2026-13"}, 400, "period"),
        ("", {"period": "soon"}, 400, "period"),
        ("", {"period": "9999"}, 400, "period"),
        ("", {"period": "2999-01"}, 400, "has not begun yet"),
        ("", {"format": "xml"}, 400, "format"),
        ("", {"format": "csv", "lang": "xx"}, 400, "lang"),
        ("", {"at": "never"}, 400, "at"),
        ("/lineage", {"column": "9", "entity": UJUNG}, 400, "column"),
        ("/lineage", {"column": "x", "entity": UJUNG}, 400, "column"),
        ("/lineage", {"column": "0"}, 404, "no row"),
        ("/lineage", {"column": "0", "entity": STATION}, 404, "no row"),
    ],
)
async def test_a_question_that_makes_no_sense_is_told_with_its_field(
    client: httpx.AsyncClient, path: str, query: dict[str, str], status: int, words: str
) -> None:
    answer = await client.get(f"{SECTION}{path}", params=query)
    assert (answer.status_code, words in answer.text) == (status, True), answer.text


async def test_a_section_that_nobody_shows_here_is_not_there(client: httpx.AsyncClient) -> None:
    await read(client, f"{OURS}/sections/earthquakes-of-the-month", 404)


async def test_at_a_moment_of_the_past_it_is_what_was_known_then(client: httpx.AsyncClient) -> None:
    """All of it was received only now."""
    then = await read(client, SECTION, period=MONTH, at=moment(LAST + timedelta(days=20)))
    assert then["rows"] == []
    now = await read(client, SECTION, period=MONTH, at=moment(LAST + timedelta(days=20)), known="now")
    assert [row["cells"][1]["value"] for row in now["rows"]] == [90, 130]


async def test_each_reader_counts_what_he_may_see(opened: Opened) -> None:
    """The last of this file: from here on the house has accounts."""
    expand = opened.house.pinisi_table.expand_term
    await opened.account("ani", Assignment(role="administrator"))
    banks = await opened.account("bela", Assignment(role="viewer", types=frozenset({expand("WasteBank")})))
    names = frozenset({expand("name"), expand("ispuCategory")})
    narrow = await opened.account("nara", Assignment(role="viewer", attributes=names))
    async with opened.client(cookie=banks, origin=ORIGIN) as client:
        section = await read(client, SECTION, period=MONTH)
        assert (section["rows"], section["count"], section["tiles"][0]["value"]) == ([], 0, None)
        await read(client, f"{SECTION}/lineage", 404, period=MONTH, entity=UJUNG, column=0)
    async with opened.client(cookie=narrow, origin=ORIGIN) as client:
        section = await read(client, SECTION, period=MONTH)
        assert section["tiles"][0]["value"] is None
        shown = [[cell["value"] for cell in row["cells"]] for row in section["rows"]]
        assert shown == [[None, None, None, "moderate"]] * 2
        await read(client, f"{SECTION}/lineage", 404, period=MONTH, entity=UJUNG, column=0)
