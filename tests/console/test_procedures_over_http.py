"""Procedures over HTTP: a flood of Makassar from what is proposed to the end, drills, tasks, paper, rights."""

import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from house_at_hand import MAKASSAR, NGSI, OURS, PINISI_CONTEXT, ROOT, Opened, copy_data, open_house

from pinisi.people.accounts import Assignment

pytestmark = pytest.mark.anyio
INCIDENTS = f"{OURS}/incidents"
RAPPOCINI = [119.4386, -5.158]
HARBOUR = ROOT / "tests" / "runtime" / "harbour"
SIREN = "urn:ngsi-ld:Siren:paotere"


async def flood(client: httpx.AsyncClient, **more: Any) -> str:
    body = {"title": "Banjir di Rappocini", "severity": "danger", "location": RAPPOCINI, "category": "flood", **more}
    answer = await client.post(INCIDENTS, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def of(incident: str) -> str:
    return f"{INCIDENTS}/{incident}/procedures"


async def start(client: httpx.AsyncClient, incident: str, status: int = 201, **more: Any) -> dict[str, Any]:
    answer = await client.post(of(incident), json={"procedure": "flood", **more})
    assert answer.status_code == status, answer.text
    return answer.json()


async def act(client: httpx.AsyncClient, run: dict[str, Any], status: int = 200, **words: Any) -> dict[str, Any]:
    answer = await client.post(f"{of(run['incident'])}/{run['id']}/acts", json=words)
    assert answer.status_code == status, answer.text
    return answer.json()


def step(run: dict[str, Any], id: str) -> dict[str, Any]:
    return next(each for each in run["steps"] if each["id"] == id)


def open_steps(run: dict[str, Any]) -> list[str]:
    return [each["id"] for each in run["steps"] if each["state"] == "open"]


async def test_every_procedure_of_the_city_is_listed_without_a_fault(reader: httpx.AsyncClient) -> None:
    told = (await reader.get(f"{OURS}/procedures")).json()
    assert told["faults"] == []
    assert "tsunami-warning" in {each["id"] for each in told["procedures"]}
    whole = (await reader.get(f"{OURS}/procedures/flood")).json()
    assert whole["sources"][0]["year"] == 2016
    assert whole["steps"][2]["owner"]["name"]["en"]
    assert (await reader.get(f"{OURS}/procedures/no-such")).status_code == 404


async def test_a_flood_from_what_is_proposed_to_the_end(demo: httpx.AsyncClient) -> None:
    incident = await flood(demo, priority=2)
    told = (await demo.get(of(incident))).json()
    assert (told["proposed"], told["runs"]) == (["flood"], [])
    run = await start(demo, incident)
    assert (run["state"], run["drill"], open_steps(run)) == ("running", False, ["confirm"])
    assert step(run, "confirm")["dueAt"] and step(run, "confirm")["escalatesAt"]
    run = await act(demo, run, act="done", step="confirm", words="setinggi lutut")
    assert {"people-at-risk", "electricity", "roads", "pumps"} <= set(open_steps(run))
    run = await act(demo, run, act="answer", step="people-at-risk", answer="no-rescue")
    assert step(run, "rescue")["state"] == "passed"
    message = step(run, "warn-residents")["message"]
    assert "Makassar" in message["text"]["id"] and "{" not in message["text"]["ja"]
    run = await act(demo, run, act="sent", step="warn-residents", words=message["text"]["id"])
    assert step(run, "warn-residents")["message"]["sentBy"]
    while run["state"] == "running":
        for id in open_steps(run):
            decision = step(run, id)["decision"]
            if decision:
                run = await act(demo, run, act="answer", step=id, answer=decision["answers"][-1]["id"])
            else:
                run = await act(demo, run, act="done", step=id)
    assert (run["state"], run["done"]) == ("finished", run["of"])
    told = (await demo.get(of(incident))).json()
    assert [each["state"] for each in told["runs"]] == ["finished"]
    story = [line for line in (await demo.get(f"{INCIDENTS}/{incident}")).json()["acts"] if line["act"] == "procedure"]
    assert (story[0]["did"], story[1]["did"], story[1]["note"]) == ("start", "done", "setinggi lutut")
    assert story[1]["what"]["ja"].startswith("浸水を確認する")


async def test_what_does_not_fit_is_refused_with_its_reason(demo: httpx.AsyncClient) -> None:
    incident = await flood(demo)
    await start(demo, incident, 400, procedure="no-such")
    run = await start(demo, incident)
    assert "followed already" in (await start(demo, incident, 409))["detail"]
    assert "must not be skipped" in (await act(demo, run, 409, act="skip", step="confirm", words="x"))["detail"]
    assert "no step" in (await act(demo, run, 400, act="done", step="no-such"))["detail"]
    assert "no command" in (await act(demo, run, 400, act="command", step="confirm"))["detail"]
    await act(demo, run, 400, act="dance", step="confirm")
    await act(demo, {"incident": incident, "id": "no-such"}, 404, act="done", step="confirm")
    await start(demo, "urn:ngsi-ld:Incident:none", 404)


async def test_a_drill_says_so_in_every_message(demo: httpx.AsyncClient) -> None:
    run = await start(demo, await flood(demo), drill=True)
    texts = [each["message"]["text"] for each in run["steps"] if each["message"]]
    assert run["drill"] and texts
    assert all(text["id"].startswith("LATIHAN") and text["ja"].startswith("【訓練】") for text in texts)


async def test_who_may_only_look_follows_nothing(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    operator = fresh.client(cookie=await fresh.account("siti", Assignment(role="operator")))
    viewer = fresh.client(cookie=await fresh.account("eka", Assignment(role="viewer")))
    elsewhere = fresh.client(
        cookie=await fresh.account("wati", Assignment(role="operator", areas=frozenset({"73.71.14"})))
    )
    async with operator, viewer, elsewhere:
        incident = await flood(operator)
        run = await start(operator, incident)
        assert (await viewer.get(of(incident))).json()["runs"][0]["startedBy"] == "Siti"
        await start(viewer, incident, 403)
        await act(viewer, run, 403, act="done", step="confirm")
        assert (await elsewhere.get(of(incident))).status_code == 404
        await act(elsewhere, run, 404, act="done", step="confirm")
        assert (await elsewhere.get(f"{OURS}/tasks")).json()["tasks"] == []


async def test_tasks_are_those_of_ones_role_or_of_ones_own_incidents(fresh: Opened) -> None:
    await fresh.account("ani", Assignment(role="administrator"))
    operator = fresh.client(cookie=await fresh.account("siti", Assignment(role="operator")))
    supervisor = fresh.client(cookie=await fresh.account("budi", Assignment(role="supervisor")))
    async with operator, supervisor:
        run = await start(operator, await flood(operator))
        run = await act(operator, run, act="done", step="confirm")
        mine = (await operator.get(f"{OURS}/tasks", params={"mine": "true"})).json()
        assert {each["step"] for each in mine["tasks"]} == {"people-at-risk", "rain-outlook"}
        assert (await supervisor.get(f"{OURS}/tasks", params={"mine": "true"})).json()["tasks"] == []
        all = (await supervisor.get(f"{OURS}/tasks")).json()
        assert all["count"] == len(open_steps(run))
        assert [each["mine"] for each in all["tasks"]] == [False] * all["count"]
        dues = [each["dueAt"] for each in all["tasks"]]
        assert dues == sorted(dues)
        pln = (await supervisor.get(f"{OURS}/tasks", params={"owner": "pln"})).json()["tasks"]
        assert [each["step"] for each in pln] == ["electricity"]
        await operator.post(f"{INCIDENTS}/{run['incident']}/acts", json={"act": "take"})
        owned = (await operator.get(f"{OURS}/tasks", params={"mine": "true"})).json()
        assert owned["count"] == all["count"]


async def test_a_procedure_and_what_is_followed_go_on_paper_in_each_language(demo: httpx.AsyncClient) -> None:
    blank = await demo.get(f"{OURS}/procedures/flood/print", params={"language": "ja"})
    assert blank.headers["content-type"].startswith("text/html")
    assert 'lang="ja"' in blank.text and "浸水を確認する" in blank.text and "☑" not in blank.text
    run = await start(demo, await flood(demo), drill=True)
    run = await act(demo, run, act="done", step="confirm", words="<b>knee</b> deep")
    paper = await demo.get(f"{of(run['incident'])}/{run['id']}/print", params={"language": "en"})
    assert "EXERCISE" in paper.text and "☑" in paper.text and "&lt;b&gt;knee&lt;/b&gt; deep" in paper.text
    assert "Banjir di Rappocini" in paper.text and "{incident}" not in blank.text + paper.text
    assert (await demo.get(f"{OURS}/procedures/flood/print", params={"language": "xx"})).status_code == 400


async def test_an_edited_file_changes_no_run_and_the_console_says_that_there_is_a_newer_version(
    template: Path, tmp_path: Path
) -> None:
    city = shutil.copytree(MAKASSAR, tmp_path / "city")
    async with open_house(copy_data(template, tmp_path / "data"), city) as opened, opened.client() as client:
        run = await start(client, await flood(client))
        assert run["newer"] is None
        file = city / "procedures" / "flood.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(
            text.replace("version: 1\n", "version: 22\n", 1).replace("id: clean-up", "id: tidy-up"), "utf-8"
        )
        told = (await client.get(of(run["incident"]))).json()["runs"][0]
        assert (told["version"], told["newer"]) == (1, 22)
        assert step(told, "clean-up")["state"] == "waiting"
        file.write_text("id: flood\nversion: none\n", "utf-8")
        listed = (await client.get(f"{OURS}/procedures")).json()
        assert {fault["file"] for fault in listed["faults"]} == {"flood.yaml"}
        assert listed["faults"][0]["line"] == 1
        told = await act(client, run, act="done", step="confirm")
        assert (told["newer"], step(told, "confirm")["state"]) == (None, "done")


@pytest.fixture
def harbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A third party's service with a command, and the world outside that hears of its effects."""
    outside = tmp_path / "outside"
    outside.touch()
    monkeypatch.setenv("HARBOUR_OUTSIDE", str(outside))
    sys.path.insert(0, str(HARBOUR))
    yield outside
    sys.path.remove(str(HARBOUR))
    for name in ("harbour", "harbour_engine", "harbour_commands"):
        sys.modules.pop(name, None)


@pytest.fixture
async def with_siren(tmp_path: Path, harbour: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Makassar, where the first step of the flood sounds a siren."""
    city = shutil.copytree(MAKASSAR, tmp_path / "city")
    file = city / "procedures" / "flood.yaml"
    text = file.read_text(encoding="utf-8").replace("    due: 10m\n", "    due: 10m\n    action: harbour.siren\n", 1)
    file.write_text(text, encoding="utf-8")
    async with open_house(tmp_path / "data", city) as opened, opened.client(link=PINISI_CONTEXT) as client:
        place = {"type": "GeoProperty", "value": {"type": "Point", "coordinates": RAPPOCINI}}
        made = await client.post(f"{NGSI}/entities", json={"id": SIREN, "type": "Siren", "location": place})
        assert made.status_code == 201, made.text
        yield client


async def test_a_step_gives_a_services_command_and_in_a_drill_only_tries_it(
    with_siren: httpx.AsyncClient, harbour: Path
) -> None:
    sound = {"act": "command", "step": "confirm", "command": {"siren": SIREN, "seconds": 5}}
    drill = await start(with_siren, await flood(with_siren), drill=True)
    tried = await act(with_siren, drill, **sound)
    command = (await with_siren.get(f"{OURS}/commands/{step(tried, 'confirm')['command']}")).json()
    assert (command["state"], harbour.read_text()) == ("shadow", "")
    real = await start(with_siren, await flood(with_siren))
    given = await act(with_siren, real, **sound)
    command = (await with_siren.get(f"{OURS}/commands/{step(given, 'confirm')['command']}")).json()
    assert command["state"] in ("done", "awaitingSecond")
    assert step(given, "confirm")["state"] == "open"
