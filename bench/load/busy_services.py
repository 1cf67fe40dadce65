"""Three services with twenty reactions, and the sensors that wake them.

Each sensor counts its own changes: each attribute is how often it has changed. So every answer can say exactly
which changes it has seen: `answered` is how many changes have woken it, `version` how many its inputs have had in all.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.context import context_bytes
from pinisi.city.text import Text
from pinisi.context.contexts import Contexts
from pinisi.context.payload import read_entity
from pinisi.feed.in_process import InProcessFeed
from pinisi.runtime.arrival import arrived
from pinisi.runtime.clock import WallClock
from pinisi.runtime.known import Document, Inputs, Known
from pinisi.runtime.reaction import WHOLE_CITY, Named, Others, Past, Reaction, Wake, Writes
from pinisi.runtime.reactor import Reactor
from pinisi.store.change import EntityChange
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import format_instant
from pinisi.vocabulary.principal import SYSTEM

TENANT = "city"
KINDS = ("Water", "Air", "Road")
SENSORS, PER_SITE = 300, 5
"""Of each kind; sensors of a site stand about 20 m apart."""
REACTIONS = 20
TICK_SECONDS = 0.01
ATTRIBUTES = ("level", "flow", "pressure", "grade", "quality")

_CONTEXT = "urn:pinisi:context"
TABLE = Contexts({_CONTEXT: msgspec.json.decode(context_bytes())}, lambda _: None).table(_CONTEXT)


class Declared(msgspec.Struct, frozen=True):
    """A reaction of a service, and what its answers are measured by.

    `woken_by` is the attribute that wakes it, of sensors, or, where it names another reaction, of that one's answers.
    """

    reaction: Reaction
    kind: str
    woken_by: str
    after: str = ""

    @property
    def type(self) -> str:
        return answer_type(self.kind, self.reaction.name)


def sensor_id(kind: str, number: int) -> str:
    return f"urn:ngsi-ld:{kind}Sensor:{number}"


def site_id(kind: str, number: int) -> str:
    return f"urn:ngsi-ld:{kind}Site:{number}"


def answer_type(kind: str, name: str) -> str:
    return f"{kind}{name.title()}"


def declared(kind: str) -> list[Declared]:
    """Seven reactions of a service; the roads have six."""
    sensor = f"{kind}Sensor"
    level, flow, pressure, grade, quality = (Wake(type=sensor, attributes=(name,)) for name in ATTRIBUTES)
    whole = Wake(type=sensor, attributes=("level",), subject=WHOLE_CITY)
    done = Wake(type=answer_type(kind, "each"), attributes=("answered",))
    to_site = msgspec.structs.replace(pressure, subject="refSite")
    linked, named = Others(type=sensor, linked="refSite"), Named(attribute="refSite")
    past = Past(attributes=("grade",), hours=0.1, most=20)

    def one(name: str, look: Callable[[Inputs], tuple[str, float, float]], wake: Wake, **more: Any) -> Reaction:
        type = answer_type(kind, name)
        return Reaction(
            name=name,
            title=Text(name, name, name),
            rule=Text(name, name, name),
            react=lambda inputs: [_answer(type, *look(inputs))],
            wakes=(wake,),
            writes=(Writes(type=type, attributes=("answered", "version")),),
            **more,
        )

    found = [
        Declared(one("each", _each, level), kind, "level"),
        Declared(one("next", _next, done), kind, "answered", "each"),
        Declared(one("recent", _recent, grade, inputs=(past,), settle=0.2), kind, "grade"),
        Declared(one("city", _city(sensor), whole, inputs=(Others(type=sensor),), settle=0.5), kind, "level"),
        Declared(one("named", _named, flow, inputs=(named,)), kind, "flow"),
        Declared(one("basin", _site(sensor), to_site, inputs=(linked,), settle=0.2), kind, "pressure"),
    ]
    if kind != "Road":
        near = Others(type=sensor, near=30.0)
        found.append(Declared(one("near", _near(sensor), quality, inputs=(near,), rest=1.0), kind, "quality"))
    return found


def everything() -> list[Declared]:
    return [each for kind in KINDS for each in declared(kind)]


def _answer(type: str, group: str, answered: float, version: float) -> Document:
    return {
        "id": f"urn:ngsi-ld:{type}:{group.rpartition(':')[2]}",
        "type": type,
        "answered": {"type": "Property", "value": answered},
        "version": {"type": "Property", "value": version},
    }


def _count(known: Known) -> float:
    return sum(known.number(name) or 0 for name in ATTRIBUTES)


def _each(inputs: Inputs) -> tuple[str, float, float]:
    subject = inputs.subject
    return subject.id, subject.number("level") or 0, _count(subject)


def _next(inputs: Inputs) -> tuple[str, float, float]:
    subject = inputs.subject
    return subject.id, subject.number("answered") or 0, subject.number("version") or 0


def _recent(inputs: Inputs) -> tuple[str, float, float]:
    """Refuses a past that does not end with what is now."""
    subject, values, grade = inputs.subject, inputs.past("grade"), inputs.subject.number("grade")
    if grade and values[-1].number != grade:
        raise ValueError(f"{subject.id}: its past ends with {values[-1].number}, not {grade}")
    return subject.id, grade or 0, _count(subject)


def _city(sensor: str) -> Callable[[Inputs], tuple[str, float, float]]:
    def look(inputs: Inputs) -> tuple[str, float, float]:
        all = inputs.others(sensor)
        return "all", sum(each.number("level") or 0 for each in all), sum(map(_count, all))

    return look


def _named(inputs: Inputs) -> tuple[str, float, float]:
    subject, site = inputs.subject, inputs.named("refSite")
    if site is None or not site.text("name"):
        raise ValueError(f"{subject.id} has lost its site")
    return subject.id, subject.number("flow") or 0, _count(subject)


def _site(sensor: str) -> Callable[[Inputs], tuple[str, float, float]]:
    def look(inputs: Inputs) -> tuple[str, float, float]:
        all = inputs.others(sensor)
        if len(all) != PER_SITE:
            raise ValueError(f"{inputs.subject.id} has {len(all)} sensors")
        return inputs.subject.id, sum(each.number("pressure") or 0 for each in all), sum(map(_count, all))

    return look


def _near(sensor: str) -> Callable[[Inputs], tuple[str, float, float]]:
    def look(inputs: Inputs) -> tuple[str, float, float]:
        subject = inputs.subject
        return subject.id, subject.number("quality") or 0, sum(map(_count, [subject, *inputs.others(sensor)]))

    return look


class BusyCity:
    """A store with three services' reactors, and one writer.

    `committed` are the positions of the log by the moment at which their commit was seen (seconds of `perf_counter`).
    """

    def __init__(self, store: SqliteStore, seed: int) -> None:
        self.store = store
        self.feed = InProcessFeed(store)
        self.committed: list[tuple[int, float]] = []
        self.written = 0
        self.reactors = [
            Reactor(kind.lower(), [each.reaction for each in declared(kind)], store, self.feed, TENANT, TABLE, CLOCK)
            for kind in KINDS
        ]
        self._chance = random.Random(seed)
        self._counts: dict[tuple[str, str], int] = {}
        store.listen(self._seen)
        store.listen(self.feed.heard)

    def _seen(self, _tenant: str, entries: Sequence[Any]) -> None:
        self.committed.append((entries[-1].position, time.perf_counter()))

    async def furnish(self) -> None:
        """Sites and sensors; of those that are there already, how often they have changed."""
        documents = [_site_of(kind, n) for kind in KINDS for n in range(SENSORS // PER_SITE)]
        documents += [_sensor_of(kind, n) for kind in KINDS for n in range(SENSORS)]
        await self.store.apply(TENANT, [_change(each) for each in documents], SYSTEM)
        for kind in KINDS:
            for number in range(SENSORS):
                await self._recall(sensor_id(kind, number))

    async def _recall(self, id: str) -> None:
        record = await self.store.entity(TENANT, id, SYSTEM.grants)
        assert record is not None
        known = Known(record.entity, TABLE)
        for attribute in ATTRIBUTES:
            self._counts[id, attribute] = int(known.number(attribute) or 0)

    async def start(self) -> None:
        for reactor in self.reactors:
            await reactor.start()

    async def close(self) -> None:
        for reactor in self.reactors:
            await reactor.close()
        failures = [reactor.failure for reactor in self.reactors if reactor.failure]
        if failures:
            raise RuntimeError(failures[0])

    async def write(self, per_second: float, seconds: float) -> None:
        """Changes at an even pace, each an `apply` of its own; late ones are made up for."""
        began = time.perf_counter()
        done = 0
        while (passed := time.perf_counter() - began) < seconds:
            due = int(passed * per_second) - done
            if due > 0:
                await asyncio.gather(*(self._one() for _ in range(due)))
                done += due
            await asyncio.sleep(TICK_SECONDS)
        self.written += done

    async def _one(self) -> None:
        id = sensor_id(self._chance.choice(KINDS), self._chance.randrange(SENSORS))
        attribute = self._chance.choice(ATTRIBUTES)
        count = self._counts[id, attribute] = self._counts[id, attribute] + 1
        value = {"type": "Property", "value": count, "observedAt": format_instant(CLOCK.now()), "unitCode": "MTR"}
        value["method"] = {"type": "Property", "value": "measured"}
        await self.store.apply(TENANT, [_change({"id": id, "type": id.split(":")[2], attribute: value})], SYSTEM)

    def waiting(self) -> int:
        return sum(len(each.lane) for reactor in self.reactors for each in reactor.reactions)

    def runs(self) -> int:
        return sum(each.counts.runs for reactor in self.reactors for each in reactor.reactions)

    def woken(self) -> int:
        return sum(each.counts.woken for reactor in self.reactors for each in reactor.reactions)

    def failed(self) -> int:
        return sum(each.counts.failed for reactor in self.reactors for each in reactor.reactions)

    async def settled(self) -> None:
        """Wait until the whole log is read and nobody waits."""
        while True:
            position = await self.store.position(TENANT)
            behind = [each for reactor in self.reactors for each in reactor.reactions if each.read_to < position]
            if not behind and not self.waiting():
                return
            await asyncio.sleep(0.02)


CLOCK = WallClock()


def open_city(folder: Path, seed: int) -> BusyCity:
    return BusyCity(SqliteStore(folder, CLOCK.now), seed)


def _change(document: dict[str, Any]) -> EntityChange:
    entity = read_entity(document, TABLE)
    return EntityChange(entity.id, arrived(entity))


def _place(kind: str, site: int, sensor: int = 0) -> dict[str, Any]:
    longitude = 119.40 + KINDS.index(kind) * 0.05 + site % 10 * 0.004 + sensor * 0.00018
    return {"type": "GeoProperty", "value": {"type": "Point", "coordinates": [longitude, -5.15 + site // 10 * 0.004]}}


def _site_of(kind: str, number: int) -> dict[str, Any]:
    name = {"type": "Property", "value": f"{kind} site {number}"}
    return {"id": site_id(kind, number), "type": f"{kind}Site", "name": name, "location": _place(kind, number)}


def _sensor_of(kind: str, number: int) -> dict[str, Any]:
    site = number // PER_SITE
    return {
        "id": sensor_id(kind, number),
        "type": f"{kind}Sensor",
        "name": {"type": "Property", "value": f"{kind} sensor {number}"},
        "refSite": {"type": "Relationship", "object": site_id(kind, site)},
        "location": _place(kind, site, number % PER_SITE),
    }
