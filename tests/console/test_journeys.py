"""Journeys over HTTP: a timetable put into its folder is asked for journeys and reach; bad calls are refused."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from house_at_hand import OURS, Opened, copy_data, open_house

from loaded_city import MAKASSAR
from patience import PATIENCE
from pinisi.services.mobility.gtfs_zip import zipped

sys.path.append(str(Path(__file__).parents[1] / "services" / "mobility"))
from gtfs_feeds import feed

pytestmark = pytest.mark.anyio
JOURNEYS, REACH = f"{OURS}/services/mobility/journeys", f"{OURS}/services/mobility/transit-reach"
ENDS = {"from": "119.41,-5.13", "to": "119.47,-5.12"}
SIX = {"depart": "2026-11-26T05:50:00+08:00"}
SOURCE = '\n[[sources]]\nid = "buses"\nkind = "mobility.gtfs"\noptions = { feed = "trial", path = "gtfs" }\n'


@pytest.fixture(scope="module")
async def rider(template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a city in which a timetable has been put into its folder."""
    folder = tmp_path_factory.mktemp("journeys")
    city = Path(shutil.copytree(MAKASSAR, folder / "makassar"))
    with (city / "live.toml").open("a") as live:
        live.write(SOURCE)
    data = copy_data(template, folder / "data")
    (data / "gtfs").mkdir()
    (data / "gtfs" / "trial.zip").write_bytes(zipped(feed()))
    async with open_house(data, city) as opened, opened.client() as client:
        await _taken_in(client)
        yield client


async def _taken_in(client: httpx.AsyncClient) -> None:
    for _ in range(round(PATIENCE * 10)):
        answer = await client.get(JOURNEYS, params={**ENDS, **SIX})
        if answer.json().get("timetable"):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(answer.text)


async def test_a_journey_tells_its_line_its_stops_and_how_far_to_trust_it(rider: httpx.AsyncClient) -> None:
    answer = (await rider.get(JOURNEYS, params={**ENDS, **SIX})).json()
    (found,) = answer["journeys"]
    (leg,) = found["legs"]
    assert (leg["line"], leg["route"], leg["trip"]) == ("A", "urn:ngsi-ld:GtfsRoute:trial:A", "t")
    assert (leg["origin"]["name"], leg["goal"]["entity"]) == ("Sentral", "urn:ngsi-ld:GtfsStop:trial:c")
    assert (leg["depart"], leg["arrive"]) == ("2026-11-25T22:00:00Z", "2026-11-25T22:50:00Z")
    assert leg["way"] == [[119.41, -5.13], [119.43, -5.11], [119.47, -5.12]]
    assert (answer["method"], answer["timetable"]["begin"], answer["timetable"]["approximate"]) == (
        "modelled",
        "2026-01-01",
        0.0,
    )
    assert "1.3" in answer["notes"][-1]["en"] and "1,3" in answer["notes"][-1]["id"]


async def test_who_must_be_there_in_time_is_told_when_to_leave(rider: httpx.AsyncClient) -> None:
    answer = await rider.get(JOURNEYS, params={**ENDS, "arrive": "2026-11-26T08:00:00+08:00"})
    assert [each["arrive"] for each in answer.json()["journeys"]] == ["2026-11-25T22:50:00Z"]


async def test_outside_its_period_the_timetable_says_so_and_can_be_taken_all_the_same(rider: httpx.AsyncClient) -> None:
    late = {**ENDS, "depart": "2030-01-07T05:50:00+08:00"}
    refused = (await rider.get(JOURNEYS, params=late)).json()
    taken = (await rider.get(JOURNEYS, params={**late, "expired": "true"})).json()
    assert (len(refused["journeys"]), len(taken["journeys"])) == (0, 1)
    assert "valid from 2026-01-01 to 2027-12-31" in refused["notes"][0]["en"]
    assert "though its period is over" in taken["notes"][0]["en"]


async def test_the_reach_of_a_place_is_ground_for_each_time(rider: httpx.AsyncClient) -> None:
    answer = (await rider.get(REACH, params={"from": ENDS["from"], "minutes": "15,90", **SIX})).json()
    assert [(each["minutes"], each["stops"]) for each in answer["reached"]] == [(15, 1), (90, 3)]
    assert {each["ground"]["type"] for each in answer["reached"]} <= {"Polygon", "MultiPolygon"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"from": "119.41"}, "from"),
        ({"to": "-5.13,119.41"}, "to"),
        ({"from": "nan,0"}, "from"),
        ({"depart": "tomorrow"}, "depart"),
        ({"arrive": "2026-11-26T08:00:00+08:00"}, "arrive"),
        ({"walk": "-1"}, "walk"),
        ({"rides": "99"}, "rides"),
    ],
)
async def test_a_bad_call_is_refused_by_its_field(wrong: dict[str, str], field: str, rider: httpx.AsyncClient) -> None:
    answer = await rider.get(JOURNEYS, params={**ENDS, **SIX, **wrong})
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(field)


async def test_a_timetable_that_is_not_there_is_not_found(rider: httpx.AsyncClient) -> None:
    assert (await rider.get(JOURNEYS, params={**ENDS, "timetable": "nowhere"})).status_code == 404


async def test_a_city_without_a_timetable_says_so(calm: Opened) -> None:
    async with calm.client() as client:
        answer = (await client.get(JOURNEYS, params=ENDS)).json()
    assert (answer["timetable"], answer["journeys"]) == (None, [])
    assert "no timetable of public transport yet" in answer["notes"][0]["en"]
