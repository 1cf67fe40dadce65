"""The room of notices of Makassar on a real store, with a clock that tests move."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from pinisi.city.context import context_bytes
from pinisi.city.notices import Notices
from pinisi.city.profile import Profile, load_profile
from pinisi.context.contexts import Contexts
from pinisi.context.delivery import HttpSender
from pinisi.context.targets import Targets
from pinisi.incidents.acts import AnyDeed
from pinisi.incidents.desk import DISPATCH, VERIFY, Desk
from pinisi.incidents.incident import Raised
from pinisi.incidents.notices.contact import ContactWish
from pinisi.incidents.notices.happening import Notice
from pinisi.incidents.notices.outbox import Delivery
from pinisi.incidents.notices.room import NoticeRoom, open_notices
from pinisi.incidents.notices.statements import MANAGE
from pinisi.incidents.notices.ways import ways_of
from pinisi.incidents.procedures.procedures import Procedures
from pinisi.incidents.queue import Case
from pinisi.incidents.records import RECORDS, ROOM
from pinisi.incidents.warnings.desk import WarningDesk
from pinisi.incidents.warnings.issuing import Seal
from pinisi.runtime.records import open_records
from pinisi.settings import Settings
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import SECOND, Instant
from pinisi.vocabulary.principal import EVERYTHING, Principal

MAKASSAR = Path(__file__).parents[3] / "cities" / "makassar"
TABLE = Contexts({"urn:x:c": msgspec.json.decode(context_bytes())}).table("urn:x:c")
FIRE = "urn:ngsi-ld:Incident:fire-0001"
ANI = Principal(
    id="account:ani",
    name="Ani",
    kind="person",
    account="ani",
    permissions=frozenset({MANAGE, VERIFY, DISPATCH}),
    grants=EVERYTHING,
)
_profiles: dict[Path, Profile] = {}


def makassar() -> Profile:
    """Read once."""
    if MAKASSAR not in _profiles:
        _profiles[MAKASSAR] = load_profile(MAKASSAR)
    return _profiles[MAKASSAR]


def local(text: str) -> Instant:
    """`2026-11-26 14:30` in Makassar."""
    at = datetime.fromisoformat(text).replace(tzinfo=makassar().zone)
    return round(at.timestamp() * SECOND)


@dataclass
class City:
    """The tenant as the room sees it."""

    profile: Profile
    time: Instant
    exercise: bool = False
    tenant: str = "makassar"

    def now(self) -> Instant:
        return self.time

    def area_name(self, areas: tuple[str, ...]) -> str | None:
        return "Manggala" if areas else None


@dataclass
class Bench:
    city: City
    store: SqliteStore
    desk: Desk
    procedures: Procedures
    warnings: WarningDesk
    room: NoticeRoom
    read_to: int = 0
    names: dict[str, str] = field(default_factory=dict[str, str])

    def rules(self, notices: Notices) -> None:
        self.city.profile = msgspec.structs.replace(self.city.profile, notices=notices)

    def only(self, *rules: str) -> None:
        """Only these rules of the city's file."""
        notices = makassar().notices
        self.rules(msgspec.structs.replace(notices, rules=tuple(each for each in notices.rules if each.id in rules)))

    async def contact(self, address: str, *groups: str, **more: Any) -> str:
        given: dict[str, Any] = {"name": f"Person at {address}", "channel": "email", "language": "en", **more}
        wish = msgspec.convert({**given, "groups": list(groups), "address": address}, ContactWish)
        listed = await self.room.desk.list_contact(wish, ANI)
        self.names[listed.key] = listed.secret
        return listed.key

    async def raise_fire(self, id: str = FIRE, **more: Any) -> Case:
        title = {"id": "Kebakaran rumah", "en": "House fire", "ja": "住宅火災"}
        given: dict[str, Any] = {"severity": "danger", "kind": "fire", "category": "fire", "priority": 1, **more}
        raised = Raised(
            id=id, title=title, begins="open", location={"type": "Point", "coordinates": [119.4, -5.1]}, **given
        )
        await self.desk.raise_incident("makassar", raised, ANI, self.city.time)
        return await self.desk.queue.case("makassar", id, EVERYTHING)

    async def act(self, deed: AnyDeed, id: str = FIRE) -> Case:
        return await self.desk.act("makassar", id, deed, ANI, self.city.time)

    async def heard(self) -> None:
        """The log is read to its end."""
        self.read_to = max(self.read_to, await self.room.teller.begin())
        while entries := (await self.store.log("makassar", self.read_to, 10_000)).entries:
            self.read_to = entries[-1].position
            await self.room.teller.hear(entries, self.read_to)

    async def told(self) -> None:
        """The log is read, clocks are looked at, and what is due is sent."""
        await self.heard()
        await self.room.teller.look()
        await self.room.courier.deliver()

    async def later(self, seconds: float) -> None:
        self.city.time += round(seconds * SECOND)
        await self.told()

    async def notices(self) -> list[Notice]:
        """Oldest first."""
        return list(reversed(await self.room.desk.outbox.newest(500)))

    async def deliveries(self) -> list[Delivery]:
        outbox = self.room.desk.outbox
        return [each for notice in await self.notices() for each in await outbox.deliveries_of(notice.key)]

    async def audit(self) -> list[tuple[str, str, Any]]:
        entries = (await self.store.log("makassar", 0, 100_000)).entries
        told = [(entry.subject, msgspec.json.decode(entry.detail or b"{}")) for entry in entries if entry.op == "audit"]
        return [(detail["act"], subject, detail) for subject, detail in told]


@contextlib.asynccontextmanager
async def opened_bench(folder: Path, mail: str = "", **settings: Any) -> AsyncIterator[Bench]:
    """Open the room on a folder, as a server does that starts."""
    city = City(makassar(), local("2026-11-26 14:00"))
    given: Mapping[str, Any] = {
        "mail_server": mail,
        "mail_from": "warroom@makassar.example" if mail else "",
        **settings,
    }
    made = Settings(data=folder, notification_targets=("loopback",), **given)
    async with SqliteStore(folder, city.now) as store:
        desk = Desk(store, lambda _: city.profile.operations)
        procedures = Procedures(store, desk)
        warnings = WarningDesk(store, TABLE, Seal(folder / "keys"), lambda _: city.profile)
        records = await open_records(ROOM, RECORDS, store, "makassar", TABLE)
        http = HttpSender(Targets(made.notification_targets))
        room = await open_notices(
            store,
            desk,
            procedures.kept,
            warnings,
            records,
            city,
            ways_of(made, http, city.now),
            address=made.public_address,
            services=made.apprise_services,
        )
        await room.teller.begin()
        bench = Bench(city, store, desk, procedures, warnings, room)
        await room.courier.take_up()
        yield bench
        await http.close()
