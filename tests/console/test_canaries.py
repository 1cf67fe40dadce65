"""What callers say is found nowhere but in their records: one day in the room, and every way out of it looked at.

A real server at the debug level of its log, real sessions of each role that may not read calls, a real receiver of
notifications, the live stream, the files on disk. `where` of each look is what a failure names.
"""

import asyncio
import contextlib
import io
import re
import tarfile
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import apsw
import httpx
import msgspec
import pytest
from canaries_at_hand import CALLER, CAMERA, ENGINE, LEAKED, NUMBER, ROOM, Planted, Room, of, plant, planted
from house_at_hand import BASE, NGSI, OURS, PINISI_CONTEXT, copy_data, open_house
from notification_receiver import Receiver, open_receiver
from pypdf import PdfReader
from running import Running, running

from patience import PATIENCE
from pinisi.console.http import Route
from pinisi.console.routes import all_routes
from pinisi.people.accounts import Assignment
from pinisi.people.roles import ROLES
from pinisi.vocabulary.instant import HOUR, format_instant

pytestmark = pytest.mark.anyio
READS_CALLS = frozenset({"calls.read", "calls.take"})
WITHOUT = sorted(role for role, permissions in ROLES.items() if not permissions & READS_CALLS and role != "public")
PEOPLE = {"siti": "operator", "budi": "operator", "tono": "supervisor", "pbx": "technician", "regu": "crew"}
INCIDENT_ROOM = frozenset({"incidents.read", "incidents.act", "units.dispatch"})
"""Who sees the incidents' room sees what the room wrote; callers he does not."""


class Look(msgspec.Struct, frozen=True):
    """One look: which way out, where exactly, how much was read, which canaries were there."""

    way: str
    where: str
    size: int
    found: frozenset[str]
    status: int = 200
    permission: str | None = None
    route: str = ""


def look(way: str, where: str, body: bytes, **more: Any) -> Look:
    return Look(way, where, len(body), planted(body), **more)


class Day(msgspec.Struct, frozen=True):
    """All looks at one day in the room."""

    routes: Sequence[Route]
    looks: Sequence[Look]

    def by(self, *ways: str) -> list[Look]:
        return [each for each in self.looks if each.way in ways]

    def leaks(self, kinds: Iterable[str], *ways: str) -> list[tuple[str, frozenset[str]]]:
        """Where canaries of these kinds were found, by all ways or by these."""
        looks = self.by(*ways) if ways else self.looks
        return [(each.where, of(kinds, each.found)) for each in looks if of(kinds, each.found)]


MOST_LAYERS = 4
"""Of the layers: all are drawn by the same code."""


class Door(msgspec.Struct, frozen=True):
    """What is known before the server starts."""

    cookies: Mapping[str, str]
    routes: Sequence[Route]
    layers: Sequence[str]
    place: str
    area: str
    expires: str


@pytest.fixture(scope="module")
async def day(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Day:
    folder = tmp_path_factory.mktemp("canaries")
    data, log = copy_data(template, folder / "data"), folder / "log"
    door = await opened_before(data)
    with running(data, log=log, more={"PINISI_LOG_LEVEL": "debug"}) as server:
        async with open_receiver() as receiver:
            looks = await lived(server, door, receiver)
        server.stop()
    looks.append(look("log", "the log at debug level", log.read_bytes()))
    looks += files_on_disk(data)
    return Day(door.routes, looks)


async def opened_before(data: Path) -> Door:
    """Accounts with a session each: hashing of passwords costs time, and these need none."""
    async with open_house(data) as opened:
        cookies = {"administrator": await opened.account("ani", Assignment(role="administrator"))}
        for name, role in PEOPLE.items():
            cookies[name] = await opened.account(name, Assignment(role=role))
        for role in (*WITHOUT, "operator"):
            cookies[role] = await opened.account(f"look.{role}", Assignment(role=role))
        cookies["crew"] = cookies["regu"]
        areas = opened.house.profile.areas
        (area,) = [each.code for each in areas if each.level == "kelurahan" and each.name == "Manggala"]
        async with opened.client(cookie=cookies["siti"]) as siti:
            place = (await siti.get(f"{OURS}/search", params={"q": "panaikang"})).json()["results"][0]["id"]
        expires = format_instant(opened.house.now() + 6 * HOUR)
        layers = sorted(opened.house.town(opened.house.default_tenant).layers.ids())[:MOST_LAYERS]
        return Door(cookies, all_routes(opened.house.registry), layers, place, area, expires)


async def lived(server: Running, door: Door, receiver: Receiver) -> list[Look]:
    """Look while the room works (stream, notifications), then everywhere."""
    async with contextlib.AsyncExitStack() as stack:
        clients = {
            who: await stack.enter_async_context(client(server, headers))
            for who, headers in ({"nobody": {}} | {each: {"cookie": c} for each, c in door.cookies.items()}).items()
        }
        subscription = ""
        for who in ("technician", "partner"):
            subscription = await subscribe(clients[who], receiver.uri)
        streams = {who: await stack.enter_async_context(listening(clients[who])) for who in ("viewer", "operator")}
        there = await plant(Room(clients), door.place, door.area, door.expires)
        await until(lambda: all(LEAKED in str(planted(bytes(told))) for told in streams.values()))
        await until(lambda: any(LEAKED in str(each.body) for each in receiver.taken))
        looks = [look("stream", f"stream of {who}", bytes(told)) for who, told in streams.items()]
        known = asked_for(there, door.layers, subscription)
        for who in ("nobody", *WITHOUT, "operator"):
            looks += await walk(clients[who], who, door.routes, known)
        looks += await wrong_ways(clients["viewer"])
        looks += await paper(clients["viewer"], there)
        looks += await kept_away(clients["administrator"])
        looks += [look("notification", f"to {each.path}", msgspec.json.encode(each.body)) for each in receiver.taken]
    return looks


@contextlib.asynccontextmanager
async def client(server: Running, headers: Mapping[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    link = {"link": PINISI_CONTEXT.replace(BASE, server.address)}
    async with httpx.AsyncClient(base_url=server.address, headers={**headers, **link}, timeout=PATIENCE) as made:
        yield made


async def subscribe(reader: httpx.AsyncClient, uri: str) -> str:
    """To everything that a call can touch, told in full; answers the id."""
    types = [{"type": each} for each in ("Incident", "Unit", "Alert", "Kelurahan")]
    wish = {"type": "Subscription", "entities": types, "notification": {"endpoint": {"uri": uri}}}
    answer = await reader.post(f"{NGSI}/subscriptions", json=wish)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


@contextlib.asynccontextmanager
async def listening(reader: httpx.AsyncClient) -> AsyncIterator[bytearray]:
    """All that the live stream tells from now on."""
    told = bytearray()
    async with reader.stream("GET", f"{OURS}/stream", timeout=None) as answer:
        assert answer.status_code == 200

        async def listen() -> None:
            async for piece in answer.aiter_bytes():
                told.extend(piece)

        task = asyncio.create_task(listen())
        await until(lambda: b"hello" in told)
        try:
            yield told
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what comes from another process has no event here
            await asyncio.sleep(0.02)


def asked_for(there: Planted, layers: Sequence[str], subscription: str) -> dict[str, list[str]]:
    """Where a route is asked for more than its bare address: what stands in its braces, and its queries."""
    both = [there.story, there.leaky]
    cases = [f"{OURS}/incidents/{id}" for id in both]
    entities = [*both, ENGINE]
    seen = "&".join(["from=2020-01-01T00:00:00Z", "to=2099-01-01T00:00:00Z"])
    of_all = "timerel=after&timeAt=2020-01-01T00:00:00Z"
    told = ["category", "leadAgency", "state", "title", "description", "owned", "acts"]
    return {
        f"{NGSI}/attributes/{{attribute}}": [f"{NGSI}/attributes/title"],
        f"{NGSI}/entities": [
            f"{NGSI}/entities?type=Incident&limit=1000{more}"
            for more in ("", "&options=keyValues", "&options=sysAttrs&count=true", f'&q=title~="{CALLER}"')
        ]
        + [f"{NGSI}/entities?type=Unit", f"{NGSI}/entities?type=Alert"],
        f"{NGSI}/entities/{{id}}": [f"{NGSI}/entities/{id}" for id in entities],
        f"{NGSI}/subscriptions/{{id}}": [f"{NGSI}/subscriptions/{subscription}"],
        f"{NGSI}/temporal/entities": [
            f"{NGSI}/temporal/entities?type={type}&{of_all}" for type in ("Incident", "Unit")
        ],
        f"{NGSI}/temporal/entities/{{id}}": [f"{NGSI}/temporal/entities/{id}" for id in entities],
        f"{NGSI}/types/{{type}}": [f"{NGSI}/types/Incident"],
        f"{NGSI}/entityMaps": [f"{NGSI}/entityMaps?type=Incident"],
        f"{NGSI}/temporal/entityMaps": [f"{NGSI}/temporal/entityMaps?type=Incident&{of_all}"],
        f"{NGSI}/csourceRegistrations": [f"{NGSI}/csourceRegistrations?type=Incident"],
        "/v2/entities": [
            f"/v2/entities?type=Incident&limit=1000{more}" for more in ("", "&options=keyValues", f"&q=title~={CALLER}")
        ],
        "/v2/entities/{id}": [f"/v2/entities/{id}" for id in entities],
        "/v2/entities/{id}/attrs": [f"/v2/entities/{id}/attrs" for id in entities],
        "/v2/entities/{id}/attrs/{attribute}": [f"/v2/entities/{id}/attrs/{name}" for id in both for name in told],
        "/v2/entities/{id}/attrs/{attribute}/value": [
            f"/v2/entities/{there.story}/attrs/{name}/value" for name in told
        ],
        "/v2/types/{type}": ["/v2/types/Incident"],
        f"{OURS}/services/mobility/headways": [f"{OURS}/services/mobility/headways?route=urn:ngsi-ld:GtfsRoute:x:A"],
        f"{OURS}/services/mobility/journeys": [f"{OURS}/services/mobility/journeys?from=119.41,-5.13&to=119.43,-5.11"],
        f"{OURS}/services/mobility/corridor-lists/{{feed}}": [f"{OURS}/services/mobility/corridor-lists/drawn"],
        f"{OURS}/services/mobility/transit-stops": [f"{OURS}/services/mobility/transit-stops?name=daya"],
        f"{OURS}/services/mobility/transit-reach": [f"{OURS}/services/mobility/transit-reach?from=119.41,-5.13"],
        f"{OURS}/areas/values": [f"{OURS}/areas/values?layer=puskesmas&measure=count"],
        f"{OURS}/audit": [f"{OURS}/audit?limit=1000"],
        f"{OURS}/calls/alike": [f"{OURS}/calls/alike?category=fire"],
        f"{OURS}/calls/{{key}}": [f"{OURS}/calls/{key}" for key in there.calls],
        f"{OURS}/commands/{{id}}": [f"{OURS}/commands/urn:x:1"],
        f"{OURS}/entities/{{id}}/lineage": [
            f"{OURS}/entities/{id}/lineage?attribute={name}" for id in both[:1] for name in told
        ],
        f"{OURS}/export": [
            *(
                f"{OURS}/export?layer={id}&format={form}"
                for id in ("incidents", "units")
                for form in ("csv", "geojson")
            ),
            *(f"{OURS}/export?entity={there.story}&attribute={name}&{seen}&format=csv" for name in told),
        ],
        f"{OURS}/forms/{{type}}": [f"{OURS}/forms/WasteBank"],
        f"{OURS}/history": [f"{OURS}/history?entity={there.story}&attribute={name}&{seen}" for name in told],
        f"{OURS}/imports/{{id}}": [f"{OURS}/imports/1"],
        f"{OURS}/incidents": [f"{OURS}/incidents?state=all&limit=200"],
        f"{OURS}/incidents/{{id}}": cases,
        f"{OURS}/incidents/{{id}}/calls": [f"{case}/calls" for case in cases],
        f"{OURS}/incidents/{{id}}/photos": [f"{case}/photos" for case in cases],
        f"{OURS}/incidents/{{id}}/photos/{{photo}}": [f"{cases[0]}/photos/{photo}" for photo in there.photos],
        f"{OURS}/incidents/{{id}}/priority": [f"{case}/priority" for case in cases],
        f"{OURS}/incidents/{{id}}/procedures": [f"{case}/procedures" for case in cases],
        f"{OURS}/incidents/{{id}}/procedures/{{run}}/print": [
            f"{cases[0]}/procedures/{run}/print?language=en" for run in there.runs
        ],
        f"{OURS}/incidents/{{id}}/recommendation": [f"{case}/recommendation?need=fire-engine" for case in cases],
        f"{OURS}/incidents/{{id}}/report": [f"{case}/report?format=json" for case in cases],
        f"{OURS}/incidents/{{id}}/nearby": [f"{case}/nearby" for case in cases],
        f"{OURS}/incidents/{{id}}/notices": [f"{case}/notices" for case in cases],
        f"{OURS}/warnings/{{id}}/preview": [f"{OURS}/warnings/{there.warning}/preview"],
        f"{OURS}/indicators/{{id}}/lineage": [f"{OURS}/indicators/population/lineage"],
        f"{OURS}/jobs/{{id}}": [f"{OURS}/jobs/urn:x:1"],
        f"{OURS}/layers/{{id}}": [f"{OURS}/layers/{id}" for id in layers],
        f"{OURS}/layers/{{id}}/shapes": [f"{OURS}/layers/{id}/shapes" for id in layers[:1]],
        f"{OURS}/operators": [f"{OURS}/operators?hours=24"],
        f"{OURS}/places/{{id}}": [f"{OURS}/places/{id}" for id in entities],
        f"{OURS}/procedures/{{id}}": [f"{OURS}/procedures/large-fire"],
        f"{OURS}/procedures/{{id}}/print": [f"{OURS}/procedures/large-fire/print"],
        f"{OURS}/public/warnings/{{identifier}}": [f"{OURS}/public/warnings/{there.warned}"],
        f"{OURS}/public/warnings/{{identifier}}/poster": [f"{OURS}/public/warnings/{there.warned}/poster"],
        f"{OURS}/replays/{{id}}": [f"{OURS}/replays/x"],
        f"{OURS}/roads": [f"{OURS}/roads?provider=osm"],
        f"{OURS}/search": [f"{OURS}/search?q={word}" for word in ("kanari", "damkar", "lorong")],
        f"{OURS}/services/mobility/junction-plans/{{junction}}/compared": [
            f"{OURS}/services/mobility/junction-plans/veteran-landak/compared?before=a&after=b"
        ],
        f"{OURS}/reports/{{service}}": [f"{OURS}/reports/flood?format=json"],
        f"{OURS}/sections/{{id}}": [f"{OURS}/sections/earthquakes-of-the-month"],
        f"{OURS}/sections/{{id}}/lineage": [f"{OURS}/sections/earthquakes-of-the-month/lineage"],
        f"{OURS}/services/{{name}}/reactions/{{reaction}}/parked": [
            f"{OURS}/services/environment/reactions/air-verdict/parked"
        ],
        f"{OURS}/shifts/{{id}}": [f"{OURS}/shifts/{there.shift}"],
        f"{OURS}/timeline": [f"{OURS}/timeline?{seen}"],
        f"{OURS}/units/{{id}}": [f"{OURS}/units/{ENGINE}"],
        f"{OURS}/warnings/{{id}}": [f"{OURS}/warnings/{there.warning}"],
    }


def addresses(route: Route, known: Mapping[str, list[str]]) -> list[str]:
    """Where to ask for a route; of one with braces that `asked_for` does not know, where nothing is."""
    return known.get(route.path, [re.sub(r"\{\w+\}", "urn:x:1", route.path)])


async def walk(
    reader: httpx.AsyncClient, who: str, routes: Sequence[Route], known: Mapping[str, list[str]]
) -> list[Look]:
    """Everything that one can get by GET, and the two questions of NGSI-LD that are put by POST."""
    looks: list[Look] = []
    for route in routes:
        if route.method != "GET" or route.path == f"{OURS}/stream":
            continue
        for address in addresses(route, known):
            answer = await reader.get(address)
            assert answer.status_code < 500 or answer.status_code == 501, (address, answer.text)
            where = f"{who}: GET {address}"
            told = answer.content + str(answer.headers).encode()
            which = {"permission": route.permission, "route": route.path}
            looks.append(look("route", where, told, status=answer.status_code, **which))
    for path, query in (("entityOperations", {}), ("temporal/entityOperations", {"temporalQ": AFTER})):
        body = {"type": "Query", "entities": [{"type": "Incident"}], **query}
        answer = await reader.post(f"{NGSI}/{path}/query", json=body)
        where = f"{who}: POST {path}/query"
        looks.append(look("route", where, answer.content, status=answer.status_code, permission="context.read"))
    return looks


AFTER = {"timerel": "after", "timeAt": "2020-01-01T00:00:00Z"}


async def wrong_ways(reader: httpx.AsyncClient) -> list[Look]:
    """What faulty questions are answered."""
    questions = ("entities?type=%", "entities?q=(", "temporal/entities?type=Incident", "entities/x", "types/%20")
    answers = [(question, await reader.get(f"{NGSI}/{question}")) for question in questions]
    return [look("error", question, answer.content, status=answer.status_code) for question, answer in answers]


async def paper(reader: httpx.AsyncClient, there: Planted) -> list[Look]:
    """The report and the hand-over as they are printed: their words, without the spaces between."""
    looks: list[Look] = []
    for address in (f"{OURS}/incidents/{there.story}/report?lang=en", f"{OURS}/shifts/{there.shift}?format=pdf"):
        answer = await reader.get(address)
        assert answer.headers["content-type"] == "application/pdf", answer.text
        pages = PdfReader(io.BytesIO(answer.content)).pages
        words = "".join("".join(page.extract_text().split()) for page in pages)
        looks.append(look("paper", address, words.encode()))
    return looks


async def kept_away(administrator: httpx.AsyncClient) -> list[Look]:
    """What says which files a backup holds. The files hold the records, and are for nobody but the house."""
    answer = await administrator.post(f"{OURS}/backup")
    assert answer.status_code == 200
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as kept:
        first = kept.next()
        manifest = kept.extractfile(first) if first else None
        assert first and manifest and first.name == "manifest.json"
        return [look("backup", "the manifest", manifest.read())]


def files_on_disk(data: Path) -> list[Look]:
    """Every table of every database, each by itself, and every other file."""
    looks: list[Look] = []
    for path in sorted(each for each in data.rglob("*") if each.is_file()):
        if path.suffix == ".sqlite":
            looks += list(tables(path))
        elif not path.name.endswith(("-wal", "-shm")) and "static" not in path.parts:
            looks.append(look("file", path.name, path.read_bytes()))
    return looks


def tables(path: Path) -> Iterator[Look]:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    for name in names:
        with contextlib.suppress(apsw.SQLError):
            rows = connection.execute(f'SELECT * FROM "{name}"')
            body = b"\n".join(
                value if isinstance(value, bytes) else str(value).encode() for row in rows for value in row
            )
            yield look("table", f"{path.stem}: table {name}", body)
    connection.close()


async def test_nothing_of_a_caller_leaves_the_records(day: Day) -> None:
    outside = [each for each in day.looks if not reads_calls(each)]
    assert [(each.where, of([CALLER], each.found)) for each in outside if of([CALLER], each.found)] == []


def shows_the_queue(each: Look) -> bool:
    """The first page, to those who may see incidents."""
    who, _, address = each.where.partition(": GET ")
    return address == f"{OURS}/now" and "incidents.read" in ROLES.get(who, frozenset())


def reads_calls(each: Look) -> bool:
    """The records themselves, and the routes of those who may read them."""
    return each.where.endswith("table incidents__call") or each.permission in READS_CALLS


async def test_who_may_not_read_calls_is_refused_where_they_are_told(day: Day) -> None:
    asked = [
        each for each in day.by("route") if each.permission in READS_CALLS and not each.where.startswith("operator")
    ]
    assert asked
    assert {each.status for each in asked} <= {401, 403}


async def test_what_the_room_writes_stays_in_the_room(day: Day) -> None:
    allowed = [each for each in day.by("route", "paper") if each.permission in INCIDENT_ROOM or each.way == "paper"]
    assert any(of([ROOM], each.found) for each in allowed)
    told = [each for each in day.by("route") if each.permission not in INCIDENT_ROOM and not shows_the_queue(each)]
    told += day.by("notification", "log", "backup", "error", "file")
    assert [(each.where, of([ROOM], each.found)) for each in told if of([ROOM], each.found)] == []


async def test_what_a_camera_writes_is_kept_nowhere(day: Day) -> None:
    assert day.leaks([CAMERA]) == []


async def test_every_way_out_was_looked_at(day: Day) -> None:
    ways = {each.way for each in day.looks}
    assert ways == {"route", "stream", "notification", "log", "paper", "backup", "error", "table", "file"}
    reached = {each.where.partition(": ")[0] for each in day.by("route") if each.status == 200}
    assert reached == {"nobody", *WITHOUT, "operator"}
    answered = {each.route for each in day.by("route") if each.status in (200, 201)}
    unseen = {route.path for route in day.routes if route.method == "GET"} - answered
    assert unseen == NOTHING_THERE, "say in asked_for() what to ask for, or here that there is nothing to see"


NOTHING_THERE = frozenset(
    f"{OURS}/{each}"
    for each in (
        "accounts",
        "calls/{key}",
        "contacts",
        "dead-letters/{subscription}/{position}",
        "exercise",
        "exercise/report",
        "sign-in/{provider}",
        "sign-in/{provider}/callback",
        "told/{token}",
        "commands/{id}",
        "imports/{id}",
        "sections/{id}/lineage",
        "jobs/{id}",
        "replays/{id}",
        "services/mobility/datex/measured-data",
        "services/mobility/gtfs-realtime/{feed}/{kind}",
        "services/mobility/timetables/{feed}/file",
        "services/mobility/timetables/{feed}/health",
        "services/mobility/reach",
        "services/mobility/routes",
        "services/mobility/travel-times",
        "stream",
    )
) | {
    f"{NGSI}/csourceRegistrations/{{id}}",
    f"{NGSI}/csourceSubscriptions/{{id}}",
    f"{NGSI}/entityMaps/{{id}}",
    f"{NGSI}/jsonldContexts/{{id}}",
    f"{NGSI}/snapshots/{{id}}",
    "/v2/registrations/{id}",
    "/v2/subscriptions/{id}",
}
"""Administrators read accounts and contacts, a call is in other hands, the rest was not done on that day (no exercise,
no other context source, no hosted @context, no snapshot, no sign-in elsewhere, no notice, no roads for routes); the
stream is read by itself."""


async def test_the_search_finds_what_is_leaked_on_purpose(day: Day) -> None:
    """A name in the title of an incident raised by hand, and one in a warning: seen by every way that tells of them."""
    ways = {each.way for each in day.looks if of([LEAKED], each.found)}
    assert ways >= {"route", "stream", "notification", "table"}
    shown = {each.where.partition("?")[0] for each in day.by("route") if of([LEAKED], each.found)}
    for address in ("/ngsi-ld/v1/entities", "/ngsi-ld/v1/temporal/entities", f"{OURS}/public/warnings.atom"):
        assert any(where.endswith(f"GET {address}") for where in shown), address
    assert planted(f"{NUMBER}01 +62 811-7720-9902 +628117720 9903 628117720 99".encode()) == {
        f"{CALLER} number {number}" for number in ("811 7720 9901", "811-7720-9902", "8117720 9903")
    }
    assert {CALLER, ROOM} <= {each[:8].rstrip("f") for each in day_records(day)}


def day_records(day: Day) -> frozenset[str]:
    return frozenset().union(*(each.found for each in day.by("table")))
