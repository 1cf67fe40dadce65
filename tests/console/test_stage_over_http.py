"""The stage of the city: not set until a person sets it, proposed by rule, on record with who, when and why."""

from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
STAGE = f"{OURS}/stage"
JSON_LD = {"content-type": "application/ld+json"}


@pytest.fixture
async def supervisor(fresh: Opened) -> Any:
    await fresh.account("ibu.kepala", Assignment(role="administrator"))
    cookie = await fresh.account("siti", Assignment(role="supervisor"))
    async with fresh.client(cookie=cookie, origin="http://127.0.0.1:9090") as client:
        yield client


async def book(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(STAGE)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put_incident(client: httpx.AsyncClient, number: int, **values: object) -> None:
    entity = {"id": f"urn:ngsi-ld:Incident:t{number}", "type": "Incident"} | {
        name: {"type": "Property", "value": value} for name, value in values.items()
    }
    answer = await client.post(f"{NGSI}/entities", json=entity, headers={"link": PINISI_CONTEXT})
    assert answer.status_code == 201, answer.text


async def test_nobody_has_set_a_stage_and_none_is_shown(supervisor: httpx.AsyncClient) -> None:
    told = await book(supervisor)
    assert (told["stage"], told["log"], len(told["stages"])) == (None, [], 5)
    assert (await supervisor.get(f"{OURS}/now")).json()["stage"] is None


async def test_a_stage_that_is_set_is_shown_everywhere_with_who_when_and_why(
    fresh: Opened, supervisor: httpx.AsyncClient
) -> None:
    answer = await supervisor.post(STAGE, json={"level": 3, "reason": "Banjir di Manggala"})
    assert answer.status_code == 200, answer.text
    shown = (await supervisor.get(f"{OURS}/now")).json()["stage"]
    assert (shown["level"], shown["word"]["id"], shown["setBy"]) == (3, "Siaga", "Siti")
    assert shown["reason"] == "Banjir di Manggala"
    entity = await supervisor.get(f"{NGSI}/entities/urn:ngsi-ld:CityStage:makassar", headers={"link": PINISI_CONTEXT})
    assert entity.json()["stage"]["value"] == 3
    assert "Siti" not in entity.text
    await supervisor.post(STAGE, json={"level": 0, "reason": "Latihan usai"})
    told = await book(supervisor)
    assert told["stage"] is None
    assert [line["level"] for line in told["log"]] == [0, 3]
    assert (await supervisor.get(f"{OURS}/now", params={"at": shown["since"]})).json()["stage"]["level"] == 3


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"level": 6, "reason": "x"}, "level"),
        ({"level": 2, "reason": "   "}, "reason"),
        ({"level": 2, "reason": "x" * 501}, "reason"),
        ({"level": 0, "reason": "x"}, "level"),
        ({"level": 2}, "reason"),
    ],
)
async def test_what_cannot_be_set_says_which_field_is_wrong(
    supervisor: httpx.AsyncClient, wish: dict[str, Any], field: str
) -> None:
    answer = await supervisor.post(STAGE, json=wish)
    assert answer.status_code == 400
    assert field in answer.json()["detail"]
    assert (await book(supervisor))["log"] == []


async def test_the_same_stage_is_not_set_twice(supervisor: httpx.AsyncClient) -> None:
    await supervisor.post(STAGE, json={"level": 2, "reason": "a"})
    answer = await supervisor.post(STAGE, json={"level": 2, "reason": "b"})
    assert answer.status_code == 400
    assert len((await book(supervisor))["log"]) == 1


async def test_the_rules_propose_and_a_person_decides(fresh: Opened, supervisor: httpx.AsyncClient) -> None:
    cookie = await fresh.cookie("ibu.kepala")
    async with fresh.client(cookie=cookie, origin="http://127.0.0.1:9090") as administrator:
        for number in range(3):
            await put_incident(administrator, number, state="open", priority=1)
        await put_incident(administrator, 9, state="closed", priority=1)
    told = await book(supervisor)
    assert told["proposal"]["level"] == 4
    assert "prioritas 1" in told["proposal"]["reasons"][0]["id"]
    assert told["stage"] is None
    await supervisor.post(STAGE, json={"level": 2, "reason": "Semua masih tertangani"})
    assert (await book(supervisor))["log"][0]["proposed"] == 4


async def test_an_operator_sees_the_stage_and_cannot_set_it(fresh: Opened, supervisor: httpx.AsyncClient) -> None:
    cookie = await fresh.account("baso", Assignment(role="operator"))
    async with fresh.client(cookie=cookie, origin="http://127.0.0.1:9090") as operator:
        assert (await operator.post(STAGE, json={"level": 2, "reason": "x"})).status_code == 403
        assert (await operator.get(STAGE)).status_code == 200
