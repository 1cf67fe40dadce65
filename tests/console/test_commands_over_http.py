"""Commands over HTTP: the order of things, the second person, and an effect that comes about at most once."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import MAKASSAR, NGSI, PINISI_CONTEXT, ROOT, Opened, copy_data, entity_path, open_house

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
COMMANDS = "/pinisi/v1/commands"
ORIGIN = "http://127.0.0.1:9090"
HARBOUR = ROOT / "tests" / "runtime" / "harbour"
PATIENCE = 60
PAOTERE = "urn:ngsi-ld:Siren:paotere"
RAPPOCINI = "urn:ngsi-ld:Siren:rappocini"
PLACES = {PAOTERE: [119.4189, -5.1117], RAPPOCINI: [119.4535, -5.1424]}


@pytest.fixture(scope="module", autouse=True)
def harbour() -> Iterator[None]:
    """A third party's package, as if it were installed."""
    sys.path.insert(0, str(HARBOUR))
    yield
    sys.path.remove(str(HARBOUR))
    for name in ("harbour", "harbour_engine", "harbour_commands"):
        sys.modules.pop(name, None)


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The world outside: a line for every effect."""
    file = tmp_path / "outside"
    file.touch()
    monkeypatch.setenv("HARBOUR_OUTSIDE", str(file))
    return file


@pytest.fixture
async def opened(template: Path, tmp_path: Path, outside: Path) -> AsyncIterator[Opened]:
    async with open_house(copy_data(template, tmp_path / "data")) as made:
        await sirens(made)
        yield made


@pytest.fixture
async def client(opened: Opened) -> AsyncIterator[httpx.AsyncClient]:
    """The demo's administrator."""
    async with opened.client(link=PINISI_CONTEXT) as made:
        yield made


async def sirens(opened: Opened, **headers: str) -> None:
    async with opened.client(link=PINISI_CONTEXT, **headers) as client:
        for id, place in PLACES.items():
            location = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": place}}
            made = await client.post(f"{NGSI}/entities", json={"id": id, "type": "Siren", "location": location})
            assert made.status_code == 201, made.text


@asynccontextmanager
async def signed_in(opened: Opened, cookie: str) -> AsyncIterator[httpx.AsyncClient]:
    async with opened.client(cookie=cookie, origin=ORIGIN) as client:
        yield client


async def sound(client: httpx.AsyncClient, seconds: int, siren: str = PAOTERE, **more: Any) -> httpx.Response:
    wish = {"service": "harbour", "action": "siren", "command": {"siren": siren, "seconds": seconds}} | more
    return await client.post(COMMANDS, json=wish)


async def move(client: httpx.AsyncClient, answer: str) -> dict[str, Any]:
    wish = {"service": "harbour", "action": "gate", "command": {"answer": answer}}
    return (await client.post(COMMANDS, json=wish)).json()


async def act(client: httpx.AsyncClient, id: str, **body: Any) -> httpx.Response:
    return await client.post(f"{COMMANDS}/{id}", json=body)


async def acts(client: httpx.AsyncClient) -> list[str]:
    lines = (await client.get("/pinisi/v1/audit")).json()["lines"]
    return [line["act"] for line in lines if line["act"].startswith("command-")]


def effects(outside: Path) -> list[str]:
    return outside.read_text().splitlines()


async def test_a_command_has_its_effect_once_and_its_answer_is_entities(
    client: httpx.AsyncClient, outside: Path
) -> None:
    answer = await sound(client, 30)
    shown = answer.json()
    assert (answer.status_code, shown["state"], shown["results"]) == (201, "done", [PAOTERE])
    assert effects(outside) == [f"sound {shown['id']} 30"]
    siren = (await client.get(entity_path(PAOTERE))).json()
    assert siren["lastSounded"]["value"] == 30
    assert siren["lastSounded"]["provider"]["object"] == shown["entity"]
    entity = (await client.get(entity_path(shown["entity"]), params={"options": "keyValues"})).json()
    assert (entity["state"], entity["subject"]) == ("done", [PAOTERE])
    assert entity["location"]["coordinates"] == PLACES[PAOTERE]
    assert "demo" not in str(entity).lower()
    assert await acts(client) == ["command-given"]


async def test_its_form_is_offered_and_its_targets_are_found_by_type_and_id(client: httpx.AsyncClient) -> None:
    offered = {each["action"]: each for each in (await client.get(COMMANDS)).json()["offered"]}
    siren, seconds = offered["siren"]["form"]
    assert (siren["kind"], seconds["unit"]["en"], seconds["least"], seconds["most"]) == ("entity", "s", 1, 180)
    (type,) = siren["entity"]
    found: dict[str, list[str]] = {}
    for words in ("", "rappo", "makassar"):
        answer = await client.get("/pinisi/v1/search", params={"q": words, "type": type})
        found[words] = [each["id"] for each in answer.json()["results"]]
    assert found == {"": [PAOTERE, RAPPOCINI], "rappo": [RAPPOCINI], "makassar": []}


async def test_what_is_wrong_with_it_is_said_by_field_and_nothing_happens(
    client: httpx.AsyncClient, outside: Path
) -> None:
    unfit = await sound(client, 33)
    too_long = await sound(client, 999)
    strange = await client.post(COMMANDS, json={"service": "harbour", "action": "siren", "command": {"sirene": "x"}})
    nowhere = await sound(client, 30, "urn:ngsi-ld:Siren:nowhere")
    unknown = await client.post(COMMANDS, json={"service": "harbour", "action": "horn", "command": {}})
    assert unfit.status_code == 400 and unfit.json()["errors"] == [
        {"field": "seconds", "reason": {"id": "kelipatan lima", "en": "in steps of five", "ja": "5 秒単位"}}
    ]
    assert too_long.status_code == 400 and "seconds: at most 180" in too_long.json()["detail"]
    assert [fault["field"] for fault in strange.json()["errors"]] == ["siren", "seconds", "sirene"]
    assert (nowhere.status_code, unknown.status_code) == (404, 404)
    assert effects(outside) == []
    assert (await client.get(COMMANDS)).json()["count"] == 0


async def test_the_safety_layer_refuses_in_words_and_that_is_on_record(
    client: httpx.AsyncClient, outside: Path
) -> None:
    attrs = {"occupancy": {"type": "Property", "value": 1}}
    assert (await client.post(entity_path(PAOTERE, "/attrs"), json=attrs)).status_code == 204
    answer = await sound(client, 30)
    assert answer.status_code == 409 and answer.json()["detail"] == "Somebody is on the tower"
    assert answer.json()["command"]["state"] == "refused"
    listed = (await client.get(COMMANDS)).json()["commands"]
    assert [each["reasons"][0]["ja"] for each in listed] == ["塔に人がいる"]
    assert effects(outside) == []
    assert await acts(client) == ["command-blocked"]


async def test_shadow_does_all_but_the_effect_and_says_so(client: httpx.AsyncClient, outside: Path) -> None:
    tried = (await sound(client, 30, shadow=True)).json()
    refused = await sound(client, 33, shadow=True)
    assert (tried["state"], tried["shadow"], refused.status_code) == ("shadow", True, 400)
    assert tried["reasons"][0]["en"] == "Only tried: everything was checked, nothing was carried out"
    assert effects(outside) == []
    assert await acts(client) == ["command-given"]


@pytest.mark.parametrize(
    ("answer", "state", "words", "effect"),
    [
        ("yes", "done", "", 1),
        ("no", "failed", "The gate is locked", 0),
        ("noise", "uncertain", "ConnectionResetError: the line broke", 1),
        ("silence", "uncertain", "No answer within 3 seconds", 1),
        ("nonsense", "done", "the answer to it cannot be kept", 1),
    ],
)
async def test_every_answer_of_the_other_side_has_a_clear_state(
    client: httpx.AsyncClient, outside: Path, answer: str, state: str, words: str, effect: int
) -> None:
    shown = await move(client, answer)
    assert shown["state"] == state
    assert words in "".join(reason["en"] for reason in shown["reasons"])
    assert len(effects(outside)) == effect


async def test_what_is_uncertain_is_settled_by_a_person(client: httpx.AsyncClient, outside: Path) -> None:
    shown = await move(client, "noise")
    bare = await act(client, shown["id"], act="settle", happened=True)
    settled = await act(client, shown["id"], act="settle", happened=False, note="the gate stands as before")
    again = await act(client, shown["id"], act="settle", happened=True, note="no")
    assert (bare.status_code, settled.json()["state"], again.status_code) == (400, "failed", 409)
    assert "the gate stands as before" in settled.json()["reasons"][-1]["en"]
    assert len(effects(outside)) == 1
    assert await acts(client) == ["command-settled", "command-given"]


async def test_the_same_key_gives_no_second_command(client: httpx.AsyncClient, outside: Path) -> None:
    client.headers["idempotency-key"] = "one"
    first, second = await sound(client, 30), await sound(client, 30)
    other = await sound(client, 35)
    assert first.json()["id"] == second.json()["id"]
    assert other.status_code == 409
    assert len(effects(outside)) == 1


async def test_one_person_alone_cannot_be_two(client: httpx.AsyncClient, outside: Path) -> None:
    shown = (await sound(client, 90)).json()
    assert (shown["state"], shown["own"]) == ("awaitingSecond", True)
    own = await act(client, shown["id"], act="approve")
    back = await act(client, shown["id"], act="decline", note="a slip")
    late = await act(client, shown["id"], act="approve")
    assert (own.status_code, back.json()["state"], late.status_code) == (403, "refused", 409)
    assert "Taken back: a slip" in back.json()["reasons"][0]["en"]
    assert effects(outside) == []


@pytest.fixture
async def crew(opened: Opened) -> dict[str, str]:
    """Cookies of people with accounts."""
    await opened.account("ani", Assignment(role="administrator"))
    area = frozenset({"73.71.09"})
    return {
        "ani": await opened.cookie("ani"),
        "sari": await opened.account("sari", Assignment(role="supervisor")),
        "omar": await opened.account("omar", Assignment(role="operator")),
        "vera": await opened.account("vera", Assignment(role="viewer")),
        "silent": await opened.account("silent", Assignment(role="operator", write=False)),
        "rina": await opened.account("rina", Assignment(role="operator", areas=area)),
        "both": await opened.account("both", Assignment(role="operator", areas=area), Assignment(role="viewer")),
    }


async def test_the_second_person_is_another_account_with_the_same_right(
    opened: Opened, crew: dict[str, str], outside: Path
) -> None:
    async with signed_in(opened, crew["omar"]) as omar, signed_in(opened, crew["sari"]) as sari:
        shown = (await sound(omar, 90)).json()
        id = shown["id"]
        async with signed_in(opened, crew["vera"]) as vera, signed_in(opened, crew["rina"]) as rina:
            barred = [await act(vera, id, act="approve"), await act(omar, id, act="approve")]
            unseen = await act(rina, id, act="approve")
            seen = (await vera.get(f"{COMMANDS}/{id}")).json()
        assert effects(outside) == []
        approved = await act(sari, id, act="approve")
        again = await act(sari, id, act="approve")
    async with signed_in(opened, crew["ani"]) as ani:
        told = await acts(ani)
    assert [answer.status_code for answer in barred] == [403, 403]
    assert unseen.status_code == 404
    assert "command" not in seen and "requestedBy" not in seen
    done = approved.json()
    assert (done["state"], done["requestedBy"], done["second"], again.status_code) == ("done", "Omar", "Sari", 409)
    assert effects(outside) == [f"sound {id} 90"]
    assert told == ["command-approved", "command-forbidden", "command-given"]


async def test_a_token_is_no_second_person_and_no_other_person_than_its_owner(
    opened: Opened, crew: dict[str, str], outside: Path
) -> None:
    async with signed_in(opened, crew["ani"]) as ani, signed_in(opened, crew["sari"]) as sari:
        asked = {"label": "robot", "permissions": ["commands.give", "console.read"]}
        token = (await ani.post("/pinisi/v1/tokens", json=asked)).json()["token"]
        async with opened.client(authorization=f"Bearer {token}") as robot:
            by_robot = (await sound(robot, 90)).json()
            by_sari = (await sound(sari, 95)).json()
            refused = [await act(robot, by_sari["id"], act="approve"), await act(ani, by_robot["id"], act="approve")]
        approved = await act(sari, by_robot["id"], act="approve")
    assert [answer.status_code for answer in refused] == [403, 403]
    assert approved.json()["state"] == "done"
    assert len(effects(outside)) == 1


async def test_two_second_persons_at_once_have_one_effect(opened: Opened, crew: dict[str, str], outside: Path) -> None:
    async with signed_in(opened, crew["omar"]) as omar:
        id = (await sound(omar, 90)).json()["id"]
    async with signed_in(opened, crew["sari"]) as sari, signed_in(opened, crew["ani"]) as ani:
        answers = await asyncio.gather(act(sari, id, act="approve"), act(ani, id, act="approve"))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(effects(outside)) == 1


async def test_all_is_looked_at_again_when_the_second_person_says_yes(
    opened: Opened, crew: dict[str, str], outside: Path
) -> None:
    async with signed_in(opened, crew["omar"]) as omar:
        unsafe = (await sound(omar, 90)).json()
        orphaned = (await sound(omar, 95, RAPPOCINI)).json()
    async with signed_in(opened, crew["ani"]) as ani, signed_in(opened, crew["sari"]) as sari:
        attrs = {"occupancy": {"type": "Property", "value": 2}}
        ani.headers["link"] = PINISI_CONTEXT
        assert (await ani.post(entity_path(PAOTERE, "/attrs"), json=attrs)).status_code == 204
        blocked = await act(sari, unsafe["id"], act="approve")
        assert (await ani.patch("/pinisi/v1/accounts/omar", json={"disabled": True})).status_code == 200
        powerless = await act(sari, orphaned["id"], act="approve")
    assert blocked.status_code == 409 and "on the tower" in blocked.json()["detail"]
    assert powerless.status_code == 409 and "no longer" in powerless.json()["detail"]
    assert effects(outside) == []


async def test_a_command_reaches_no_further_than_the_one_who_gives_it(
    opened: Opened, crew: dict[str, str], outside: Path
) -> None:
    wish = {"service": "harbour", "action": "gate", "command": {"answer": "yes"}}
    async with signed_in(opened, crew["rina"]) as rina, signed_in(opened, crew["both"]) as both:
        own = await sound(rina, 30, RAPPOCINI)
        unseen = await sound(rina, 30, PAOTERE)
        seen_only = await sound(both, 30, PAOTERE)
        within = await sound(both, 35, RAPPOCINI)
        whole = await rina.post(COMMANDS, json=wish)
        listed = (await rina.get(COMMANDS)).json()
    async with signed_in(opened, crew["silent"]) as silent, signed_in(opened, crew["vera"]) as vera:
        powerless = [await sound(silent, 30), await sound(vera, 30)]
    async with signed_in(opened, crew["ani"]) as ani:
        told = await acts(ani)
    assert (own.status_code, within.status_code) == (201, 201), own.text
    assert (unseen.status_code, seen_only.status_code, whole.status_code) == (404, 403, 403)
    assert [answer.status_code for answer in powerless] == [403, 403]
    assert [each["targets"] for each in listed["commands"]] == [[RAPPOCINI], [RAPPOCINI]]
    assert len(effects(outside)) == 2
    assert told.count("command-forbidden") == 2


async def test_waiting_ends_when_nobody_says_yes_in_time(client: httpx.AsyncClient, outside: Path) -> None:
    id = (await sound(client, 90, action="hasty")).json()["id"]
    async with asyncio.timeout(PATIENCE):
        while True:
            shown = (await client.get(f"{COMMANDS}/{id}")).json()
            if shown["state"] == "expired":
                break
            await asyncio.sleep(0.1)
    late = await act(client, id, act="approve")
    assert "No second person" in shown["reasons"][0]["en"]
    assert late.status_code == 409
    assert effects(outside) == []


async def test_a_service_that_is_switched_off_takes_no_command_and_no_job(
    client: httpx.AsyncClient, outside: Path
) -> None:
    waiting = (await sound(client, 90)).json()
    assert (await client.post("/pinisi/v1/services/harbour", json={"on": False})).status_code == 200
    wish = {"service": "harbour", "job": "tide-table", "input": {"days": 1}}
    answers = [await sound(client, 30), await client.post("/pinisi/v1/jobs", json=wish)]
    answers.append(await act(client, waiting["id"], act="approve"))
    assert [answer.status_code for answer in answers] == [409, 409, 409]
    assert all("switched off" in answer.json()["detail"] for answer in answers)
    assert effects(outside) == []


RULES = """
[commands]
two_persons = ["harbour.gate", "harbour.horn"]
shadow = ["harbour.siren"]
"""


async def test_the_citys_rules_demand_a_second_person_or_let_it_only_be_tried(tmp_path: Path, outside: Path) -> None:
    city = tmp_path / "makassar"
    shutil.copytree(MAKASSAR, city, ignore=shutil.ignore_patterns("building", "build.py"))
    with (city / "rules.toml").open("a") as file:
        file.write(RULES)
    async with open_house(tmp_path / "data", city) as made:
        await sirens(made)
        async with made.client() as client:
            listed = (await client.get(COMMANDS)).json()
            siren, gate = (await sound(client, 30)).json(), await move(client, "yes")
    assert listed["unknownRules"] == ["harbour.horn"]
    offered = {
        each["action"]: (each["twoPersons"], each["onlyTried"])
        for each in listed["offered"]
        if each["service"] == "harbour"
    }
    assert offered == {
        "siren": ("sometimes", True),
        "hasty": ("sometimes", False),
        "gate": (True, False),
        "drawbridge": (False, False),
    }
    assert (siren["state"], gate["state"]) == ("shadow", "awaitingSecond")
    assert effects(outside) == []


async def test_in_a_replay_a_command_is_only_tried(opened: Opened, outside: Path) -> None:
    async with opened.client(**{"ngsild-tenant": "replay-exercise"}) as client:
        shown = await move(client, "yes")
    assert (shown["state"], shown["shadow"], shown["exercise"]) == ("shadow", True, True)
    assert effects(outside) == []


async def test_what_waits_still_waits_after_a_restart_and_what_had_begun_is_uncertain(
    template: Path, tmp_path: Path, outside: Path
) -> None:
    data = copy_data(template, tmp_path / "data2")
    async with open_house(data) as made:
        await sirens(made)
        cookies = [await made.account("ani", Assignment(role="administrator"))]
        cookies.append(await made.account("sari", Assignment(role="supervisor")))
        async with signed_in(made, cookies[0]) as ani:
            id = (await sound(ani, 90)).json()["id"]
    async with open_house(data) as made, signed_in(made, cookies[1]) as sari:
        approved = await act(sari, id, act="approve")
    assert approved.json()["state"] == "done"
    assert len(effects(outside)) == 1
