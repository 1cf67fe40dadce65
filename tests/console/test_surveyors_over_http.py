"""Surveyors: a department plans a survey and brings phones in; nothing is lost, nothing counted twice."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from house_at_hand import NGSI, OURS, PINISI_CONTEXT, Opened, entity_path

from pinisi.console.routes import all_routes
from pinisi.people.accounts import Assignment
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, SECOND, Instant, format_instant

pytestmark = pytest.mark.anyio
SURVEYORS = f"{OURS}/surveyors"
MOBILITY = f"{OURS}/services/mobility"
OPEN = f"{MOBILITY}/counting/surveys"
STRETCHES = f"{OPEN}/veteran/stretches"
NORTH = {"name": "Utara", "turns": {"left": "Jl. Landak", "through": "Jl. Veteran Selatan", "u-turn": ""}}
EAST = {"name": "Timur", "turns": {"through": "Jl. Landak Baru"}}
THROUGH = "urn:ngsi-ld:TurningCount:veteran-landak-utara-through"
Clients = Mapping[str, httpx.AsyncClient]


@pytest.fixture
async def team(fresh: Opened) -> AsyncIterator[Clients]:
    """An administrator, the department of transport, two surveyors, a crew."""
    held = {"ani": "administrator", "dishub": "department", "tim-1": "surveyor", "tim-2": "surveyor", "regu": "crew"}
    clients = {
        name: fresh.client(cookie=await fresh.account(name, Assignment(role=held[name])), link=PINISI_CONTEXT)
        for name in held
    }
    yield clients
    for client in clients.values():
        await client.aclose()


def slot(opened: Opened) -> Instant:
    """The begin of a quarter of an hour that is over."""
    return opened.house.now() // (15 * MINUTE) * 15 * MINUTE - HOUR


def survey(begin: Instant, **more: Any) -> dict[str, Any]:
    wish = {"name": "Survei Veteran", "junction": "Veteran - Landak", "approaches": [NORTH, EAST]}
    return wish | {"since": format_instant(begin - HOUR), "until": format_instant(begin + DAY)} | more


def stretch(key: str, since: Instant, seconds: int = 300, **more: Any) -> dict[str, Any]:
    wish: dict[str, Any] = {"key": f"phone-{key}", "approach": "Utara", "turns": ["left", "through"]}
    wish |= {"since": format_instant(since), "until": format_instant(since + seconds * SECOND)}
    wish |= {"classes": ["motorcycle", "light", "heavy", "unmotorised"]}
    return wish | {"taps": {"through": {"motorcycle": 40, "light": 9}, "left": {"heavy": 1}}} | more


async def planned(dishub: httpx.AsyncClient, begin: Instant, key: str = "veteran", **more: Any) -> dict[str, Any]:
    answer = await dishub.put(f"{MOBILITY}/surveys/{key}", json=survey(begin, **more))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def sent(phone: httpx.AsyncClient, wish: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = await phone.post(STRETCHES, json=wish)
    assert answer.status_code == status, answer.text
    return answer.json()


async def known(ani: httpx.AsyncClient, id: str = THROUGH) -> dict[str, Any]:
    answer = await ani.get(entity_path(id, "?options=keyValues"))
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_department_brings_a_phone_in_by_a_link_that_is_good_for_once(fresh: Opened, team: Clients) -> None:
    dishub = team["dishub"]
    told = (await dishub.get(SURVEYORS)).json()["surveyors"]
    assert [each["account"] for each in told] == ["tim-1", "tim-2"]
    for account in ("ani", "regu", "dishub", "nobody"):
        assert (await dishub.post(f"{SURVEYORS}/invitations", json={"account": account})).status_code == 400
    made = (await dishub.post(f"{SURVEYORS}/invitations", json={"account": "tim-1"})).json()
    code = {"code": made["path"].removeprefix("/count#join=")}
    async with fresh.client() as phone:
        assert (await phone.get(OPEN)).status_code == 401
        assert (await phone.post(f"{SURVEYORS}/join", json=code)).json()["account"] == "tim-1"
        assert (await phone.get(OPEN)).json()["name"] == "Tim-1"
        assert (await phone.post(f"{SURVEYORS}/join", json=code)).status_code == 409
    again = (await dishub.post(f"{SURVEYORS}/invitations", json={"account": "tim-2"})).json()
    assert (await dishub.delete(f"{SURVEYORS}/invitations/tim-2")).status_code == 204
    async with fresh.client() as phone:
        back = {"code": again["path"].removeprefix("/count#join=")}
        assert (await phone.post(f"{SURVEYORS}/join", json=back)).status_code == 409
    assert (await team["tim-1"].post(f"{SURVEYORS}/invitations", json={"account": "tim-2"})).status_code == 403


async def test_a_surveyor_reaches_what_is_to_be_counted_and_nothing_else(fresh: Opened, team: Clients) -> None:
    reached: set[str] = set()
    for route in all_routes(fresh.house.registry):
        if route.permission is None or route.permission == "surveys.fill":
            continue
        answer = await team["tim-1"].request(route.method, route.path.replace("{", "").replace("}", ""))
        if answer.status_code not in (401, 403):
            reached.add(f"{route.method} {route.path}")
    assert reached == set()


async def test_phones_see_the_surveys_of_the_day_with_the_time_of_the_house(fresh: Opened, team: Clients) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    await planned(team["dishub"], begin + 7 * DAY, "next-week", junction="Adhyaksa")
    told = (await team["tim-1"].get(OPEN)).json()
    (one,) = told["surveys"]
    assert (one["key"], one["minutes"], one["approaches"]) == ("veteran", 15, [NORTH, EAST])
    assert told["now"][:13] <= format_instant(fresh.house.now())[:13]
    keys = [each["key"] for each in (await team["dishub"].get(f"{MOBILITY}/surveys")).json()["surveys"]]
    assert keys == ["next-week", "veteran"]


async def test_a_count_is_measured_by_the_survey_and_names_nobody(fresh: Opened, team: Clients) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    assert await sent(team["tim-1"], stretch("a1", begin)) == {"key": "phone-a1", "repeated": False, "beside": []}
    full = (await team["ani"].get(entity_path(THROUGH))).json()
    assert full["motorcycles"]["value"] == 40 and full["motorcycles"]["method"]["value"] == "measured"
    assert full["motorcycles"]["provider"]["value"] == "Survei Veteran"
    assert full["motorcycles"]["observedAt"] == format_instant(begin)
    assert full["countedMinutes"]["value"] == 5 and full["intensity"]["value"] == 49
    assert "tim-1" not in str(full).casefold()
    assert (await known(team["ani"], THROUGH.replace("through", "left")))["heavyVehicles"] == 1


async def test_what_is_sent_twice_counts_once_also_at_the_same_moment(fresh: Opened, team: Clients) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    answers = await asyncio.gather(*(sent(team["tim-1"], stretch("a1", begin)) for _ in range(6)))
    assert sorted(each["repeated"] for each in answers) == [False, True, True, True, True, True]
    await sent(team["tim-1"], stretch("a2", begin + 5 * MINUTE))
    assert (await sent(team["tim-1"], stretch("a1", begin)))["repeated"]
    told = await known(team["ani"])
    assert (told["motorcycles"], told["countedMinutes"]) == (80, 10)


async def test_several_phones_at_once_are_all_counted(fresh: Opened, team: Clients) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    cars: dict[str, Any] = {"classes": ["light", "heavy", "unmotorised"], "taps": {"through": {"light": 9}}}
    bikes: dict[str, Any] = {"classes": ["motorcycle"], "taps": {"through": {"motorcycle": 40}}}
    wishes = [(team["tim-1"], stretch(f"c{n}", begin + n * 5 * MINUTE, **cars)) for n in range(3)]
    wishes += [(team["tim-2"], stretch(f"b{n}", begin + n * 5 * MINUTE, **bikes)) for n in range(3)]
    wishes += [(team["ani"], stretch("e0", begin, approach="Timur", turns=["through"], taps={}))]
    answers = await asyncio.gather(*(sent(phone, wish) for phone, wish in wishes))
    assert not any(each["beside"] for each in answers)
    told = await known(team["ani"])
    assert (told["motorcycles"], told["lightVehicles"], told["countedMinutes"]) == (120, 27, 15)
    assert set(told["minutesByClass"]["json"].values()) == {15}
    assert (await known(team["ani"], "urn:ngsi-ld:TurningCount:veteran-landak-timur-through"))["intensity"] == 0


async def test_two_phones_on_the_same_vehicles_are_not_added(fresh: Opened, team: Clients) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    await sent(team["tim-1"], stretch("a1", begin, 180))
    check = stretch("b1", begin + 2 * MINUTE, 180, classes=["light"], turns=["through"], taps={"through": {"light": 7}})
    assert (await sent(team["tim-2"], check))["beside"] == [{"turn": "through", "kind": "light"}]
    after = stretch("b2", begin + 5 * MINUTE, 300, classes=["light"], turns=["through"], taps={"through": {"light": 5}})
    assert (await sent(team["tim-2"], after))["beside"] == []
    told = await known(team["ani"])
    assert (told["lightVehicles"], told["countedMinutes"]) == (14, 8)
    assert told["minutesByClass"]["json"]["motorcycle"] == 3


async def test_a_class_that_nobody_watched_is_left_out_and_not_nought(fresh: Opened, team: Clients) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    await sent(team["tim-1"], stretch("a1", begin, classes=["motorcycle"], taps={"through": {"motorcycle": 3}}))
    told = await known(team["ani"])
    assert told["motorcycles"] == 3 and not {"lightVehicles", "intensity"} & told.keys()


async def test_what_waited_on_a_phone_enters_its_own_quarter_of_an_hour(fresh: Opened, team: Clients) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    await sent(team["tim-1"], stretch("a4", begin + 15 * MINUTE, taps={"through": {"light": 2}}))
    await sent(team["tim-1"], stretch("a1", begin))
    assert (await known(team["ani"]))["lightVehicles"] == 2
    path = f"{NGSI}/temporal/entities/{THROUGH}?attrs=lightVehicles&options=temporalValues"
    values = (await team["ani"].get(path)).json()["lightVehicles"]["values"]
    assert values == [[9, format_instant(begin)], [2, format_instant(begin + 15 * MINUTE)]]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("key", {"key": "kurz"}),
        ("approach", {"approach": "Barat"}),
        ("turns", {"turns": ["right"], "taps": {}}),
        ("turns", {"turns": ["left", "left"]}),
        ("classes", {"classes": ["light", "light"], "taps": {}}),
        ("taps", {"taps": {"u-turn": {"light": 1}}}),
        ("taps", {"classes": ["light"]}),
        ("taps", {"taps": {"through": {"light": -1}}}),
        ("taps", {"taps": {"through": {"light": 2001}}}),
        ("until", {"until": "2026-01-01T00:00:00Z"}),
        ("since", {"since": "2026-01-01T00:00:00"}),
        ("turns", {"turns": ["back"]}),
    ],
)
async def test_what_cannot_be_is_refused_with_field_and_reason(
    fresh: Opened, team: Clients, field: str, wrong: dict[str, Any]
) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    told = await sent(team["tim-1"], stretch("a1", begin) | wrong, 400)
    faults = told.get("errors") or [{"field": told["detail"].split(":")[0]}]
    assert field in faults[0]["field"]
    assert all({"id", "en", "ja"} <= each["reason"].keys() for each in told.get("errors", []))
    assert (await team["ani"].get(entity_path(THROUGH))).status_code == 404


async def test_a_stretch_lies_within_five_minutes_of_the_clock_within_the_survey_and_not_ahead(
    fresh: Opened, team: Clients
) -> None:
    begin = slot(fresh)
    await planned(team["dishub"], begin)
    for since, seconds in (
        (begin + 200 * SECOND, 200),
        (begin - 2 * HOUR, 300),
        (fresh.house.now() // (5 * MINUTE) * 5 * MINUTE + 10 * MINUTE, 60),
    ):
        told = await sent(team["tim-1"], stretch("a1", since, seconds), 400)
        assert told["errors"][0]["field"] in ("since", "until")


async def test_a_survey_that_cannot_be_is_refused(fresh: Opened, team: Clients) -> None:
    begin, dishub = slot(fresh), team["dishub"]
    await planned(dishub, begin)
    wrongs: list[tuple[str, str, dict[str, Any]]] = [
        ("key", "Veteran!", {}),
        ("junction", "other", {}),
        ("junction", "x", {"junction": "＊"}),
        ("approaches[1].name", "x", {"approaches": [NORTH, {**EAST, "name": "utara"}], "junction": "B"}),
        ("approaches[0].turns", "x", {"approaches": [{"name": "Utara", "turns": {}}], "junction": "B"}),
        ("until", "x", {"until": format_instant(begin - 2 * HOUR), "junction": "B"}),
    ]
    for field, key, wrong in wrongs:
        answer = await dishub.put(f"{MOBILITY}/surveys/{key}", json=survey(begin, **wrong))
        assert answer.status_code == 400, answer.text
        assert field in [each["field"] for each in answer.json()["errors"]]
    assert (await team["tim-1"].put(f"{MOBILITY}/surveys/veteran", json=survey(begin))).status_code == 403
    assert (await team["tim-1"].post(f"{OPEN}/none/stretches", json=stretch("a1", begin))).status_code == 404
