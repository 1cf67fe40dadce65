"""A day of the past is lived through again: every row once, in order, by the same way in as live data."""

import asyncio
import shutil
from pathlib import Path

import pytest
from house_at_hand import OURS, PINISI_CONTEXT, LiveReader, open_house
from replay_at_hand import AIR, BUSES, DATA, HOME, TOWN, Played, bus_rows, played

from pinisi.runtime.recording import REPLAY
from pinisi.vocabulary.instant import format_instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING

pytestmark = pytest.mark.anyio
MIDDLE = parse_instant("2026-01-26T16:20:00Z")
END = "2026-01-26T16:50:00Z"
LINKED = {"link": PINISI_CONTEXT}


async def test_every_row_arrives_once_and_in_order_at_the_moment_of_its_day(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(speed=3600)
        done = await at.until(BUSES, "finished", within=60)
        arrived = await at.arrived(BUSES)
    assert [(observed, code) for _, observed, code in arrived] == bus_rows()
    assert [received for received, _, _ in arrived] == [moment for moment, _ in bus_rows()]
    assert done["events"] == {"total": len(bus_rows()), "arrived": len(bus_rows()), "outside": 0}
    assert (done["moment"], done["clock"]["mode"]) == (END, "paused")


async def test_at_sixty_times_the_speed_a_second_brings_a_minute_of_rows(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(speed=60, **{"from": "2026-01-26T15:59:30Z"})
        await at.until(BUSES, "running")
        await at.when(BUSES, lambda found: found["moment"] > "2026-01-26T16:02:30Z")
        await at.act(BUSES, "pause")
        moment = parse_instant((await at.look(BUSES))["moment"])
        arrived = await at.arrived(BUSES)
    assert [(observed, code) for _, observed, code in arrived] == [row for row in bus_rows() if row[0] <= moment]


async def test_a_replay_of_any_speed_gives_the_same_history(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(speed=1800, name="slow")
        await at.start(speed=100_000, name="fast")
        for name in ("slow", "fast"):
            await at.until(REPLAY + name, "finished", within=60)
        slow, fast = [await at.arrived(REPLAY + name) for name in ("slow", "fast")]
    assert slow == fast


async def test_a_pause_stands_still_and_running_on_misses_nothing(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(speed=1200)
        await at.until(BUSES, "running")
        await at.when(BUSES, lambda found: found["events"]["arrived"] > 20)
        paused = await at.act(BUSES, "pause")
        assert paused["state"] == "paused"
        before = await at.look(BUSES)
        await at.act(BUSES, "speed", speed=50_000)
        assert (await at.look(BUSES))["moment"] == before["moment"]
        await at.act(BUSES, "run")
        await at.until(BUSES, "finished")
        arrived = await at.arrived(BUSES)
    assert [(observed, code) for _, observed, code in arrived] == bus_rows()


async def test_seeking_forward_brings_all_that_lies_between(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True)
        await at.until(BUSES, "paused")
        await at.act(BUSES, "seek", at="2026-01-26T23:20:00+07:00")
        there = await at.until(BUSES, "paused")
        arrived = await at.arrived(BUSES)
    assert there["moment"] == format_instant(MIDDLE)
    assert [(observed, code) for _, observed, code in arrived] == [row for row in bus_rows() if row[0] <= MIDDLE]
    assert all(received == observed for received, observed, _ in arrived)


async def test_seeking_backward_shows_the_city_as_it_was_and_resets_the_screens(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": END})
        await at.until(BUSES, "paused")
        position = await at.opened.house.store.position(BUSES)
        async with LiveReader(at.opened.application, f"{OURS}/stream", {}, f"tenant={BUSES}") as screen:
            await screen.next("hello")
            await at.act(BUSES, "seek", at=format_instant(MIDDLE))
            await at.until(BUSES, "paused")
            reset = await screen.next("reset")
        arrived = await at.arrived(BUSES)
    assert reset.data["position"] > position
    assert [(observed, code) for _, observed, code in arrived] == [row for row in bus_rows() if row[0] <= MIDDLE]


async def test_a_loop_begins_again_with_an_empty_tenant(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(speed=100_000, loop=True)
        for _ in range(3):
            await at.when(BUSES, lambda found: found["events"]["arrived"] > 100)
            await at.when(BUSES, lambda found: found["events"]["arrived"] < 20)
        await at.act(BUSES, "loop", loop=False)
        await at.until(BUSES, "finished")
        arrived = await at.arrived(BUSES)
    assert [(observed, code) for _, observed, code in arrived] == bus_rows()


async def test_every_value_says_that_it_is_replayed_and_whence(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": END})
        await at.until(BUSES, "paused")
        answer = await at.client.get(
            "/ngsi-ld/v1/entities", params={"type": "Vehicle"}, headers={"NGSILD-Tenant": BUSES, **LINKED}
        )
        sources = (await at.client.get(f"{OURS}/city", params={"tenant": BUSES})).json()["sources"]
    buses = answer.json()
    values = [value for bus in buses for name, value in bus.items() if name not in ("id", "type", "@context")]
    assert len(buses) == 2
    assert {value["method"]["value"] for value in values} == {"replayed"}
    assert {value["provider"]["object"] for value in values} == {
        "urn:ngsi-ld:DataSource:bus-one",
        "urn:ngsi-ld:DataSource:bus-two",
    }
    assert {source["id"].rpartition(":")[2]: source["messages"] for source in sources if source["messages"]} == {
        "bus-one": 38,
        "bus-two": 117,
    }


async def test_the_live_tenant_is_untouched(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        store = at.opened.house.store
        before = await store.type_counts(HOME, EVERYTHING)
        await at.start(speed=1_000_000)
        await at.until(BUSES, "finished")
        assert await store.type_counts(HOME, EVERYTHING) == before
        here = (await at.client.get(f"{OURS}/session")).json()
        there = (await at.client.get(f"{OURS}/session", params={"tenant": BUSES})).json()
    assert (here["clock"]["mode"], here["clock"]["method"]) == ("live", None)
    assert (there["clock"]["now"], there["clock"]["method"]) == (END, "replayed")


async def test_duplicate_stamps_and_sensor_faults_come_through_as_they_were(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start("air", paused=True, **{"from": "2025-04-13T00:00:00Z"})
        done = await at.until(AIR, "paused")
        (story,) = await at.stories(AIR, "urn:ngsi-ld:AirQualityObserved:1")
        (card,) = [
            source
            for source in (await at.client.get(f"{OURS}/city", params={"tenant": AIR})).json()["sources"]
            if source["id"].endswith(":air")
        ]
        rows = await at.opened.house.store.documents(AIR, "quarantine")
    temperatures = [
        (format_instant(moment.observed), moment.instance.value)
        for moment in story
        if moment.attribute.endswith("temperature") and moment.instance is not None
    ]
    assert done["events"]["arrived"] == 40
    assert [value for at, value in temperatures if at == "2025-04-11T09:00:00Z"] == [27, 26]
    assert (card["messages"], card["rejected"], len(rows)) == (40, 3, 3)
    assert card["repeated"] > 0


async def test_two_recordings_are_replayed_at_a_time_each_by_its_own_clock(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(speed=100_000)
        await at.start("air", speed=1_000_000)
        buses, air = await at.until(BUSES, "finished"), await at.until(AIR, "running")
        assert len(await at.arrived(BUSES)) == len(bus_rows())
    assert buses["moment"] == END
    assert air["moment"].startswith("2025")


async def test_a_replay_that_ends_takes_its_tenant_along_unless_it_is_kept(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": END})
        await at.until(BUSES, "paused")
        await at.act(BUSES, "end", keep=True)
        kept = await at.look(BUSES)
        assert (kept["state"], len(await at.arrived(BUSES))) == ("ended", len(bus_rows()))
        refused = await at.client.post(f"{OURS}/replays/{BUSES}", json={"act": "run"})
        assert refused.status_code == 400
        await at.act(BUSES, "end")
        gone = await at.client.get(f"{OURS}/replays/{BUSES}")
        assert BUSES not in await at.opened.house.store.tenants()
    assert gone.status_code == 404
    assert [path.suffix for path in (tmp_path / "data" / "replays").iterdir()] == [".base"]


async def test_a_new_start_of_a_recording_begins_with_an_empty_tenant(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": END})
        await at.until(BUSES, "paused")
        taken = await at.client.post(f"{OURS}/replays", json={"recording": "buses"})
        await at.act(BUSES, "end", keep=True)
        await at.start(paused=True)
        await at.until(BUSES, "paused")
        assert await at.arrived(BUSES) == []
    assert taken.status_code == 409


async def test_absent_files_are_told_with_folder_files_origin_and_command(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        listed = {each["id"]: each for each in (await at.client.get(f"{OURS}/recordings")).json()["recordings"]}
        refused = await at.client.post(f"{OURS}/replays", json={"recording": "lost"})
    assert listed["buses"]["missing"] is None
    for part in (str(DATA), "nowhere/*.csv", "https://example.org/air", "pinisi replay lost --data-from"):
        assert part in listed["lost"]["missing"]["en"]
    assert refused.status_code == 409
    assert refused.json()["detail"] == listed["lost"]["missing"]["en"]


async def test_alarms_of_a_replay_are_exercises(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start("air", paused=True, **{"from": "2025-04-11T03:30:00Z"})
        await at.until(AIR, "paused")
        found = await at.incidents(AIR)
        raised = await at.client.post(f"{OURS}/incidents", params={"tenant": AIR}, json={"title": "Coba"})
        here = (await at.client.get(f"{OURS}/incidents")).json()
    assert [(each["kind"], each["exercise"]) for each in found["incidents"]] == [("rule", True)]
    assert raised.json()["exercise"] is True
    assert here["count"] == 0


async def test_after_a_restart_of_the_house_a_replay_goes_on_where_it_was(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": format_instant(MIDDLE)})
        await at.until(BUSES, "paused")
    async with played(tmp_path / "data") as at:
        again = await at.until(BUSES, "paused")
        await at.act(BUSES, "speed", speed=100_000)
        await at.act(BUSES, "run")
        await at.until(BUSES, "finished")
        arrived = await at.arrived(BUSES)
    assert again["moment"] == format_instant(MIDDLE)
    assert [(received, code) for received, _, code in arrived] == bus_rows()


async def test_a_moment_must_say_its_offset_and_a_speed_must_be_one(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        wishes = [{"from": "2026-01-26T16:00:00"}, {"speed": 0}, {"name": "../x"}, {"notify": "all"}]
        answers = [await at.client.post(f"{OURS}/replays", json={"recording": "buses", **wish}) for wish in wishes]
        unknown = await at.client.post(f"{OURS}/replays", json={"recording": "nothing"})
        nobody = await at.client.post(f"{OURS}/replays/{BUSES}", json={"act": "run"})
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400]
    assert (unknown.status_code, nobody.status_code) == (404, 404)


async def test_no_more_than_four_replays_run_at_a_time(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        for number in range(4):
            await at.start(paused=True, name=f"n{number}")
        refused = await at.client.post(f"{OURS}/replays", json={"recording": "buses"})
    assert refused.status_code == 409
    assert "At most 4" in refused.json()["detail"]


async def test_a_house_without_recordings_offers_those_that_are_shipped(tmp_path: Path) -> None:
    async with open_house(tmp_path / "data", TOWN, data_from=tmp_path) as opened, opened.client() as client:
        found = (await client.get(f"{OURS}/recordings")).json()["recordings"]
    assert {"liverpool-buses", "surabaya-air"} <= {each["id"] for each in found}
    assert all(each["missing"] for each in found)


async def test_whoever_looks_while_a_tenant_is_made_anew_sees_it_empty_or_whole(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": END})
        await at.until(BUSES, "paused")
        statuses: set[int] = set()
        for moment in (MIDDLE, MIDDLE - 60_000_000):
            await at.act(BUSES, "seek", at=format_instant(moment))
            while (await at.look(BUSES))["state"] == "preparing":
                answer = await at.client.get(f"{OURS}/now", params={"tenant": BUSES})
                statuses.add(answer.status_code)
                await asyncio.sleep(0.01)
    assert statuses <= {200}


async def test_a_house_that_closes_while_replays_are_prepared_leaves_nothing_running(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    for turns in (0, 5, 25, 125):
        async with played(tmp_path / f"data-{turns}") as at:
            for number in range(4):
                await at.start(name=f"n{number}")
            for _ in range(turns):
                await asyncio.sleep(0)
        assert asyncio.all_tasks() == before


async def test_whoever_puts_a_replay_forward_while_it_goes_on_after_a_restart_is_heard(tmp_path: Path) -> None:
    async with played(tmp_path / "data") as at:
        await at.start(paused=True, **{"from": format_instant(MIDDLE)})
        await at.until(BUSES, "paused")
    async with played(tmp_path / "data") as at:
        await at.act(BUSES, "seek", at=END)
        there = await at.until(BUSES, "paused", "failed")
        arrived = await at.arrived(BUSES)
    assert (there["state"], there["moment"]) == ("paused", END)
    assert [code for _, _, code in arrived] == [code for _, code in bus_rows()]


async def test_the_answer_comes_at_once_and_then_it_is_told_what_is_being_done(tmp_path: Path) -> None:
    steps: list[str] = []
    shares: list[float] = []
    async with played(tmp_path / "data") as at:
        began = await at.start(paused=True, **{"from": END})
        assert (began["state"], began["preparation"]) == ("preparing", {"step": "reading", "done": 0, "total": None})
        while (found := await at.look(BUSES))["state"] == "preparing":
            steps.append(found["preparation"]["step"])
            shares.append(found["progress"])
            await asyncio.sleep(0)
    assert (found["preparation"], found["progress"]) == (None, 1)
    assert list(dict.fromkeys(steps))[-1] == "rows"
    assert shares == sorted(shares)


async def test_a_city_that_cannot_be_read_to_its_end_fails_its_replay_and_says_why(tmp_path: Path) -> None:
    city = tmp_path / "town"
    shutil.copytree(TOWN, city)
    async with open_house(tmp_path / "data", city, data_from=DATA) as opened, opened.client() as client:
        (city / "shapes.toml").write_text(
            '[[areas]]\nfile = "lost.shp"\nlevel = "city"\ncode = "1"\nname = "Lost"\n', encoding="utf-8"
        )
        at = Played(opened, client)
        await at.start(paused=True)
        told = await at.until(BUSES, "failed")
    assert "lost.shp" in told["failure"]
