"""Procedures on a real store: each act one commit with the incident's story, over restarts, by several at once."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import anyio
import msgspec
import pytest
from playbook_at_hand import SMALL, small, with_line

from patience import PATIENCE
from pinisi.feed.in_process import InProcessFeed
from pinisi.incidents.acts import Close, Follow
from pinisi.incidents.desk import Desk
from pinisi.incidents.incident import ACTS, Raised, word_of
from pinisi.incidents.procedures.attending import Attendant
from pinisi.incidents.procedures.followed import Followed, NoSuchRun
from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.procedures import Procedures
from pinisi.incidents.procedures.reading import Known
from pinisi.incidents.procedures.run import RunAct
from pinisi.incidents.procedures.shelf import Shelves
from pinisi.incidents.procedures.surroundings import Surroundings
from pinisi.incidents.procedures.tasks import is_mine, tasks_of
from pinisi.incidents.queue import NoSuchIncident
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.store.change import Edit, EntityChange
from pinisi.store.record import Record
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import GEO, PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import MINUTE, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants, Principal
from pinisi.vocabulary.terms import ADMINISTRATIVE_AREA, CODE, LOCATION

pytestmark = pytest.mark.anyio
FLOOD = "urn:ngsi-ld:Incident:flood"
PLACE = [119.45, -5.15]
BEGIN = 1_000_000_000_000_000


def operator(name: str, **limits: frozenset[str]) -> Principal:
    return Principal(id=f"account:{name}", name=name.title(), kind="person", grants=Grants((Grant(**limits),)))


ANI, BUDI = operator("ani"), operator("budi")


def told(record: Record) -> Mapping[str, Any]:
    """An entity as checks see it, by the last parts of its names."""
    document: dict[str, Any] = {"id": record.id, "type": record.entity.types[0].rpartition(":")[2]}
    for name, instances in record.entity.attributes.items():
        each = instances[0]
        attribute = {"type": each.kind, "value": each.value, "unitCode": each.unit_code}
        if each.observed_at is not None:
            attribute["observedAt"] = each.observed_at
        document[name.rpartition(":")[2]] = attribute
    return document


class Room:
    """A room with a store, a clock that the test sets, and somebody who attends to procedures."""

    def __init__(self, store: SqliteStore, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.now = BEGIN
        self.open()

    def open(self) -> None:
        """As after a restart: nothing is known that is not kept."""
        self.desk = Desk(self.store)
        self.procedures = Procedures(self.store, self.desk)
        self.attendant = Attendant(
            "city",
            self.store,
            self.desk,
            self.procedures,
            Shelves(self.folder, Known()),
            Surroundings(self.store, lambda name: f"urn:x:{name}", told),
            lambda: self.now,
        )

    async def raise_flood(self, **more: Any) -> None:
        raised = Raised(
            id=FLOOD,
            title={"id": "Banjir", "en": "Flood", "ja": "洪水"},
            severity="danger",
            kind="call",
            begins="open",
            category="flood",
            location={"type": "Point", "coordinates": PLACE},
            **more,
        )
        await self.desk.raise_incident("city", raised, SYSTEM, self.now)

    async def start(self, playbook: Playbook | None = None, *, drill: bool = False, by: Principal = ANI) -> Followed:
        return await self.procedures.start("city", FLOOD, playbook or small(), by, self.now, drill=drill)

    async def act(self, run: str, name: str, by: Principal = ANI, **more: Any) -> Followed:
        act = msgspec.convert({"act": name, "at": self.now, "by": by.id, "name": by.name, **more}, RunAct)
        return await self.procedures.act("city", FLOOD, run, act, by)

    async def report(self, id: str, depth: float, lon: float = PLACE[0]) -> None:
        entity = Entity(
            f"urn:ngsi-ld:FloodReport:{id}",
            ["urn:x:FloodReport"],
            {
                "urn:x:floodDepth": [Instance(PROPERTY, depth, unit_code="CMT", observed_at=format_instant(self.now))],
                LOCATION: [Instance(GEO, {"type": "Point", "coordinates": [lon, PLACE[1]]})],
            },
        )
        await self.store.apply("city", [EntityChange(entity.id, lambda old, now: Edit(entity))], SYSTEM)
        for entry in (await self.store.log("city", await self.store.position("city") - 1, 10)).entries:
            self.attendant.heard(entry)

    async def story(self) -> list[Follow]:
        acts = await self.desk.queue.acts("city", FLOOD)
        return [act.deed for act in acts if isinstance(act.deed, Follow)]

    async def run(self) -> Followed:
        return (await self.procedures.kept.of("city", FLOOD))[-1]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    folder = tmp_path / "city" / "procedures"
    folder.mkdir(parents=True)
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    async with SqliteStore(tmp_path / "data", lambda: BEGIN) as store:
        ring = [[119.4, -5.2], [119.5, -5.2], [119.5, -5.1], [119.4, -5.1], [119.4, -5.2]]
        area = Entity(
            "urn:area:1",
            [ADMINISTRATIVE_AREA],
            {
                CODE: [Instance(PROPERTY, "73.71.09")],
                LOCATION: [Instance(GEO, {"type": "Polygon", "coordinates": [ring]})],
            },
        )
        await store.apply("city", [EntityChange(area.id, lambda old, now: Edit(area))], SYSTEM)
        room = Room(store, folder.parent)
        await room.raise_flood()
        yield room


async def test_every_act_is_a_line_of_the_incidents_story_in_one_commit(room: Room) -> None:
    before = await room.store.position("city")
    run = (await room.start()).run
    await room.act(run.id, "done", step="confirm", words="knee deep")
    await room.act(run.id, "answer", step="ask", answer="yes-trapped", by=BUDI)
    story = await room.story()
    assert [(line.did, line.step, line.note) for line in story] == [
        ("start", "", ""),
        ("done", "confirm", "knee deep"),
        ("answer", "ask", ""),
    ]
    assert (story[2].title["ja"], story[2].what["en"], story[2].answer["en"]) == ("洪水", "Ask", "Yes")
    acts = await room.desk.queue.acts("city", FLOOD)
    assert [act.name for act in acts[1:]] == ["Ani", "Ani", "Budi"]
    case = await room.desk.queue.case("city", FLOOD, EVERYTHING)
    assert word_of(case.entity, ACTS) == 4
    log = (await room.store.log("city", before, 100)).entries
    assert len({entry.time for entry in log}) <= 3


async def test_of_two_who_end_the_same_step_at_once_one_does(room: Room) -> None:
    run = (await room.start()).run
    acts = [room.act(run.id, "done", step="confirm", by=operator(f"op{n}")) for n in range(6)]
    done = await asyncio.gather(*acts, return_exceptions=True)
    assert sum(isinstance(each, ActDoesNotFit) for each in done) == 5
    assert [line.did for line in await room.story()] == ["start", "done"]


async def test_a_procedure_is_not_followed_twice_at_once_but_again_when_it_is_over(room: Room) -> None:
    run = (await room.start()).run
    with pytest.raises(ActDoesNotFit, match="followed already"):
        await room.start(by=BUDI)
    await room.act(run.id, "cancel", words="false alarm")
    second = (await room.start()).run
    assert second.id != run.id
    assert [each.run.state for each in await room.procedures.kept.of("city", FLOOD)] == ["cancelled", "running"]


async def test_of_two_who_start_it_at_once_one_does(room: Room) -> None:
    done = await asyncio.gather(*(room.start(by=operator(f"op{n}")) for n in range(4)), return_exceptions=True)
    assert sum(isinstance(each, Followed) for each in done) == 1


async def test_a_run_keeps_the_text_that_it_was_started_with(room: Room) -> None:
    run = (await room.start()).run
    newer = small(with_line("version: 3", "version: 4").replace("id: finish\n", "id: hand-over\n"))
    room.open()
    known = await room.act(run.id, "done", step="confirm")
    assert (known.playbook.version, newer.version) == (3, 4)
    assert "finish" in known.playbook.by_id and "hand-over" not in known.playbook.by_id


async def test_nobody_follows_a_procedure_where_he_sees_no_incident(room: Room) -> None:
    run = (await room.start()).run
    stranger = operator("cici", areas=frozenset({"elsewhere"}))
    with pytest.raises(NoSuchIncident):
        await room.start(by=stranger)
    with pytest.raises(NoSuchIncident):
        await room.act(run.id, "done", step="confirm", by=stranger)
    with pytest.raises(NoSuchRun):
        await room.act("no-such-run", "done", step="confirm")


async def test_a_refused_act_leaves_no_line(room: Room) -> None:
    run = (await room.start()).run
    with pytest.raises(BadAct):
        await room.act(run.id, "cancel", words=" ")
    with pytest.raises(ActDoesNotFit):
        await room.act(run.id, "done", step="finish")
    assert [line.did for line in await room.story()] == ["start"]


async def test_in_an_exercise_every_procedure_is_a_drill(room: Room) -> None:
    raised = Raised(id="urn:ngsi-ld:Incident:x", title={"en": "X"}, severity="danger", kind="call", exercise=True)
    await room.desk.raise_incident("city", raised, SYSTEM, room.now)
    started = await room.procedures.start("city", raised.id, small(), ANI, room.now, drill=False)
    assert started.run.drill


async def test_a_clock_that_passed_while_the_server_was_down_escalates_at_its_start(room: Room) -> None:
    await room.start()
    await room.attendant.look()
    assert (await room.run()).run.progress("confirm").escalated == 0
    room.now += 16 * MINUTE
    room.open()
    await room.attendant.look()
    progress = (await room.run()).run.progress("confirm")
    assert (progress.state, progress.escalated) == ("open", room.now)
    assert [(line.did, line.step) for line in await room.story()] == [("start", ""), ("escalate", "confirm")]
    await room.attendant.look()
    assert len(await room.story()) == 2


async def test_a_closed_incident_calls_nobody(room: Room) -> None:
    await room.start()
    await room.desk.act("city", FLOOD, Close(outcome="prank"), ANI, room.now)
    room.now += 99 * MINUTE
    room.open()
    await room.attendant.look()
    assert [line.did for line in await room.story()] == ["start"]
    with pytest.raises(ActDoesNotFit, match="closed"):
        await room.start()


async def test_a_check_ticks_its_step_when_an_entity_near_by_changes(room: Room) -> None:
    await room.start()
    await room.attendant.look()
    await room.report("far", 120, lon=PLACE[0] + 0.5)
    await room.attendant.look()
    assert (await room.run()).run.progress("confirm").state == "open"
    await room.report("near", 120)
    await room.attendant.look()
    progress = (await room.run()).run.progress("confirm")
    assert (progress.state, progress.name) == ("done", SYSTEM.name)
    assert progress.finding is not None and progress.finding.entities == ("urn:ngsi-ld:FloodReport:near",)
    assert [(line.did, line.step) for line in await room.story()] == [("start", ""), ("check", "confirm")]


async def test_a_check_that_warns_comes_and_goes_and_ends_nothing(room: Room) -> None:
    await room.start(small(with_line("then: tick", "then: warn")))
    for depth, holds in ((90, True), (20, False)):
        await room.report("near", depth)
        await room.attendant.look()
        progress = (await room.run()).run.progress("confirm")
        assert progress.state == "open"
        assert progress.finding is not None and progress.finding.holds is holds


async def test_a_procedure_starts_by_itself_only_where_its_file_says_so(room: Room) -> None:
    await room.attendant.look()
    assert await room.procedures.kept.of("city", FLOOD) == []
    (room.folder / "procedures" / "small.yaml").write_text(with_line("start: by-person", "start: automatic"), "utf-8")
    room.open()
    await room.attendant.look()
    assert (await room.run()).run.name == SYSTEM.name
    await room.attendant.look()
    assert len(await room.procedures.kept.of("city", FLOOD)) == 1


async def test_the_attendant_follows_the_log_by_itself(room: Room) -> None:
    feed = InProcessFeed(room.store)
    room.store.listen(feed.heard)
    await room.start()
    task = asyncio.create_task(room.attendant.attend(feed))
    try:
        await asyncio.sleep(0)
        await room.report("near", 120)
        with anyio.fail_after(PATIENCE):
            async for _ in feed.follow("city", 0, EVERYTHING):
                if (await room.run()).run.progress("confirm").state == "done":
                    break
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert [line.did for line in await room.story()] == ["start", "check"]


async def test_tasks_are_the_open_steps_with_owner_and_clock_the_most_urgent_first(room: Room) -> None:
    run = (await room.start()).run
    await room.act(run.id, "done", step="confirm")
    await room.act(run.id, "answer", step="ask", answer="yes-trapped")
    tasks = tasks_of(await room.procedures.kept.active("city"))
    assert [(task.step.id, task.owners, task.due) for task in tasks] == [
        ("rescue", ("bpbd",), room.now + 20 * MINUTE),
        ("power", ("pln",), None),
    ]
    room.now += 31 * MINUTE
    room.open()
    await room.attendant.look()
    escalated = tasks_of(await room.procedures.kept.active("city"))[0]
    assert escalated.owners == ("bpbd", "supervisor")
    assert is_mine(escalated, ["supervisor"], owns_incident=False)
    assert not is_mine(tasks[0], ["supervisor"], owns_incident=False)
    assert is_mine(tasks[0], ["department"], owns_incident=False, agency=tasks[0].owners[0])
    assert not is_mine(tasks[0], ["department"], owns_incident=False, agency="other")
    assert is_mine(tasks[1], ["operator"], owns_incident=True)


async def test_what_is_paused_or_over_is_no_task(room: Room) -> None:
    run = (await room.start()).run
    await room.act(run.id, "pause", words="shift change")
    assert tasks_of(await room.procedures.kept.active("city")) == []
    await room.act(run.id, "cancel", words="wrong procedure")
    assert await room.procedures.kept.active("city") == []
