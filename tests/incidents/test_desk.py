"""The desk: raised once, taken by one, told to those who may see it, and no name where everybody can read."""

import asyncio
from typing import Any

import msgspec
import pytest

from pinisi.incidents import acts
from pinisi.incidents.acts import act_word
from pinisi.incidents.desk import Desk, MayNot
from pinisi.incidents.incident import ACTS, DUE_AT, GROUP, STATE, TITLE, Raised, word_of
from pinisi.incidents.queue import NoSuchIncident, Queue, Wanted
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.store.change import DocumentChange, Edit, EntityChange, Forbidden
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import HOUR, MINUTE, format_instant
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants, Principal
from pinisi.vocabulary.terms import INCIDENT

pytestmark = pytest.mark.anyio
FIRE = "urn:ngsi-ld:Incident:fire"


def operator(name: str, **limits: frozenset[str]) -> Principal:
    may = frozenset({"incidents.act", "incidents.verify"})
    grants = Grants((Grant(**limits),))
    return Principal(id=f"account:{name}", name=name.title(), kind="person", permissions=may, grants=grants)


ANI, BUDI = operator("ani"), operator("budi")


def raised(id: str = FIRE, lon: float | None = None) -> Raised:
    place = None if lon is None else {"type": "Point", "coordinates": [lon, 0.5]}
    return Raised(id=id, title={"en": "Fire"}, severity="danger", kind="by-hand", location=place)


async def test_an_open_incident_is_not_raised_again(desk: Desk, queue: Queue) -> None:
    assert await desk.raise_incident("city", raised(), SYSTEM, 1)
    assert not await desk.raise_incident("city", raised(), SYSTEM, 2)
    assert len(await queue.acts("city", FIRE)) == 1


async def test_of_two_who_raise_the_same_at_once_one_does(desk: Desk, queue: Queue) -> None:
    done = await asyncio.gather(*(desk.raise_incident("city", raised(), SYSTEM, n) for n in range(8)))
    assert sum(done) == 1


async def test_a_closed_incident_can_be_raised_anew_and_keeps_its_story(desk: Desk, queue: Queue) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    await desk.act("city", FIRE, acts.Take(), ANI, 2)
    await desk.act("city", FIRE, acts.Close(reason="out"), ANI, 3)
    assert await desk.raise_incident("city", raised(), SYSTEM, 4)
    assert [act_word(act.deed) for act in await queue.acts("city", FIRE)] == ["raise", "take", "close", "raise"]
    case = await queue.case("city", FIRE, EVERYTHING)
    assert (case.record.state, case.record.owner, case.record.raised_at) == ("unacknowledged", "", 4)


async def test_of_two_who_take_at_once_the_second_is_told(desk: Desk, queue: Queue) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    takes = [desk.act("city", FIRE, acts.Take(), operator(f"op{n}"), 2) for n in range(6)]
    done = await asyncio.gather(*takes, return_exceptions=True)
    assert sum(isinstance(each, ActDoesNotFit) for each in done) == 5
    owner = (await queue.case("city", FIRE, EVERYTHING)).record.owner
    assert [act.by for act in await queue.acts("city", FIRE) if isinstance(act.deed, acts.Take)] == [owner]


async def test_the_entity_follows_the_record_and_names_nobody(desk: Desk, queue: Queue, store: SqliteStore) -> None:
    await desk.raise_incident("city", raised(), ANI, 1)
    await desk.act("city", FIRE, acts.Take(), ANI, 2)
    await desk.act("city", FIRE, acts.Hand(to=BUDI.id, to_name="Budi", note="Budi knows the street"), ANI, 3)
    record = await store.entity("city", FIRE, EVERYTHING)
    assert record is not None
    assert record.entity.attributes[STATE][0].value == "acknowledged"
    assert record.entity.attributes[ACTS][0].value == 3
    for name in (b"ani", b"Ani", b"budi", b"Budi"):
        assert name not in record.body


async def test_an_act_that_cannot_be_changes_nothing(desk: Desk, queue: Queue, store: SqliteStore) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    before = await store.position("city")
    wrong: list[tuple[type[Exception], acts.AnyDeed]] = [
        (ActDoesNotFit, acts.Verify()),
        (BadAct, acts.Note()),
        (BadAct, acts.Hand()),
        (BadAct, acts.Shelve(reason="works", until=2 + 9 * HOUR)),
    ]
    for problem, deed in wrong:
        with pytest.raises(problem):
            await desk.act("city", FIRE, deed, ANI, 2)
    with pytest.raises(NoSuchIncident):
        await desk.act("city", "urn:area:west", acts.Take(), ANI, 2)
    assert await store.position("city") == before


async def test_one_may_act_where_one_sees_though_one_may_write_nothing_else(desk: Desk, queue: Queue) -> None:
    west = operator("wati", areas=frozenset({"west"}))
    assert await desk.raise_incident("city", raised(lon=0.5), west, 1)
    assert (await desk.act("city", FIRE, acts.Take(), west, 2)).record.owner_name == "Wati"


@pytest.mark.parametrize("lon", [1.5, 9, None])
async def test_nobody_raises_what_he_would_not_see(
    desk: Desk, queue: Queue, store: SqliteStore, lon: float | None
) -> None:
    before = await store.position("city")
    with pytest.raises(Forbidden):
        await desk.raise_incident("city", raised(lon=lon), operator("wati", areas=frozenset({"west"})), 1)
    assert await store.position("city") == before


async def test_what_lies_elsewhere_does_not_exist_for_him(desk: Desk, queue: Queue) -> None:
    await desk.raise_incident("city", raised(lon=1.5), SYSTEM, 1)
    west = operator("wati", areas=frozenset({"west"}))
    with pytest.raises(NoSuchIncident):
        await queue.case("city", FIRE, west.grants)
    with pytest.raises(NoSuchIncident):
        await desk.act("city", FIRE, acts.Take(), west, 2)
    assert await queue.cases("city", Wanted(), west.grants, limit=10) == ((), 0)


async def test_hidden_attributes_are_hidden_at_the_desk_too(desk: Desk, queue: Queue) -> None:
    await desk.raise_incident("city", raised(lon=0.5), SYSTEM, 1)
    eyes = Grants((Grant(attributes=frozenset({STATE})),))
    case = await queue.case("city", FIRE, eyes)
    assert set(case.entity.attributes) == {STATE}
    assert case.areas == ()
    cases, count = await queue.cases("city", Wanted(), eyes, limit=10)
    assert (count, [TITLE in case.entity.attributes for case in cases]) == (1, [False])


async def test_the_queue_is_newest_first_in_pages(desk: Desk, queue: Queue) -> None:
    for number in range(7):
        await desk.raise_incident("city", raised(f"urn:ngsi-ld:Incident:{number}"), SYSTEM, number)
    pages = [await queue.cases("city", Wanted(), EVERYTHING, limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [[case.entity.id[-1] for case in cases] for cases, _ in pages] == [
        ["6", "5", "4"],
        ["3", "2", "1"],
        ["0"],
        [],
    ]
    assert {count for _, count in pages} == {7}
    assert await queue.cases("city", Wanted(), EVERYTHING, limit=0) == ((), 7)


async def test_an_incident_from_outside_is_nobodys_until_taken(desk: Desk, queue: Queue, store: SqliteStore) -> None:
    entity = Entity(FIRE, [INCIDENT], {STATE: [Instance(PROPERTY, "unacknowledged")]})
    await store.apply("city", [EntityChange(FIRE, lambda old, now: Edit(entity))], SYSTEM)
    assert (await queue.case("city", FIRE, EVERYTHING)).record.state == "unacknowledged"
    case = await desk.act("city", FIRE, acts.Take(), ANI, 2)
    assert (case.record.state, case.record.owner_name) == ("acknowledged", "Ani")


async def test_lately_retells_each_of_the_newest_acts(desk: Desk, queue: Queue) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    await desk.act("city", FIRE, acts.Take(), ANI, 2)
    await desk.act("city", FIRE, acts.Note(note="seen"), ANI, 3)
    await desk.act("city", FIRE, acts.Close(reason="out"), ANI, 4)

    async def states(number: int) -> list[str]:
        return [case.record.state for case in await queue.lately("city", FIRE, number, EVERYTHING)]

    assert await states(1) == ["closed"]
    assert await states(2) == ["acknowledged", "closed"]
    assert await states(4) == ["unacknowledged", "acknowledged", "acknowledged", "closed"]
    assert await states(40) == ["unacknowledged", "acknowledged", "acknowledged", "closed"]


OTHER = "urn:ngsi-ld:Incident:other"
MORNING = 1_000 * HOUR


async def open_one(desk: Desk, id: str = FIRE, **more: Any) -> None:
    new = Raised(id=id, title={"en": "Fire"}, severity="caution", kind="by-hand", begins="open", **more)
    await desk.raise_incident("city", new, ANI, MORNING)


async def test_from_the_first_word_to_the_second_person(desk: Desk, store: SqliteStore) -> None:
    await open_one(desk, injured=1, priority=3)
    for minute, (who, deed) in enumerate(
        (
            (ANI, acts.Take()),
            (ANI, acts.Triage(priority=3, injured=1, lead="damkar")),
            (ANI, acts.Assign(agency="damkar", role="lead")),
            (ANI, acts.Arrive(agency="damkar")),
            (ANI, acts.Resolve(note="put out")),
            (BUDI, acts.Verify()),
            (ANI, acts.Close(reason="put out")),
        ),
        start=1,
    ):
        case = await desk.act("city", FIRE, deed, who, MORNING + minute * MINUTE)
    assert (case.record.state, case.record.asked, case.record.verified_name) == ("closed", "injury", "Budi")
    record = await store.entity("city", FIRE, EVERYTHING)
    assert record is not None
    told = {name.rpartition(":")[2]: one[0].value for name, one in record.entity.attributes.items()}
    assert (told["leadAgency"], told["priority"], told["injured"], told["owned"]) == ("damkar", 3, 1, True)
    assert told["closedAt"] == {"@type": "DateTime", "@value": format_instant(MORNING + 7 * MINUTE)}
    assert "dueAt" not in told
    for name in (b"ani", b"Ani", b"budi", b"Budi", b"put out"):
        assert name not in record.body


async def test_an_entity_is_due_when_its_next_clock_ends(desk: Desk, queue: Queue) -> None:
    await open_one(desk, priority=1)
    case = await queue.case("city", FIRE, EVERYTHING)
    assert word_of(case.entity, DUE_AT)["@value"] == format_instant(MORNING + 2 * MINUTE)


async def test_to_verify_asks_for_a_permission_of_its_own(desk: Desk) -> None:
    await open_one(desk)
    clerk = msgspec.structs.replace(BUDI, permissions=frozenset({"incidents.act"}))
    for deed in (acts.Verify(), acts.Reject(reason="no"), acts.BreakGlass(reason="x"), acts.Review()):
        with pytest.raises(MayNot, match="to verify asks"):
            await desk.act("city", FIRE, deed, clerk, MORNING)


async def test_a_token_is_no_second_person_to_the_one_behind_it(desk: Desk) -> None:
    token = msgspec.structs.replace(ANI, id="token:7", kind="token", account="ani")
    await open_one(desk, priority=1)
    await desk.act("city", FIRE, acts.Resolve(note="out"), ANI, MORNING)
    with pytest.raises(ActDoesNotFit, match="second person"):
        await desk.act("city", FIRE, acts.Verify(), token, MORNING)


async def test_glass_is_broken_only_by_one_who_is_alone(store: SqliteStore) -> None:
    alone = [False]

    async def others(tenant: str, principal: Principal, now: int) -> bool:
        return not alone[0]

    desk = Desk(store, others=others)
    await open_one(desk, priority=1)
    await desk.act("city", FIRE, acts.Resolve(note="out"), ANI, MORNING)
    with pytest.raises(ActDoesNotFit, match="on duty"):
        await desk.act("city", FIRE, acts.BreakGlass(reason="night"), ANI, MORNING)
    alone[0] = True
    case = await desk.act("city", FIRE, acts.BreakGlass(reason="night"), ANI, MORNING)
    assert (case.record.state, case.record.glass) == ("verified", "night")


async def test_what_was_written_on_paper_is_entered_with_its_true_time(desk: Desk, queue: Queue) -> None:
    await open_one(desk, at=MORNING - 40 * MINUTE)
    await desk.act("city", FIRE, acts.Note(note="crew left"), ANI, MORNING, at=MORNING - 30 * MINUTE)
    first, second = await queue.acts("city", FIRE)
    assert (first.at, first.entered_at) == (MORNING - 40 * MINUTE, MORNING)
    assert (second.at, second.entered_at) == (MORNING - 30 * MINUTE, MORNING)
    for at, why in ((MORNING + 1, "future"), (MORNING - 50 * MINUTE, "before")):
        with pytest.raises(BadAct, match=why):
            await desk.act("city", FIRE, acts.Note(note="x"), ANI, MORNING, at=at)
    with pytest.raises(BadAct, match="future"):
        await open_one(desk, OTHER, at=MORNING + 1)


async def test_two_incidents_become_one_in_one_commit_and_two_again(desk: Desk, queue: Queue) -> None:
    await open_one(desk, caller=True, priority=1)
    await open_one(desk, OTHER, priority=4)
    kept = await desk.merge("city", FIRE, OTHER, BUDI, MORNING)
    assert (kept.entity.id, kept.record.absorbed, kept.record.answer_is_owed) == (OTHER, (FIRE,), True)
    merged = await queue.case("city", FIRE, EVERYTHING)
    assert (merged.record.state, word_of(merged.entity, GROUP)) == ("closed", OTHER)
    assert not await desk.raise_incident("city", raised(), SYSTEM, MORNING)
    back = await desk.unmerge("city", FIRE, "two fires", BUDI, MORNING)
    assert (back.record.state, word_of(back.entity, GROUP)) == ("open", None)
    assert (await queue.case("city", OTHER, EVERYTHING)).record.absorbed == ()
    with pytest.raises(BadAct):
        await desk.merge("city", FIRE, FIRE, BUDI, MORNING)


async def test_what_another_room_adds_is_committed_with_the_act_or_not_at_all(desk: Desk, store: SqliteStore) -> None:
    await open_one(desk)
    accident = Entity("urn:accident", ["urn:Accident"], {STATE: [Instance(PROPERTY, "new")]})
    also = [DocumentChange("slip", "1", b"{}"), EntityChange(accident.id, lambda old, now: Edit(accident))]
    with pytest.raises(Forbidden):
        await desk.act("city", FIRE, acts.Take(), BUDI, MORNING, also=also)
    assert await store.document("city", "slip", "1") is None
    case = await desk.act("city", FIRE, acts.Take(), BUDI, MORNING, also=also, writes=frozenset({"urn:Accident"}))
    assert case.record.owner_name == "Budi"
    assert await store.document("city", "slip", "1") is not None
    assert await store.entity("city", accident.id, EVERYTHING) is not None


async def test_the_queue_is_chosen_from(desk: Desk, queue: Queue) -> None:
    for number in range(1, 5):
        place = {"type": "Point", "coordinates": [number / 2 - 0.25, 0.5]}
        await open_one(desk, f"urn:ngsi-ld:Incident:{number}", priority=number, location=place)
    await desk.act("city", "urn:ngsi-ld:Incident:2", acts.Take(), BUDI, MORNING)
    triage = acts.Triage(priority=3, category="flood", lead="bpbd")
    await desk.act("city", "urn:ngsi-ld:Incident:3", triage, ANI, MORNING)

    async def chosen(**wanted: Any) -> list[str]:
        cases, count = await queue.cases("city", Wanted(**wanted), EVERYTHING, limit=10)
        assert count == len(cases)
        return [case.entity.id[-1] for case in cases]

    assert await chosen() == ["4", "3", "2", "1"]
    assert await chosen(owned=False) == ["4", "1"]
    assert await chosen(owner=BUDI.id) == ["2"]
    assert await chosen(priorities=(1, 3)) == ["3", "1"]
    assert await chosen(states=("triaged",)) == ["3"]
    assert await chosen(agencies=("bpbd",)) == ["3"]
    assert await chosen(categories=("fire",)) == []
    assert await chosen(areas=frozenset({"west"})) == ["2", "1"]
    assert await chosen(areas=frozenset({"west"}), owned=False) == ["1"]


async def test_a_record_of_the_first_slice_goes_on(desk: Desk, queue: Queue, store: SqliteStore) -> None:
    old = {"state": "acknowledged", "raised_at": 5, "raised_by": "Pinisi", "owner": ANI.id, "owner_name": "Ani"}
    line = b'{"act":"take","at":6,"by":"account:ani","name":"Ani","reason":"a member of another act"}'
    entity = Entity(FIRE, [INCIDENT], {STATE: [Instance(PROPERTY, "acknowledged")]})
    changes = [
        EntityChange(FIRE, lambda old, now: Edit(entity)),
        DocumentChange("incident", FIRE, msgspec.json.encode({**old, "since": 6, "acts": 2})),
        DocumentChange(f"incident-acts {FIRE}", "000001", b'{"act":"raise","at":5,"by":"system","name":"Pinisi"}'),
        DocumentChange(f"incident-acts {FIRE}", "000002", line),
    ]
    await store.apply("city", changes, SYSTEM)
    case = await desk.act("city", FIRE, acts.Open(), ANI, MORNING)
    assert (case.record.state, case.record.owner_name, case.record.acts) == ("open", "Ani", 3)
    assert [act_word(act.deed) for act in await queue.acts("city", FIRE)] == ["raise", "take", "open"]
