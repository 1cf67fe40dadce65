"""A steward hands in a file, sees what it would give, loads it, and corrects a row that waits."""

import asyncio
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened, entity_path

from patience import PATIENCE
from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
IMPORTS = f"{OURS}/imports"
QUARANTINE = f"{OURS}/quarantine"
LINK = {"link": PINISI_CONTEXT}
WELLS = b"kode,nama,lat,lon,luas_m2\nA,Satu,-5.11,119.42,12\nB,Dua,119.43,-5.12,7\nC,Tiga,-5.13,119.44,viel\n"
FILE = {"content-type": "application/octet-stream"}


async def hand_in(client: httpx.AsyncClient, content: bytes = WELLS, **query: str) -> Any:
    answer = await client.post(IMPORTS, params={"name": "wells.csv", **query}, content=content, headers=FILE)
    assert answer.status_code in (200, 202), answer.text
    return answer.json()


async def finished(client: httpx.AsyncClient, id: str) -> dict[str, Any]:
    async with asyncio.timeout(PATIENCE):
        while True:
            told = (await client.get(f"{IMPORTS}/{id}")).json()
            if told["state"] in ("done", "failed"):
                return told
            await asyncio.sleep(0.02)


def as_number(mapping: str) -> str:
    return mapping.replace('column = "luas_m2"', 'column = "luas_m2", kind = "number", unit = "MTK"')


async def loaded(client: httpx.AsyncClient) -> dict[str, Any]:
    handed = await hand_in(client, dryRun="true")
    mapping = as_number(handed["preview"]["mapping"])
    answer = await client.post(f"{IMPORTS}/{handed['id']}", json={"mapping": mapping, "load": True})
    assert answer.status_code == 202, answer.text
    return await finished(client, handed["id"])


async def waiting(client: httpx.AsyncClient, **query: str) -> list[dict[str, Any]]:
    return (await client.get(QUARANTINE, params=query)).json()["rows"]


async def test_a_preview_proposes_a_mapping_counts_the_faults_and_writes_nothing(
    fresh: Opened, demo: httpx.AsyncClient
) -> None:
    before = await fresh.position()
    preview = (await hand_in(demo, dryRun="true"))["preview"]
    assert (preview["rows"], preview["accepted"], preview["rejected"]) == (3, 2, 1)
    assert preview["counts"] == {"swapped": 1}
    assert preview["faults"][0]["row"] == 3
    assert {column["name"]: column["guess"] for column in preview["columns"]}["lat"] == "latitude"
    assert 'position = ["lon", "lat"]' in preview["mapping"]
    assert await fresh.position() == before


async def test_the_mapping_can_be_changed_before_it_is_loaded(demo: httpx.AsyncClient) -> None:
    made = await loaded(demo)
    assert (made["state"], made["accepted"], made["rejected"], made["changed"]) == ("done", 1, 2, 1)
    listed = (await demo.get(IMPORTS)).json()["imports"]
    assert [each["id"] for each in listed] == [made["id"]]
    reasons = {row["row"]: row["reason"]["en"] for row in await waiting(demo)}
    assert reasons == {"3": "longitude -5.12 and latitude 119.43 look swapped", "4": "'viel' is no number"}


async def test_a_row_is_corrected_in_place_and_leaves_the_quarantine(demo: httpx.AsyncClient) -> None:
    await loaded(demo)
    rows = {row["code"]: row for row in await waiting(demo)}
    still = await demo.post(f"{QUARANTINE}/{rows['not-a-number']['id']}", json={"cells": {"luas_m2": "mehr"}})
    assert (still.status_code, still.json()["detail"]) == (409, "luas_m2: 'mehr' is no number")
    fixed = await demo.post(f"{QUARANTINE}/{rows['not-a-number']['id']}", json={"cells": {"luas_m2": "9"}})
    assert fixed.json()["state"] == "corrected"
    proposed = rows["swapped"]["proposed"]
    assert (await demo.post(f"{QUARANTINE}/{rows['swapped']['id']}", json={"cells": proposed})).status_code == 200
    assert await waiting(demo) == []
    entity = (await demo.get(entity_path("urn:ngsi-ld:Thing:wells-c"), headers=LINK)).json()
    assert (entity["area"]["value"], entity["area"]["unitCode"]) == (9, "MTK")
    found = (await demo.get(f"{NGSI}/entities", params={"type": "Thing"}, headers=LINK)).json()
    assert len(found) == 3


async def test_a_row_is_given_up_only_with_a_reason_or_accepted_with_its_flag(demo: httpx.AsyncClient) -> None:
    await loaded(demo)
    rows = {row["code"]: row["id"] for row in await waiting(demo)}
    silent = await demo.post(f"{QUARANTINE}/{rows['swapped']}", json={"dismiss": True})
    assert silent.status_code == 400
    given_up = {"dismiss": True, "note": "twice in the list"}
    assert (await demo.post(f"{QUARANTINE}/{rows['swapped']}", json=given_up)).status_code == 200
    (kept,) = await waiting(demo, state="dismissed")
    assert kept["note"] == "twice in the list"
    accepted = await demo.post(f"{QUARANTINE}/{rows['not-a-number']}", json={"accept": True})
    entity = (await demo.get(entity_path(accepted.json()["entity"]), headers=LINK)).json()
    assert "area" not in entity
    assert [flag["code"] for flag in entity["dataQuality"]["json"]] == ["not-a-number"]


async def test_a_file_is_loaded_at_once_where_no_look_is_asked_for(demo: httpx.AsyncClient) -> None:
    handed = await hand_in(demo)
    assert (await finished(demo, handed["id"]))["accepted"] == 2


@pytest.mark.parametrize(
    ("query", "content", "reason"),
    [
        ({}, b"a,b\n1,2\n", "name: is the name of the file"),
        ({"name": "a.csv"}, b"", "body: is the file itself"),
        ({"name": "a.csv", "dryRun": "true"}, b"a,a\n1,2\n", "a.csv: the column a occurs twice"),
        ({"name": "a.csv", "dryRun": "perhaps"}, b"a\n1\n", "dryRun: is true or false"),
        ({"name": "a.csv", "dryRun": "true", "mapping": "x = ["}, b"a\n1\n", "is not valid TOML"),
        ({"name": "a.xlsx"}, b"PK\x03\x04xl/", "damaged"),
    ],
)
async def test_what_cannot_be_taken_says_why(
    query: dict[str, str], content: bytes, reason: str, demo: httpx.AsyncClient
) -> None:
    answer = await demo.post(IMPORTS, params=query, content=content, headers=FILE)
    assert answer.status_code == 400
    assert reason in answer.json()["detail"]


async def test_only_those_who_may_import_see_files_and_rows(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    viewer = await fresh.account("eka", Assignment(role="viewer"))
    steward = await fresh.account("tuti", Assignment(role="steward"))
    async with fresh.client(cookie=viewer) as client:
        assert (await client.get(QUARANTINE)).status_code == 403
        assert (await client.get(IMPORTS)).status_code == 403
    async with fresh.client(cookie=steward) as client:
        made = await loaded(client)
        assert made["by"] == "Tuti"
