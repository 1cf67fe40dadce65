"""The flood of Jakarta, 20 to 22 February 2017, in a golden cut: 43 reports and 46 changes of 16 neighbourhoods."""

import json
from pathlib import Path
from typing import Any

import pytest
from house_at_hand import OURS, PINISI_CONTEXT, Opened, open_house
from replay_at_hand import DATA, EXAMPLES, Played

from pinisi.services.flood.petabencana import change_of, report_of
from pinisi.vocabulary.instant import parse_instant

pytestmark = pytest.mark.anyio
FLOOD = "replay-flood"
ARCHIVE = DATA / "petabencana_2017"
AT_SIX, AT_ONE = "2017-02-21T06:00:00+07:00", "2017-02-21T13:00:00+07:00"


def reports() -> list[dict[str, Any]]:
    return [
        feature for path in sorted(ARCHIVE.glob("reports/*")) for feature in json.loads(path.read_text())["features"]
    ]


def changes() -> list[dict[str, Any]]:
    return [json.loads(line) for line in (ARCHIVE / "floods" / "state_changes.jsonl").read_text().splitlines()]


def flooded(snapshot: str) -> set[str]:
    """Neighbourhoods that the archive's own picture of an hour shows as flooded."""
    states = {f"jakarta-{each['geom_id']}": each["state"] for each in changes() if each["snapshot"] <= snapshot}
    return {id for id, state in states.items() if state}


def opened_flood(data: Path) -> Any:
    return open_house(data, EXAMPLES / "flood_town", data_from=DATA)


async def flooded_in(opened: Opened) -> set[str]:
    async with opened.client() as client:
        answer = await client.get(
            "/ngsi-ld/v1/entities",
            params={"type": "FloodArea", "q": "floodState>0", "limit": 1000},
            headers={"NGSILD-Tenant": FLOOD, "link": PINISI_CONTEXT},
        )
    return {area["id"].rpartition(":")[2] for area in answer.json()}


async def test_every_report_and_change_arrives_once_at_its_moment(tmp_path: Path) -> None:
    async with opened_flood(tmp_path / "data") as opened, opened.client() as client:
        at = Played(opened, client)
        await at.start("flood", speed=100_000)
        done = await at.until(FLOOD, "finished")
        ids = [f"urn:ngsi-ld:FloodReport:{report_of(each).id}" for each in reports()]
        told = await at.stories(FLOOD, *ids)
        areas = sorted({f"urn:ngsi-ld:FloodArea:jakarta-{each['geom_id']}" for each in changes()})
        states = await at.stories(FLOOD, *areas)
    assert (done["events"]["arrived"], done["events"]["outside"]) == (len(reports()) + len(changes()), 0)
    moments = [story[0].received for story in told]
    assert moments == [parse_instant(report_of(each).at) for each in reports()]
    observed = sorted(
        (moment.observed, moment.instance.value) for story in states for moment in story if moment.instance
    )
    assert observed == sorted((parse_instant(change_of(each).at), each["state"]) for each in changes())


@pytest.mark.parametrize("moment", [AT_SIX, AT_ONE])
async def test_the_neighbourhoods_are_flooded_as_the_picture_of_the_hour_shows(tmp_path: Path, moment: str) -> None:
    async with opened_flood(tmp_path / "data") as opened, opened.client() as client:
        at = Played(opened, client)
        await at.start("flood", paused=True, **{"from": moment})
        await at.until(FLOOD, "paused")
        assert await flooded_in(opened) == flooded(moment[:19])


async def test_deep_water_raises_an_exercise_and_none_in_the_city(tmp_path: Path) -> None:
    async with opened_flood(tmp_path / "data") as opened, opened.client() as client:
        at = Played(opened, client)
        await at.start("flood", paused=True, **{"from": AT_ONE})
        await at.until(FLOOD, "paused")
        raised = await at.incidents(FLOOD)
        here = (await client.get(f"{OURS}/incidents")).json()
    assert {(each["severity"], each["exercise"]) for each in raised["incidents"]} <= {
        ("danger", True),
        ("caution", True),
    }
    assert any(each["severity"] == "danger" for each in raised["incidents"])
    assert here["count"] == 0


async def test_what_happened_before_the_first_day_is_there_from_its_beginning(tmp_path: Path) -> None:
    async with opened_flood(tmp_path / "data") as opened, opened.client() as client:
        at = Played(opened, client)
        await at.start("flood", paused=True)
        await at.until(FLOOD, "paused")
        assert await flooded_in(opened) == flooded("2017-02-20T00:00:00")
