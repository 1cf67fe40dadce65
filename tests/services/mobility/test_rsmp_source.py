"""The supervisor as a source of the city: a real site connects, and its controller becomes an entity."""

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rsmp_street import SITE, STARTED, PushedClock, crossing, street

from patience import PATIENCE
from pinisi.city.profile import load_profile
from pinisi.runtime.source import Message, TransportFailed
from pinisi.services.mobility.models.controllers import SitePlace, controller_id
from pinisi.services.mobility.rsmp.listening import Listening
from pinisi.services.mobility.rsmp.site.cabinet import Cabinet
from pinisi.services.mobility.rsmp.site.faults import Faults
from pinisi.services.mobility.rsmp.site.site import Site
from pinisi.services.mobility.signal_controllers import Options, Rsmp, make, read

PLACE = SitePlace(id=SITE, name="Ahmad Yani", lon=119.42, lat=-5.14, conflicting=((1, 2),))


class OwnLine:
    """What the transport has of the house: a clock, and the place of the last message."""

    id = "signal-controllers"
    folder = Path()

    def __init__(self, clock: PushedClock, place: bytes | None = None) -> None:
        self._clock, self.place = clock, place

    def secret(self, name: str) -> str:
        return name

    def now(self) -> int:
        return self._clock()

    async def kept(self) -> bytes | None:
        return self.place

    async def written(self, place: bytes) -> None:
        self.place = place

    async def alive(self) -> None:
        return

    async def trouble(self, reason: str) -> None:
        raise AssertionError(reason)


class City:
    """Runs the source and keeps each entity's latest state."""

    def __init__(self, faults: Faults | None = None, place: bytes | None = None) -> None:
        self.clock = PushedClock()
        self.line = OwnLine(self.clock, place)
        self.cabinet = Cabinet(street(), self.clock())
        self.clock.push(STARTED)
        self.site = Site(SITE, self.cabinet, self.clock, faults, reconnect=0.1)
        self.seen: list[dict[str, Any]] = []

    async def listen(self) -> None:
        """At any free port."""
        self.listening = Listening(self.line, {SITE: PLACE}, at_most_every=0.05)
        async for message in self.listening.messages("127.0.0.1", 0):
            self._take(message)

    async def connect(self) -> None:
        await self.until(lambda _: True)
        await self.site.run("127.0.0.1", self.listening.supervisor.port)

    def _take(self, message: Message) -> None:
        self.line.place = message.place
        self.seen.extend(dict(entity) for entity in read(message).entities)

    async def until(self, true: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            while not (self.seen and true(self.seen[-1])):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return self.seen[-1]


def in_the_city(talk: Callable[[City], Any], city: City) -> None:
    async def run() -> None:
        tasks = [asyncio.create_task(city.listen()), asyncio.create_task(city.connect())]
        try:
            await talk(city)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(run())


def test_a_site_that_connects_is_a_controller_with_mode_plan_lamps_and_age() -> None:
    async def talk(city: City) -> None:
        known = await city.until(lambda entity: "timePlan" in entity and "controlMode" in entity)
        assert known["id"] == controller_id(SITE) == "urn:ngsi-ld:SignalController:KK%2BMKS001%3D"
        assert known["alive"]["value"] is True
        assert (known["timePlan"]["value"], known["controlMode"]["value"]) == ("1", "control")
        assert known["protocolVersion"]["value"] == "3.2.2"
        assert len(known["signalGroupStatus"]["value"]) == len(crossing().groups)
        assert known["clockAhead"] | {"observedAt": ""} == {
            "type": "Property", "value": 0.0, "observedAt": "", "unitCode": "SEC",
            "method": {"type": "Property", "value": "simulated"},
        }  # fmt: skip
        first = city.seen[0]
        assert (first["alive"]["value"], first["linkFault"]["value"]) == (False, "not connected yet")
        assert "lastHeard" not in first
        alarm = city.cabinet.book.set(street().group(2), "A0201", True, city.clock(), color="green")
        city.site.tell(alarm)
        raised = await city.until(lambda entity: entity["alarmCount"]["value"])
        assert raised["activeAlarms"]["json"][0]["code"] == "A0201"

    in_the_city(talk, City())


def test_a_cut_line_is_told_counted_and_still_counted_after_a_restart_of_ours() -> None:
    city = City()

    async def talk(city: City) -> None:
        await city.until(lambda entity: "timePlan" in entity)
        city.site.cut()
        back = await city.until(lambda entity: entity["linkFailures"]["value"] == 1 and entity["alive"]["value"])
        assert back["meanTimeBetweenFailures"]["unitCode"] == "HUR"

    in_the_city(talk, city)

    async def again(city: City) -> None:
        known = await city.until(lambda entity: "timePlan" in entity)
        assert known["linkFailures"]["value"] == 1

    in_the_city(again, City(place=city.line.place))


def test_a_controller_that_shows_two_greens_that_conflict_is_told_with_its_contradiction() -> None:
    async def talk(city: City) -> None:
        await city.until(lambda entity: entity["contradictions"]["json"] == [{"kind": "conflictingGreen"}])

    in_the_city(talk, City(Faults(lies={("S0001", "signalgroupstatus"): "11"})))


def test_a_port_that_is_taken_is_told_to_the_technician() -> None:
    async def run() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            with pytest.raises(TransportFailed, match=f"cannot listen at 127.0.0.1:{port}"):
                async for _ in Rsmp(Options(sites=(PLACE,), port=port)).messages(OwnLine(PushedClock())):
                    pass

    asyncio.run(run())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (Options(sites=()), "sites: there is none"),
        (Options(sites=(PLACE, PLACE)), r"sites\[0\].id: 'KK\+MKS001=' is empty, too long or given twice"),
        (Options(sites=(SitePlace(id="a", lon=200, lat=0),)), r"sites\[0\]: 200.0, 0.0 is no place on Earth"),
        (Options(sites=(PLACE,), port=70_000), "port: 70000 is not from 0 to 65535"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_their_field(options: Options, reason: str) -> None:
    makassar = load_profile(Path(__file__).parents[3] / "cities" / "makassar")
    with pytest.raises(ValueError, match=reason.replace("200.0, 0.0", "200(.0)?, 0(.0)?")):
        make(options, makassar)
