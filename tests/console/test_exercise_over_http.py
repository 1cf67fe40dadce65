"""An exercise in a house of its own: who hears and sees what, what is marked, what the control brings and answers."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import anyio
import httpx
import pytest
from house_at_hand import MAKASSAR, OURS, Opened, copy_data, open_house

from patience import PATIENCE
from pinisi.commands.exercise import chosen
from pinisi.console.exercise_room import CONTROL_ACCOUNT, ExerciseRoom, Rehearsal
from pinisi.incidents.exercises.script import RingIn, Script

pytestmark = pytest.mark.anyio
FASTEST = 600.0
"""So fast that agencies and feeds answer within fractions of a second; injects come only when they are pressed on."""
WORDS = {
    "id": {"event": "Banjir", "headline": "Banjir di Katimbang", "description": "Air naik.", "instruction": "Naiklah."},
    "en": {"event": "Flood", "headline": "Flood in Katimbang", "description": "The water rises."},
    "ja": {"event": "洪水", "headline": "カティンバンで洪水", "description": "水位は上昇中です。"},
}


@pytest.fixture(scope="module")
def script() -> Script:
    return chosen(MAKASSAR, "")


@pytest.fixture(scope="module")
async def drill(template: Path, script: Script, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Opened]:
    accounts = [CONTROL_ACCOUNT, *(player.account for player in script.players)]
    passwords = dict.fromkeys(accounts, "perahu-layar-2022-genangan")
    rehearsal = Rehearsal(script=script, passwords=passwords, speed=FASTEST)
    data = copy_data(template, tmp_path_factory.mktemp("drill") / "data")
    async with open_house(data, rehearsal=rehearsal) as opened:
        room(opened).start()
        room(opened).pause()
        yield opened


def room(drill: Opened) -> ExerciseRoom:
    assert drill.house.exercise is not None
    return drill.house.exercise


@contextlib.asynccontextmanager
async def seat(drill: Opened, account: str) -> AsyncIterator[httpx.AsyncClient]:
    async with drill.client(cookie=await drill.cookie(account)) as client:
        yield client


async def told(client: httpx.AsyncClient, path: str) -> Any:
    return (await client.get(f"{OURS}/{path}")).raise_for_status().json()


async def until(drill: Opened, id: str) -> None:
    """Press on until that inject is given."""
    with anyio.fail_after(PATIENCE):
        while id not in room(drill).given:
            room(drill).press_on()
            await room(drill).tick()


async def incident_of(drill: Opened, id: str) -> str:
    """The incident that came of an inject."""
    with anyio.fail_after(PATIENCE):
        while True:
            await room(drill).tick()
            case = (await room(drill).seen()).cases.get(id)
            if case is not None:
                return case.id
            await anyio.sleep(0.1)


async def act(client: httpx.AsyncClient, id: str, **deed: Any) -> dict[str, Any]:
    answer = await client.post(f"{OURS}/incidents/{quote(id, safe='')}/acts", json=deed)
    return answer.raise_for_status().json()


async def test_whoever_holds_a_call_hears_its_caller_and_nobody_else_sees_the_script(
    drill: Opened, script: Script
) -> None:
    await until(drill, "blok-ac")
    async with seat(drill, "operator-1") as one, seat(drill, "operator-2") as two, seat(drill, "penyelia") as leader:
        (call,) = (await told(one, "calls"))["calls"]
        assert (await told(one, "exercise"))["voices"] == []
        (await one.post(f"{OURS}/calls/{call['key']}/acts", json={"act": "pick-up"})).raise_for_status()
        (voice,) = (await told(one, "exercise"))["voices"]
        happening = script.by_id["blok-ac"].happening
        assert isinstance(happening, RingIn)
        assert (voice["call"], voice["words"]["ja"]) == (call["key"], happening.words.ja)
        other = await told(two, "exercise")
        assert other["voices"] == [] and "injects" not in other
        seen = await told(leader, "exercise")
        first, *rest = seen["injects"]
        assert (first["by"], first["expected"][0]["state"]) == ("Operator 1", "met")
        assert all(each["givenAt"] is None for each in rest)
        assert (await one.post(f"{OURS}/exercise", json={"act": "end"})).status_code == 403


async def test_everything_in_it_is_marked_and_nothing_of_it_goes_out(drill: Opened) -> None:
    async with seat(drill, "operator-1") as one:
        session = await told(one, "session")
        assert (session["clock"]["mode"], session["clock"]["method"]) == ("live", "exercise")
        raised = await one.post(f"{OURS}/incidents", json={"title": "Banjir", "location": [119.52, -5.13]})
        assert raised.raise_for_status().json()["exercise"] is True
        draft = {"words": WORDS, "category": "Met", "urgency": "Immediate", "severity": "Severe"}
        draft |= {"certainty": "Observed", "areas": ["73.71.11.1010"], "expires": "2099-01-01T00:00:00Z"}
        warning = await one.post(f"{OURS}/warnings", json=draft)
        assert warning.raise_for_status().json()["exercise"] is True
    assert {"latihan-genangan", "latihan-simpang"} == set(drill.house.towns["makassar"].keeper.sources)


async def test_a_dark_junction_calls_the_room_and_its_agency_answers_by_itself(drill: Opened) -> None:
    await until(drill, "simpang-mati")
    id = await incident_of(drill, "simpang-mati")
    async with seat(drill, "operator-2") as two:
        incident = await told(two, f"incidents/{quote(id, safe='')}")
        assert (incident["category"], incident["subcategory"], incident["exercise"]) == ("traffic", "signal", True)
        for deed in ({"act": "take"}, {"act": "open"}, {"act": "triage", "category": "traffic"}):
            await act(two, id, **deed)
        await act(two, id, act="assign", agency="dishub", role="lead")
        with anyio.fail_after(PATIENCE):
            while (await told(two, f"incidents/{quote(id, safe='')}"))["sent"][0]["state"] != "finished":
                await room(drill).tick()
                await anyio.sleep(0.05)
        acts = (await told(two, f"incidents/{quote(id, safe='')}"))["acts"]
    assert [(line["act"], line["by"]) for line in acts[-3:]] == [
        (deed, "Kendali latihan") for deed in ("accept", "arrive", "finish")
    ]


async def test_a_source_that_falls_silent_blinds_the_room(drill: Opened) -> None:
    await until(drill, "genangan-bungkam")
    id = await incident_of(drill, "genangan-bungkam")
    async with seat(drill, "operator-3") as three:
        incident = await told(three, f"incidents/{quote(id, safe='')}")
        assert (incident["category"], incident["channel"], incident["exercise"]) == ("room", "source-failure", True)
        assert "lurah" in incident["detail"]["id"]
        await act(three, id, act="take")
    result = next(each for each in await room(drill).judged() if each.inject.id == "genangan-bungkam")
    assert (result.by, [each.state for each in result.results]) == ("Operator 3", ["met"])


async def test_an_agency_refuses_where_the_script_says_so(drill: Opened) -> None:
    await until(drill, "pu-menolak")
    async with seat(drill, "operator-1") as one:
        waiting = (await told(one, "calls"))["calls"]
        for call in (each for each in waiting if each["state"] == "ringing"):
            (await one.post(f"{OURS}/calls/{call['key']}/acts", json={"act": "pick-up"})).raise_for_status()
        voices = {each["inject"]: each["call"] for each in (await told(one, "exercise"))["voices"]}
        form = {"kind": "emergency", "category": "flood", "subcategory": "road", "location": [119.4595, -5.1665]}
        saved = await one.post(f"{OURS}/calls/{voices['toddopuli-10']}/saved", json=form)
        id = saved.raise_for_status().json()["incident"]
        await act(one, id, act="triage", category="flood", subcategory="road")
        await act(one, id, act="assign", agency="pu", role="support")
        with anyio.fail_after(PATIENCE):
            while (sent := (await told(one, f"incidents/{quote(id, safe='')}"))["sent"][0])["state"] != "refused":
                await room(drill).tick()
                await anyio.sleep(0.05)
    assert sent["reason"] == "not-ours:province"


async def test_its_report_tells_only_what_was_brought_and_is_interim_until_the_end(drill: Opened) -> None:
    async with seat(drill, "penyelia") as leader:
        report = await told(leader, "exercise/report?format=json")
        assert report["state"] != "over"
        assert {each["id"] for each in report["injects"]} == set(room(drill).given)
        ended = (await leader.post(f"{OURS}/exercise", json={"act": "end"})).raise_for_status().json()
        assert ended["state"] == "over"
        assert ended["score"]["waiting"] == 0
        assert ended["score"]["missed"] > 0
        room(drill).press_on()
        await room(drill).tick()
        assert {each["id"] for each in report["injects"]} == set(room(drill).given)


async def test_every_other_house_has_no_exercise(reader: httpx.AsyncClient) -> None:
    assert (await reader.get(f"{OURS}/exercise")).status_code == 404
    assert (await reader.post(f"{OURS}/exercise", json={"act": "start"})).status_code == 404
