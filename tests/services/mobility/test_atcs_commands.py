"""A command to a junction takes the house's whole way: rights, safety, second person, record, effect, answer."""

import asyncio
from pathlib import Path

import msgspec
from atcs_hall import LAYOUT, Hall, controlled
from pinisi_table import pinisi_table

from pinisi.city.profile import Profile, load_profile
from pinisi.runtime.actions import Actions
from pinisi.runtime.command import Command
from pinisi.runtime.intake import Intake
from pinisi.runtime.services import Found, Registry
from pinisi.runtime.source import Message
from pinisi.services import mobility
from pinisi.services.mobility.atcs.control_source import Options, make
from pinisi.services.mobility.atcs.telling import laid_of
from pinisi.services.mobility.models.junction_live import JunctionReport, ShadowGain
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal

MAKASSAR = load_profile(Path(__file__).parents[3] / "cities" / "makassar")
TABLE = pinisi_table()
EVERYTHING = Grants((Grant(write=True, commands=frozenset({"commands.give"})),))
ACYCLIC = b'{"junction": "urn:ngsi-ld:Junction:ahmad-yani", "mode": "acyclic"}'
PLAN = b'{"junction": "urn:ngsi-ld:Junction:ahmad-yani", "mode": "plan", "plan": 2}'


def person(name: str) -> Principal:
    return Principal(
        id=f"person:{name}", account=name, name=name, kind="person", permissions=frozenset({"commands.give"}),
        grants=EVERYTHING,
    )  # fmt: skip


class City:
    """What a command has of its tenant."""

    exercise = False
    profile: Profile = MAKASSAR

    def __init__(self, hall: Hall) -> None:
        self._hall = hall

    def is_off(self, service: str) -> bool:
        return service != "mobility"

    def now(self) -> Instant:
        return self._hall.line.now()


def report(hall: Hall, saved: float | None) -> Message:
    """What the control tells of the junction; `saved`: what the shadow found, None: nothing yet."""
    gain = ShadowGain(
        controller="acyclic", minutes=9, delay_plan=30, delay_control=20, queue_plan=6, queue_control=4, saved=saved
    )
    told = JunctionReport(
        source="signal-control", junction="ahmad-yani", site="KK+MKS001=", at=hall.line.now(), compared=True,
        gain=None if saved is None else gain, laid=laid_of(hall.seat.post.plot),
    )  # fmt: skip
    return Message(body=msgspec.json.encode(told), origin="rsmp:KK+MKS001=", received=hall.line.now())


def test_a_switch_waits_for_the_shadow_and_a_second_person_and_going_back_for_neither(tmp_path: Path) -> None:
    async def talk(hall: Hall) -> None:
        async with SqliteStore(tmp_path, hall.line.now) as store:
            intake = Intake(store, "city", TABLE, make(Options(junctions=(str(LAYOUT),)), MAKASSAR))
            registry = Registry([Found("mobility", "the test", mobility.SERVICE)])
            actions = Actions(store, TABLE, registry, lambda _: City(hall), lambda *_: EVERYTHING)

            async def give(body: bytes, shadow: bool = False) -> Command:
                return await actions.give("city", "mobility", "signal-mode", body, person("siti"), shadow=shadow)

            assert (await intake.take([report(hall, None)])).rejected == 0
            early = await give(ACYCLIC)
            assert (early.state, early.reasons[0].en[:38]) == ("refused", "The shadow has not compared for long e")
            await intake.take([report(hall, 33.0)])
            waits = await give(ACYCLIC)
            assert (waits.state, hall.seat.post.ordered.mode) == ("awaitingSecond", "plan")
            tried = await actions.approve("city", (await give(ACYCLIC, shadow=True)).id, person("budi"))
            assert (tried.state, hall.seat.post.ordered.mode) == ("shadow", "plan")
            done = await actions.approve("city", waits.id, person("budi"))
            assert (done.state, done.results) == ("done", ("urn:ngsi-ld:Junction:ahmad-yani",))
            assert hall.seat.post.ordered.mode == "acyclic"
            back = await give(PLAN)
            assert (back.state, hall.cabinet.state.plan, hall.seat.post.ordered.mode) == ("done", 2, "plan")
            await actions.close()

    async def whole() -> None:
        async with controlled() as hall:
            await talk(hall)

    asyncio.run(whole())
