"""The report of a service on paper: its sections of a period, each number with source, age and method, read back."""

import io
import shutil
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, ROOT, Opened, open_house
from pypdf import PdfReader

from pinisi.city.period import NotAPeriod
from pinisi.console.report_period import chosen_period, days_of

pytestmark = pytest.mark.anyio
REPORT = f"{OURS}/reports/mobility"
LIVE = """
[[sources]]
id = "controllers"
kind = "mobility.rsmp"
options = { sites = [] }

[[sources]]
id = "counts"
kind = "mobility.turning-counts"

[[sources]]
id = "speeds"
kind = "mobility.speeds-csv"
"""
NOW = datetime.now(UTC).replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1)
CARD = "urn:ngsi-ld:DataSource:counts"
SHADOW = "urn:ngsi-ld:Dataset:signal-shadow"


def written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def told(value: Any, at: datetime, method: str, unit: str | None = None, dataset: str | None = None) -> dict[str, Any]:
    more = {} if unit is None else {"unitCode": unit}
    more |= {} if dataset is None else {"datasetId": dataset}
    provider = {"type": "Relationship", "object": CARD}
    said = {"type": "Property", "value": method}
    return {"type": "Property", "value": value, "observedAt": written(at), "method": said, "provider": provider} | more


async def say(client: httpx.AsyncClient, id: str, **values: Any) -> None:
    entity = {"id": id, "type": id.split(":")[2], **values}
    answer = await client.post(f"{NGSI}/entityOperations/upsert", params={"options": "update"}, json=[entity])
    assert answer.status_code in (201, 204), answer.text


@pytest.fixture(scope="module")
async def opened(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    """Makassar with a count of yesterday in two intervals, and a junction of which part is simulated."""
    folder = tmp_path_factory.mktemp("paper")
    city = folder / "city"
    shutil.copytree(ROOT / "cities" / "makassar", city, ignore=shutil.ignore_patterns("building", "build.py"))
    (city / "live.toml").write_text(LIVE)
    async with open_house(folder / "data", city) as made:
        async with made.client(link=PINISI_CONTEXT) as client:
            off = await client.post(f"{OURS}/services/mobility", json={"on": False})
            assert off.status_code == 200, off.text
            count = "urn:ngsi-ld:TurningCount:toll-utara-through"
            for minutes, bikes in ((0, 700), (15, 534)):
                at = YESTERDAY.replace(hour=3, minute=minutes, second=0)
                await say(
                    client,
                    count,
                    name=told("Tol, utara, lurus", at, "measured"),
                    motorcycles=told(bikes, at, "measured"),
                    countedMinutes=told(15, at, "measured", "MIN"),
                )
            at = YESTERDAY.replace(hour=4, minute=0, second=0)
            junction = "urn:ngsi-ld:Junction:penghibur"
            await say(
                client,
                junction,
                name=told("Penghibur", at, "reported"),
                signalControl=told("acyclic", at, "reported"),
                queuedVehicles=told(12, at, "simulated", "C62"),
                shadowGain=told(21.5, at, "modelled", "P1", SHADOW),
            )
        yield made


@pytest.fixture
async def client(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.client() as made:
        yield made


def days() -> str:
    return f"{YESTERDAY - timedelta(days=1):%Y-%m-%d}/{NOW:%Y-%m-%d}"


def words(pdf: bytes) -> str:
    """All words of a PDF, without the spaces and line ends that are only layout."""
    return "".join("".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "id",
            ("Laporanlayanan", "Hitungansimpang", "1.234[a]", "[a]terukur·sumber:", "21,5[", "hasilmodel",
             "12(simulasi)[", "1dari"),
        ),
        (
            "en",
            ("Servicereport", "Countsatjunctions", "1,234[a]", "[a]measured·source:", "21.5[", "modelled",
             "12(simulated)[", "numbersaresimulatedorreplayed", "oldattheendoftheperiod"),
        ),
        ("ja", ("サービス報告書", "交差点の交通量調査", "1,234[a]", "[a]実測", "12(模擬)[", "影の利得")),
    ],
)  # fmt: skip
async def test_the_report_is_read_back_with_method_source_and_age(
    client: httpx.AsyncClient, language: str, said: tuple[str, ...]
) -> None:
    answer = await client.get(REPORT, params={"period": days(), "lang": language})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    text = words(answer.content)
    assert [each for each in said if each not in text] == []


async def test_as_data_it_is_the_same_document(client: httpx.AsyncClient) -> None:
    answer = (await client.get(REPORT, params={"period": days(), "lang": "en", "format": "json"})).json()
    counts = next(each for each in answer["sections"] if each["heading"] == "Counts at junctions")
    assert counts["rows"][0]["cells"][:4] == ["Tol, utara, lurus", "30 [a]", "–", "1,234 [a]"]
    assert counts["columns"][1] == "Counted (min)"
    assert [figure["label"] for figure in answer["figures"]][1] == "Simulated or replayed"
    assert answer["figures"][1]["value"] == "2"  # the mean and the most of what was queued


async def test_of_a_day_without_anything_it_says_so_and_lists_no_number(client: httpx.AsyncClient) -> None:
    answer = (await client.get(REPORT, params={"period": "2020-02-01", "format": "json", "lang": "en"})).json()
    assert answer["title"] == "Mobility: 1 Feb 2020"
    cells = [cell for section in answer["sections"] for row in section["rows"] for cell in row["cells"]]
    assert not [cell for cell in cells if "[" in cell]
    assert answer["figures"][0]["value"] == answer["figures"][3]["value"] != "0"  # none of them is known


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"period": "2026-11-07/2026-11-01"}, "period"),
        ({"period": "2026-11/2026-12"}, "period"),
        ({"period": "2020-01-01/2026-01-01"}, "period"),
        ({"period": "last-year"}, "period"),
        ({"period": "2999-01"}, "period"),
        ({"lang": "fr"}, "lang"),
        ({"format": "docx"}, "format"),
    ],
)
async def test_what_cannot_be_is_refused_by_name(client: httpx.AsyncClient, query: dict[str, str], field: str) -> None:
    answer = await client.get(REPORT, params=query)
    assert answer.status_code == 400
    assert field in answer.json()["detail"]


async def test_a_service_without_sections_here_has_no_report(client: httpx.AsyncClient) -> None:
    for name in ("flood", "nothing"):
        assert (await client.get(f"{OURS}/reports/{name}")).status_code == 404


def test_names_of_periods_mean_whole_days_weeks_and_months() -> None:
    thursday = date(2026, 11, 26)
    assert chosen_period("yesterday", thursday) == "2026-11-25"
    assert chosen_period("last-week", thursday) == "2026-11-16/2026-11-22"
    assert chosen_period("last-month", thursday) == "2026-10"
    assert chosen_period("2026-Q3", thursday) == "2026-Q3"
    assert days_of("2026-11-16/2026-11-22") == (date(2026, 11, 16), date(2026, 11, 23))
    with pytest.raises(NotAPeriod):
        days_of("2026-11-16/")
