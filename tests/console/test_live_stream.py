"""The live stream, as a browser reads it: nothing lost, nothing twice, nothing that is not for this reader."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, LiveReader, Opened, entity_path

from patience import PATIENCE
from pinisi.console import channel, live
from pinisi.people.account_register import AccountChange
from pinisi.people.accounts import Assignment
from pinisi.people.fixed import DEMO
from pinisi.vocabulary.terms import PINISI

pytestmark = pytest.mark.anyio
STREAM = f"{OURS}/stream"
LINK = {"link": PINISI_CONTEXT}
SITE = "urn:ngsi-ld:WasteBank:test-"


def bank(number: int, amount: float = 1, place: tuple[float, float] = (119.43, -5.15)) -> dict[str, Any]:
    return {
        "id": f"{SITE}{number}",
        "type": "WasteBank",
        "name": {"type": "Property", "value": f"Bank {number}"},
        "wasteReceived": {"type": "Property", "value": amount, "unitCode": "KGM"},
        "location": {"type": "GeoProperty", "value": {"type": "Point", "coordinates": list(place)}},
    }


async def put(client: httpx.AsyncClient, *entities: dict[str, Any]) -> None:
    answer = await client.post(f"{NGSI}/entityOperations/upsert", json=list(entities), headers=LINK)
    assert answer.status_code in (201, 204), answer.text


async def weigh(client: httpx.AsyncClient, number: int, amount: float) -> None:
    body = {"wasteReceived": {"type": "Property", "value": amount, "unitCode": "KGM"}}
    answer = await client.patch(entity_path(f"{SITE}{number}"), json=body, headers=LINK)
    assert answer.status_code == 204, answer.text


async def rename(client: httpx.AsyncClient, number: int, name: str) -> None:
    body = {"name": {"type": "Property", "value": name}}
    answer = await client.patch(entity_path(f"{SITE}{number}"), json=body, headers=LINK)
    assert answer.status_code == 204, answer.text


def reader(opened: Opened, query: str = "", **headers: str) -> LiveReader:
    return LiveReader(opened.application, STREAM, {k.replace("_", "-"): v for k, v in headers.items()}, query)


def first_row(change: dict[str, Any]) -> list[Any]:
    """The entity's row in the one layer, or the first one, that shows it."""
    return next(iter(change["rows"].values()))


async def test_a_change_reaches_the_screen_with_its_row(fresh: Opened, demo: httpx.AsyncClient) -> None:
    async with reader(fresh) as stream:
        hello = await stream.next()
        assert (hello.name, hello.id, hello.data) == ("hello", hello.data["position"], {"position": hello.id})
        await put(demo, bank(1, 7.5))
        event = await stream.next("changes")
        assert event.id == event.data["position"] == await fresh.position()
        (change,) = event.data["entities"]
        table = (await demo.get(f"{OURS}/layers/waste-banks")).json()
        assert change["rows"] == {"waste-banks": next(row for row in table["rows"] if row[0] == f"{SITE}1")}
        assert set(change["attributes"]) == {"name", "wasteReceived", "location"}
        assert change["type"] == PINISI + "WasteBank"


async def test_a_cut_stream_resumes_without_loss_and_without_telling_twice(
    fresh: Opened, demo: httpx.AsyncClient
) -> None:
    heard: list[str] = []
    last = await fresh.position()
    for part in range(4):
        async with reader(fresh, last_event_id=str(last)) as stream:
            assert (await stream.next("hello")).id == last
            await put(demo, bank(2 * part), bank(2 * part + 1))
            event = await stream.next("changes")
            heard += [change["id"] for change in event.data["entities"]]
            last = event.id or 0
        await put(demo, bank(100 + part))
    async with reader(fresh, f"after={last}") as stream:
        heard += [change["id"] for change in (await stream.next("changes")).data["entities"]]
        with pytest.raises(TimeoutError):
            await stream.next("changes", within=0.4)
    expected = {f"{SITE}{n}" for n in (*range(8), 100, 101, 102, 103)}
    assert sorted(heard) == sorted(expected)


async def test_whoever_is_older_than_the_log_begins_anew(fresh: Opened, demo: httpx.AsyncClient) -> None:
    for number in range(3):
        await put(demo, bank(number))
    now = fresh.house.now()
    await fresh.house.store.retain("makassar", 0, now)
    async with reader(fresh, last_event_id="1") as stream:
        assert (await stream.next("hello")).id == 1
        event = await stream.next()
        assert (event.name, event.id) == ("reset", await fresh.position())
        await put(demo, bank(9))
        assert [c["id"] for c in (await stream.next("changes")).data["entities"]] == [f"{SITE}9"]


async def test_a_place_that_the_log_never_had_is_a_reset(fresh: Opened) -> None:
    """After a restore from a backup the log is shorter than what browsers have seen."""
    async with reader(fresh, last_event_id="999999") as stream:
        await stream.next("hello")
        assert (await stream.next()).name == "reset"


@pytest.mark.parametrize("told", ["x", "-1", "", "1e9", "9" * 40, "٣"])
async def test_a_place_that_is_none_begins_now(calm: Opened, told: str) -> None:
    scope = reader(calm)
    scope._scope["headers"].append((b"last-event-id", told.encode()))
    async with scope as stream:
        assert (await stream.next("hello")).id == await calm.position()


async def test_changes_are_conflated_and_the_final_state_is_never_lost(fresh: Opened, demo: httpx.AsyncClient) -> None:
    await put(demo, bank(1, 0))
    async with reader(fresh) as stream:
        await stream.next("hello")
        start = time.perf_counter()
        for number in range(1, 301):
            await rename(demo, 1, f"Bank {number}")
        took = time.perf_counter() - start
        events = 0
        while True:
            event = await stream.next("changes")
            events += 1
            if first_row(event.data["entities"][0])[1] == "Bank 300":
                break
        assert events <= took / live.SCREEN_SECONDS + 2
        with pytest.raises(TimeoutError):
            await stream.next("changes", within=0.4)


async def raise_one(client: httpx.AsyncClient, title: str) -> str:
    answer = await client.post(f"{OURS}/incidents", json={"title": title, "severity": "danger"})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def act(client: httpx.AsyncClient, id: str, **words: str) -> dict[str, Any]:
    answer = await client.post(f"{OURS}/incidents/{id}/acts", json=words)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_incidents_are_told_act_by_act_and_at_once(
    fresh: Opened, demo: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes gather for a minute here: an incident that waited with them would come too late for the reader."""
    monkeypatch.setattr(live, "SCREEN_SECONDS", 60)
    await put(demo, bank(1))
    async with reader(fresh) as stream:
        await stream.next("hello")
        await weigh(demo, 1, 2)
        await stream.next("changes")
        first = await raise_one(demo, "Kebakaran")
        assert (await stream.next("incidents")).data["incidents"][0]["id"] == first
    async with reader(fresh) as stream:
        await stream.next("hello")
        stream.flowing.clear()
        await act(demo, first, act="take")
        second = await raise_one(demo, "Banjir")
        await act(demo, first, act="note", note="On the way")
        await act(demo, second, act="take")
        await act(demo, first, act="close", outcome="information", reason="Out")
        stream.flowing.set()
        told: dict[str, list[str]] = {first: [], second: []}
        while len(told[first]) + len(told[second]) < 5:
            for incident in (await stream.next("incidents")).data["incidents"]:
                told[incident["id"]].append(incident["state"])
        assert told == {
            first: ["open", "open", "closed"],
            second: ["open", "open"],
        }


async def test_an_incident_leaves_no_other_trace_in_the_stream(fresh: Opened, demo: httpx.AsyncClient) -> None:
    async with reader(fresh) as stream:
        await stream.next("hello")
        id = await raise_one(demo, "Pohon tumbang")
        event = await stream.next("changes", "incidents")
        assert (event.name, [one["id"] for one in event.data["incidents"]]) == ("incidents", [id])
        with pytest.raises(TimeoutError):
            await stream.next("changes", within=0.4)


async def test_a_cut_between_changes_and_an_incident_loses_neither(fresh: Opened, demo: httpx.AsyncClient) -> None:
    before = await fresh.position()
    await put(demo, bank(1))
    id = await raise_one(demo, "Longsor")
    async with reader(fresh, f"after={before}") as stream:
        await stream.next("hello")
        changes, incidents = await stream.next("changes"), await stream.next("incidents")
    assert (changes.id, changes.data["position"]) == (None, before)
    assert incidents.id == await fresh.position()
    assert incidents.data["incidents"][0]["id"] == id


async def test_a_quiet_stream_beats(fresh: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.05)
    async with reader(fresh) as stream:
        await stream.next("hello")
        beats = [await stream.next() for _ in range(3)]
    assert {beat.name for beat in beats} == {"beat"}
    assert beats[0].data["position"] == await fresh.position()
    assert beats[0].data["now"] < beats[2].data["now"]


async def test_what_is_gone_has_no_row(fresh: Opened, demo: httpx.AsyncClient) -> None:
    await put(demo, bank(1), bank(2))
    async with reader(fresh, "layers=waste-banks") as stream:
        await stream.next("hello")
        assert (await demo.delete(entity_path(f"{SITE}1"))).status_code == 204
        (gone,) = (await stream.next("changes")).data["entities"]
        assert (gone["id"], gone["rows"]) == (f"{SITE}1", {})


async def test_an_entity_that_leaves_a_layer_has_no_row_in_it(fresh: Opened, demo: httpx.AsyncClient) -> None:
    central = bank(1) | {"kind": {"type": "Property", "value": "central"}}
    await put(demo, central)
    async with reader(fresh, "layers=central-waste-bank") as stream:
        await stream.next("hello")
        await put(demo, central | {"kind": {"type": "Property", "value": "unit"}})
        (left,) = (await stream.next("changes")).data["entities"]
        assert (left["id"], left["rows"]) == (f"{SITE}1", {})
        await put(demo, central)
        (back,) = (await stream.next("changes")).data["entities"]
        assert list(back["rows"]) == ["central-waste-bank"]
        columns = (await demo.get(f"{OURS}/layers/central-waste-bank")).json()["columns"]
        assert dict(zip(columns, first_row(back), strict=True))["wasteReceived"] == 1


async def test_only_the_layers_asked_for_are_told(fresh: Opened, demo: httpx.AsyncClient) -> None:
    async with reader(fresh, "layers=puskesmas,landfill") as stream:
        await stream.next("hello")
        await put(demo, bank(1))
        clinic = {"id": f"{SITE}2", "type": "HealthFacility", "kind": {"type": "Property", "value": "puskesmas"}}
        await put(demo, clinic)
        event = await stream.next("changes")
        assert [change["id"] for change in event.data["entities"]] == [f"{SITE}2"]


async def test_a_slow_reader_is_cut_to_reset_and_costs_no_memory(
    fresh: Opened, demo: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "MOST_WAITING", 2_000)
    async with reader(fresh) as stream:
        await stream.next("hello")
        stream.flowing.clear()
        for start in range(0, 6_000, 500):
            await put(demo, *(bank(number) for number in range(start, start + 500)))
        await asyncio.sleep(3 * live.SCREEN_SECONDS)
        stream.flowing.set()
        event = await stream.next("reset")
        assert event.id == await fresh.position()
        await weigh(demo, 7, 70)
        event = await stream.next("changes")
        assert [change["id"] for change in event.data["entities"]] == [f"{SITE}7"]


WEST, EAST = (119.40, -5.16), (119.50, -5.10)


async def test_a_reader_of_one_district_hears_of_what_is_there(fresh: Opened, demo: httpx.AsyncClient) -> None:
    await put(demo, bank(1, place=WEST), bank(2, place=EAST))
    areas = (await fresh.house.store.entity("makassar", f"{SITE}1", DEMO.grants)).family.areas  # type: ignore[union-attr]
    ani = await fresh.account("ani", Assignment(role="administrator"))
    eyes = await fresh.account("eka", Assignment(role="viewer", areas=frozenset({areas[1]})))
    async with fresh.client(cookie=ani) as admin, reader(fresh, cookie=eyes) as stream:
        await stream.next("hello")
        await weigh(admin, 2, 5)
        await weigh(admin, 1, 5)
        assert [c["id"] for c in (await stream.next("changes")).data["entities"]] == [f"{SITE}1"]
        await put(admin, bank(1, place=EAST))
        (gone,) = (await stream.next("changes")).data["entities"]
        assert (gone["id"], gone["rows"], gone["attributes"]) == (f"{SITE}1", {}, [])
        await put(admin, bank(2, place=WEST))
        (come,) = (await stream.next("changes")).data["entities"]
        assert (come["id"], first_row(come)[3:5]) == (f"{SITE}2", list(WEST))
        hidden = {"title": "Di timur", "location": list(EAST)}
        assert (await admin.post(f"{OURS}/incidents", json=hidden)).status_code == 201
        await admin.post(f"{OURS}/incidents", json={"title": "Di barat", "location": list(WEST)})
        (incident,) = (await stream.next("incidents")).data["incidents"]
        assert incident["title"]["id"] == "Di barat"


async def test_a_reader_without_the_right_hears_of_no_incident(fresh: Opened) -> None:
    ani = await fresh.account("ani", Assignment(role="administrator"))
    eyes = await fresh.account("partner", Assignment(role="partner"))
    async with fresh.client(cookie=ani) as admin, reader(fresh, cookie=eyes) as stream:
        await stream.next("hello")
        await raise_one(admin, "Rahasia")
        with pytest.raises(TimeoutError):
            await stream.next("incidents", within=0.5)


async def test_a_stream_ends_with_the_rights_of_its_reader(fresh: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.05)
    await fresh.account("ani", Assignment(role="administrator"))
    eyes = await fresh.account("eka", Assignment(role="viewer"))
    async with reader(fresh, cookie=eyes) as stream:
        await stream.next("beat")
        await fresh.house.people.accounts.change("eka", AccountChange(disabled=True), DEMO, fresh.house.now())
        await asyncio.wait_for(stream.ended.wait(), PATIENCE)
    async with reader(fresh, cookie=eyes) as stream:
        await asyncio.wait_for(stream.ended.wait(), PATIENCE)
        assert stream.status == 401


async def test_many_streams_end_when_the_house_closes(fresh: Opened) -> None:
    streams = [reader(fresh) for _ in range(60)]
    for stream in streams:
        await stream.__aenter__()
        await stream.next("hello")
    assert len(fresh.house.farewells) == 60
    fresh.house.take_leave()
    await asyncio.gather(*(asyncio.wait_for(stream.ended.wait(), PATIENCE) for stream in streams))
    assert not fresh.house.farewells
    for stream in streams:
        await stream.__aexit__()


async def test_a_reader_who_goes_leaves_nothing_behind(fresh: Opened) -> None:
    before = asyncio.all_tasks()
    for _ in range(5):
        async with reader(fresh) as stream:
            await stream.next("hello")
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before
    assert not fresh.house.farewells


async def test_readers_with_equal_rights_hear_the_same_bytes_written_once(
    fresh: Opened, demo: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    draw = fresh.house.town("makassar").layers.rows_of

    def rows_of(record: Any, projection: Any) -> Any:
        written.append(record.id)
        return draw(record, projection)

    monkeypatch.setattr(fresh.house.town("makassar").layers, "rows_of", rows_of)
    async with reader(fresh) as first, reader(fresh) as second, reader(fresh, "layers=landfill") as other:
        for stream in (first, second, other):
            await stream.next("hello")
        await put(demo, bank(1))
        one, two = await first.next("changes"), await second.next("changes")
        with pytest.raises(TimeoutError):
            await other.next("changes", within=0.4)
    assert (one.id, one.data) == (two.id, two.data)
    assert written == [f"{SITE}1"]


async def test_one_who_comes_in_between_hears_what_is_on_its_way_once(fresh: Opened, demo: httpx.AsyncClient) -> None:
    async with reader(fresh) as first:
        await first.next("hello")
        await put(demo, bank(1))
        await first.next("changes")
        await put(demo, bank(2))
        before = await fresh.position()
        async with reader(fresh, f"after={before - 1}") as second:
            hello = await second.next("hello")
            assert hello.id == before - 1
            heard = [change["id"] for change in (await second.next("changes")).data["entities"]]
            with pytest.raises(TimeoutError):
                await second.next("changes", within=0.5)
        assert heard == [f"{SITE}2"]


async def test_the_head_of_a_stream_ends(calm: Opened) -> None:
    async with calm.client() as client:
        answer = await asyncio.wait_for(client.head(STREAM), PATIENCE)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
