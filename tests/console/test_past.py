"""Every page at a past moment: computed by the same code as the present, as it was known then or as known now."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from house_at_hand import JSON, OURS, PINISI_CONTEXT, Opened, entity_path

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
LINK = {"link": PINISI_CONTEXT}
PUSKESMAS = "urn:ngsi-ld:HealthFacility:"


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


async def read(client: httpx.AsyncClient, path: str, **query: str) -> Any:
    answer = await client.get(f"{OURS}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def puskesmas(client: httpx.AsyncClient) -> str:
    return (await read(client, "layers/puskesmas"))["rows"][0][0]


async def rename(client: httpx.AsyncClient, id: str, name: str) -> None:
    body = {"name": {"type": "Property", "value": name}}
    answer = await client.patch(entity_path(id, "/attrs"), json=body, headers=LINK)
    assert answer.status_code == 204, answer.text


async def measure(client: httpx.AsyncClient, id: str, value: float, observed: str) -> None:
    body = {"waterLevel": {"type": "Property", "value": value, "observedAt": observed, "unitCode": "MTR"}}
    answer = await client.post(entity_path(id, "/attrs"), json=body, headers=LINK)
    assert answer.status_code == 204, answer.text


async def test_the_present_as_a_past_moment_is_the_present(demo: httpx.AsyncClient) -> None:
    """One code for both: layers, numbers and facts of this very moment agree with those of the live pages."""
    moment = now()
    city = await read(demo, "city")
    for layer in city["layers"]:
        live, past = [await read(demo, f"layers/{layer['id']}", **when) for when in ({}, {"at": moment})]
        assert past["rows"] == live["rows"]
    live, past = [(await read(demo, "now", **when))["tiles"] for when in ({}, {"at": moment})]
    assert [[tile["id"], tile["value"], tile["flags"]] for tile in past] == [
        [tile["id"], tile["value"], tile["flags"]] for tile in live
    ]
    place = f"places/{quote(await puskesmas(demo), safe='')}"
    live, past = [await read(demo, place, **when) for when in ({}, {"at": moment})]
    for part in ("name", "type", "areas", "location", "flags", "sources", "nearby"):
        assert past[part] == live[part]
    by_label = {fact["attribute"]: (fact["value"], fact["writtenBy"], fact["provider"]) for fact in live["facts"]}
    assert {
        fact["attribute"]: (fact["value"], fact["writtenBy"], fact["provider"]) for fact in past["facts"]
    } == by_label


async def test_layers_places_and_numbers_are_those_of_the_moment(demo: httpx.AsyncClient) -> None:
    id, before = await puskesmas(demo), now()
    old = (await read(demo, f"places/{quote(id, safe='')}"))["name"]
    await rename(demo, id, "Puskesmas Baru")
    between = now()
    assert (await demo.delete(entity_path(id))).status_code == 204
    counts = [
        next(tile["value"] for tile in (await read(demo, "now", at=at))["tiles"] if tile["id"] == "puskesmas")
        for at in (before, between, now())
    ]
    assert counts == [37, 37, 36]
    names = [
        {row[0]: row[1] for row in (await read(demo, "layers/puskesmas", at=at))["rows"]} for at in (before, between)
    ]
    assert [each[id] for each in names] == [old, "Puskesmas Baru"]
    told = await read(demo, f"places/{quote(id, safe='')}", at=between)
    assert (told["name"], told["known"], told["condensed"]) == ("Puskesmas Baru", "then", False)
    gone = await demo.get(f"{OURS}/places/{quote(id, safe='')}", params={"at": now()})
    assert gone.status_code == 404


async def test_as_known_then_has_nothing_of_what_came_late(demo: httpx.AsyncClient) -> None:
    id = await puskesmas(demo)
    await measure(demo, id, 2.5, "2026-01-01T06:00:00Z")
    await measure(demo, id, 9.0, "2026-01-01T08:00:00Z")
    place = f"places/{quote(id, safe='')}"
    shown = await read(demo, place, at="2026-01-01T15:00:00+08:00", known="now")
    level = next(fact for fact in shown["facts"] if fact["attribute"] == "waterLevel")
    assert (level["value"], level["unit"], shown["at"], shown["known"]) == (2.5, "MTR", "2026-01-01T07:00:00Z", "now")
    assert shown["name"]
    assert (await demo.get(f"{OURS}/{place}", params={"at": "2026-01-01T07:00:00Z"})).status_code == 404


async def test_a_mean_of_its_hour_says_so_with_unit_and_source(fresh: Opened, demo: httpx.AsyncClient) -> None:
    id = await puskesmas(demo)
    for minute, value in (("05", 1.0), ("25", 3.0)):
        await measure(demo, id, value, f"2026-01-01T06:{minute}:00Z")
    await measure(demo, id, 9.0, "2026-01-02T06:00:00Z")
    await fresh.house.store.retain(fresh.house.default_tenant, fresh.house.now() + 1, 0)
    shown = await read(demo, f"places/{quote(id, safe='')}", at="2026-01-01T07:00:00Z", known="now")
    level = next(fact for fact in shown["facts"] if fact["attribute"] == "waterLevel")
    assert (level["value"], level["unit"], shown["condensed"]) == (2.0, "MTR", True)
    assert [flag["code"] for flag in level["flags"]] == ["hourly"]
    assert level["flags"][0]["text"]["en"].startswith("mean of 2 values")


async def test_the_age_of_a_past_value_is_counted_from_the_moment(demo: httpx.AsyncClient) -> None:
    id = await puskesmas(demo)
    await measure(demo, id, 2.5, "2026-01-01T06:00:00Z")
    shown = await read(demo, f"places/{quote(id, safe='')}", at="2026-01-05T06:00:00Z", known="now")
    assert next(fact for fact in shown["facts"] if fact["attribute"] == "waterLevel")["ageDays"] == 4


async def test_the_queue_is_that_of_the_moment(demo: httpx.AsyncClient) -> None:
    empty = now()
    new = await demo.post(f"{OURS}/incidents", json={"title": "Banjir di Manggala", "severity": "danger"}, headers=JSON)
    id, raised = new.json()["id"], now()
    path = f"{OURS}/incidents/{quote(id, safe='')}/acts"
    assert (await demo.post(path, json={"act": "take"}, headers=JSON)).status_code == 200
    taken = now()
    assert (await demo.post(path, json={"act": "close", "outcome": "information"}, headers=JSON)).status_code == 200
    moments = (empty, raised, taken, now())
    queues = [(await read(demo, "incidents", at=at))["incidents"] for at in moments]
    assert [[each["state"] for each in queue] for queue in queues] == [[], ["open"], ["open"], []]
    assert queues[1][0]["owner"] is None
    assert queues[2][0]["owner"]
    assert [(await read(demo, "now", at=at))["alarmCount"] for at in moments] == [0, 1, 1, 0]
    one = await read(demo, f"incidents/{quote(id, safe='')}", at=taken)
    assert (one["state"], [act["act"] for act in one["acts"]]) == ("open", ["raise", "take"])
    assert (await demo.get(f"{OURS}/incidents/{quote(id, safe='')}", params={"at": empty})).status_code == 404


async def test_a_reader_sees_no_more_of_the_past_than_of_the_present(lived_in: Opened) -> None:
    areas = frozenset({"73.71.09"})
    cookie = await lived_in.account("rappocini", Assignment(role="viewer", areas=areas))
    async with lived_in.client(cookie=cookie) as client:
        live, past = [await read(client, "layers/puskesmas", **when) for when in ({}, {"at": now()})]
    assert past["rows"] == live["rows"] != []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"at": "kemarin"}, "at"),
        ({"at": "2026-01-01"}, "at"),
        ({"at": "2026-01-01T07:00:00"}, "at"),
        ({"at": "9999-12-31T23:59:59Z"}, "at"),
        ({"at": "2026-01-01T07:00:00Z", "known": "later"}, "known"),
        ({"known": "then"}, "known"),
    ],
)
@pytest.mark.parametrize("path", ["now", "layers/puskesmas", "places/urn:x:1", "incidents", "city"])
async def test_a_moment_that_is_none_is_refused_with_the_field(
    reader: httpx.AsyncClient, path: str, query: dict[str, str], field: str
) -> None:
    answer = await reader.get(f"{OURS}/{path}", params=query)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(field)
