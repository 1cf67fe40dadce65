"""The desk: raised once, taken by one, told to those who may see it, and no name where everybody can read."""

import asyncio

import pytest

from pinisi.incidents.desk import Desk, NoSuchIncident
from pinisi.incidents.incident import ACTS, STATE, TITLE, Raised
from pinisi.incidents.life_cycle import OPEN, ActDoesNotFit, BadAct
from pinisi.store.protocol import Edit, EntityChange, Forbidden
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.entity import PROPERTY, Entity, Instance
from pinisi.vocabulary.principal import EVERYTHING, SYSTEM, Grant, Grants, Principal
from pinisi.vocabulary.terms import INCIDENT

pytestmark = pytest.mark.anyio
FIRE = "urn:ngsi-ld:Incident:fire"


def operator(name: str, **limits: frozenset[str]) -> Principal:
    return Principal(id=f"account:{name}", name=name.title(), kind="person", grants=Grants((Grant(**limits),)))


ANI, BUDI = operator("ani"), operator("budi")


def raised(id: str = FIRE, lon: float | None = None) -> Raised:
    place = None if lon is None else {"type": "Point", "coordinates": [lon, 0.5]}
    return Raised(id=id, title={"en": "Fire"}, severity="danger", kind="by-hand", location=place)


async def test_an_open_incident_is_not_raised_again(desk: Desk) -> None:
    assert await desk.raise_incident("city", raised(), SYSTEM, 1)
    assert not await desk.raise_incident("city", raised(), SYSTEM, 2)
    assert len(await desk.acts("city", FIRE)) == 1


async def test_of_two_who_raise_the_same_at_once_one_does(desk: Desk) -> None:
    done = await asyncio.gather(*(desk.raise_incident("city", raised(), SYSTEM, n) for n in range(8)))
    assert sum(done) == 1


async def test_a_closed_incident_can_be_raised_anew_and_keeps_its_story(desk: Desk) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    await desk.act("city", FIRE, "take", ANI, 2)
    await desk.act("city", FIRE, "close", ANI, 3, reason="out")
    assert await desk.raise_incident("city", raised(), SYSTEM, 4)
    assert [act.act for act in await desk.acts("city", FIRE)] == ["raise", "take", "close", "raise"]
    case = await desk.case("city", FIRE, EVERYTHING)
    assert (case.record.state, case.record.owner, case.record.raised_at) == ("unacknowledged", "", 4)


async def test_of_two_who_take_at_once_the_second_is_told(desk: Desk) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    takes = [desk.act("city", FIRE, "take", operator(f"op{n}"), 2) for n in range(6)]
    done = await asyncio.gather(*takes, return_exceptions=True)
    assert sum(isinstance(each, ActDoesNotFit) for each in done) == 5
    owner = (await desk.case("city", FIRE, EVERYTHING)).record.owner
    assert [act.by for act in await desk.acts("city", FIRE) if act.act == "take"] == [owner]


async def test_the_entity_follows_the_record_and_names_nobody(desk: Desk, store: SqliteStore) -> None:
    await desk.raise_incident("city", raised(), ANI, 1)
    await desk.act("city", FIRE, "take", ANI, 2)
    await desk.act("city", FIRE, "hand", ANI, 3, to=BUDI.id, to_name="Budi", note="Budi knows the street")
    record = await store.entity("city", FIRE, EVERYTHING)
    assert record is not None
    assert record.entity.attributes[STATE][0].value == "acknowledged"
    assert record.entity.attributes[ACTS][0].value == 3
    for name in (b"ani", b"Ani", b"budi", b"Budi"):
        assert name not in record.body


async def test_an_act_that_cannot_be_changes_nothing(desk: Desk, store: SqliteStore) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    before = await store.position("city")
    for problem, act in ((ActDoesNotFit, "close"), (BadAct, "note"), (BadAct, "hand")):
        with pytest.raises(problem):
            await desk.act("city", FIRE, act, ANI, 2, reason="x")  # type: ignore[arg-type]
    with pytest.raises(NoSuchIncident):
        await desk.act("city", "urn:area:west", "take", ANI, 2)
    assert await store.position("city") == before


async def test_one_may_act_where_one_sees_though_one_may_write_nothing_else(desk: Desk) -> None:
    west = operator("wati", areas=frozenset({"west"}))
    assert await desk.raise_incident("city", raised(lon=0.5), west, 1)
    assert (await desk.act("city", FIRE, "take", west, 2)).record.owner_name == "Wati"


@pytest.mark.parametrize("lon", [1.5, 9, None])
async def test_nobody_raises_what_he_would_not_see(desk: Desk, store: SqliteStore, lon: float | None) -> None:
    before = await store.position("city")
    with pytest.raises(Forbidden):
        await desk.raise_incident("city", raised(lon=lon), operator("wati", areas=frozenset({"west"})), 1)
    assert await store.position("city") == before


async def test_what_lies_elsewhere_does_not_exist_for_him(desk: Desk) -> None:
    await desk.raise_incident("city", raised(lon=1.5), SYSTEM, 1)
    west = operator("wati", areas=frozenset({"west"}))
    with pytest.raises(NoSuchIncident):
        await desk.case("city", FIRE, west.grants)
    with pytest.raises(NoSuchIncident):
        await desk.act("city", FIRE, "take", west, 2)
    assert await desk.cases("city", OPEN, west.grants, limit=10) == ((), 0)


async def test_hidden_attributes_are_hidden_at_the_desk_too(desk: Desk) -> None:
    await desk.raise_incident("city", raised(lon=0.5), SYSTEM, 1)
    eyes = Grants((Grant(attributes=frozenset({STATE})),))
    case = await desk.case("city", FIRE, eyes)
    assert set(case.entity.attributes) == {STATE}
    assert case.areas == ()
    cases, count = await desk.cases("city", OPEN, eyes, limit=10)
    assert (count, [TITLE in case.entity.attributes for case in cases]) == (1, [False])


async def test_the_queue_is_newest_first_in_pages(desk: Desk) -> None:
    for number in range(7):
        await desk.raise_incident("city", raised(f"urn:ngsi-ld:Incident:{number}"), SYSTEM, number)
    pages = [await desk.cases("city", OPEN, EVERYTHING, limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [[case.entity.id[-1] for case in cases] for cases, _ in pages] == [
        ["6", "5", "4"],
        ["3", "2", "1"],
        ["0"],
        [],
    ]
    assert {count for _, count in pages} == {7}
    assert await desk.cases("city", OPEN, EVERYTHING, limit=0) == ((), 7)


async def test_an_incident_from_outside_is_nobodys_until_taken(desk: Desk, store: SqliteStore) -> None:
    entity = Entity(FIRE, [INCIDENT], {STATE: [Instance(PROPERTY, "unacknowledged")]})
    await store.apply("city", [EntityChange(FIRE, lambda old, now: Edit(entity))], SYSTEM)
    assert (await desk.case("city", FIRE, EVERYTHING)).record.state == "unacknowledged"
    case = await desk.act("city", FIRE, "take", ANI, 2)
    assert (case.record.state, case.record.owner_name) == ("acknowledged", "Ani")


async def test_lately_retells_each_of_the_newest_acts(desk: Desk) -> None:
    await desk.raise_incident("city", raised(), SYSTEM, 1)
    await desk.act("city", FIRE, "take", ANI, 2)
    await desk.act("city", FIRE, "note", ANI, 3, note="seen")
    await desk.act("city", FIRE, "close", ANI, 4, reason="out")

    async def states(number: int) -> list[str]:
        return [case.record.state for case in await desk.lately("city", FIRE, number, EVERYTHING)]

    assert await states(1) == ["closed"]
    assert await states(2) == ["acknowledged", "closed"]
    assert await states(4) == ["unacknowledged", "acknowledged", "acknowledged", "closed"]
    assert await states(40) == ["unacknowledged", "acknowledged", "acknowledged", "closed"]
