"""The air of Surabaya, lived through again from a golden cut of its real hours: services make of it what they make of
live data, and the city shows it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile
from typing import Any
from urllib.parse import quote

import pytest
from house_at_hand import OURS, ROOT, open_house
from replay_at_hand import Played

from patience import PATIENCE

pytestmark = pytest.mark.anyio
SURABAYA = "replay-surabaya-air"
HOURS = ROOT / "tests" / "services" / "environment_examples" / "aqi_surabaya_cut.csv"
INDEX = "urn:ngsi-ld:AirQualityIndex:surabaya"


@pytest.fixture
async def replayed(tmp_path: Path) -> AsyncIterator[Played]:
    """The house of Surabaya; its replay stands at the end of 16 April 2025, after five days of real hours."""
    folder = tmp_path / "recordings" / "airquality"
    folder.mkdir(parents=True)
    copyfile(HOURS, folder / "aqi_surabaya_hourly.csv")
    city, from_ = ROOT / "cities" / "surabaya", tmp_path / "recordings"
    async with open_house(tmp_path / "data", city, data_from=from_) as opened, opened.client() as client:
        played = Played(opened, client)
        await played.start("surabaya-air", paused=True, **{"from": "2025-04-17T00:00:00Z"})
        await played.until(SURABAYA, "paused")
        yield played


async def read(played: Played, path: str, **query: str) -> Any:
    answer = await played.client.get(f"{OURS}/{path}", params={"tenant": SURABAYA, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def index_row(played: Played) -> dict[str, Any]:
    """The row of the station's index once it is computed."""
    async with asyncio.timeout(PATIENCE):
        while not (found := await read(played, "layers/air-index"))["rows"]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    (row,) = found["rows"]
    return dict(zip(found["columns"], row, strict=True))


async def test_a_replay_shows_the_layers_that_reactions_fill(replayed: Played) -> None:
    layers = {layer["id"]: layer["service"] for layer in (await read(replayed, "city"))["layers"]}
    assert layers["air-index"] == "environment"
    row = await index_row(replayed)
    assert (row["id"], row["name"], row["ispuBasis"]) == (INDEX, "Surabaya", "us-aqi")
    assert 0 < row["ispu"] <= 500 and row["goodHours"] >= 18
    tiles = {tile["id"]: tile["value"] for tile in (await read(replayed, "now"))["tiles"]}
    assert 0 < tiles["ispu"] <= 500 and tiles["us-aqi"] > 0


async def test_why_this_index_leads_to_the_replayed_hours(replayed: Played) -> None:
    await index_row(replayed)
    told = await read(replayed, f"entities/{quote(INDEX, safe='')}/lineage", attribute="ispu")
    made, inputs = told["made"], told["inputs"]
    assert (made["kind"], made["service"], made["reaction"]) == ("reaction", "environment", "air-index")
    assert {each["method"] for each in inputs if each["attribute"] == "airQualityIndex"} == {"replayed"}


async def test_unhealthy_air_of_a_replay_is_an_exercise_and_no_event_of_the_city(replayed: Played) -> None:
    raised = await replayed.incidents(SURABAYA)
    here = (await replayed.client.get(f"{OURS}/incidents")).json()
    assert {(each["subject"], each["exercise"]) for each in raised["incidents"]} == {(INDEX, True)}
    assert here["count"] == 0
