"""The link of Cursor-on-Target as the house runs it: its settings, its picture, and whom it lets in."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from pinisi.console.town import Town
from pinisi.incidents.cot.door import BadDoor, Door, networks_of
from pinisi.incidents.cot.event import Event
from pinisi.incidents.cot.phones import Phones
from pinisi.incidents.cot.picture import alert_events, incident_event, unit_event
from pinisi.incidents.cot.station import Station
from pinisi.incidents.queue import Queue, Wanted
from pinisi.incidents.states import INCIDENT_STATES, State
from pinisi.incidents.units.entity import UNIT
from pinisi.incidents.units.roster import Roster
from pinisi.incidents.warnings.desk import WarningDesk
from pinisi.people.errors import RefusedToStart
from pinisi.settings import Settings
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import Grant, Grants, Principal
from pinisi.vocabulary.terms import INCIDENT

MOST_INCIDENTS = 1_000
SPEAKS = "field.link"
SEEN = Grants((Grant(types=frozenset({UNIT, INCIDENT})),))
"""What whoever is let in by network or certificate sees. Warnings in force are for everyone."""
_OPEN: tuple[State, ...] = tuple(state for state in INCIDENT_STATES if state not in ("verified", "closed"))


class Rooms(Protocol):
    """What the picture is drawn from."""

    roster: Roster
    queue: Queue
    warnings: WarningDesk

    def now(self) -> Instant: ...
    def admit(self, headers: dict[bytes, bytes], address: str, tenant: str) -> Awaitable[Principal | None]: ...


def door_of(settings: Settings) -> Door:
    """Raises `BadDoor`: the networks cannot be read."""
    return Door(
        host=settings.cot_host,
        port=settings.cot_port,
        udp_port=settings.cot_udp_port,
        networks=networks_of(settings.cot_networks),
        certificate=settings.cot_certificate,
        key=settings.cot_key,
        clients=settings.cot_clients,
    )


async def open_station(settings: Settings, rooms: Rooms, town: Town, phones: Phones) -> Station | None:
    """The station, open; None where the settings leave it closed.

    Raises:
        RefusedToStart: its settings cannot be used, or a port is taken.
    """
    try:
        door = door_of(settings)
        if not door.is_open:
            return None
        station = Station(door, phones, _picture(rooms, town), _admit(rooms, town.tenant), SEEN, town.now)
        await station.open()
    except BadDoor as error:
        raise RefusedToStart(str(error)) from None
    except OSError as error:
        raise RefusedToStart(f"cot_port, cot_udp_port at {settings.cot_host}: {error.strerror or error}") from None
    return station


def _picture(rooms: Rooms, town: Town) -> Callable[[Grants], Awaitable[Sequence[Event]]]:
    language, rules = town.profile.city.languages[0], town.profile.operations

    async def picture(grants: Grants) -> Sequence[Event]:
        now = town.now()
        units = await rooms.roster.units(town.tenant, grants)
        cases, _ = await rooms.queue.cases(town.tenant, Wanted(states=_OPEN), grants, limit=MOST_INCIDENTS)
        alerts = await rooms.warnings.messages_in_force(town.tenant, now)
        drawn = [incident_event(case, rules, language, now) for case in cases]
        return [
            *(unit_event(unit, language, now) for unit in units),
            *(event for event in drawn if event is not None),
            *(event for alert in alerts for event in alert_events(alert, language, now)),
        ]

    return picture


def _admit(rooms: Rooms, tenant: str) -> Callable[[str], Awaitable[Grants | None]]:
    async def admit(secret: str) -> Grants | None:
        """By a token alone, as over HTTP: nobody comes in as the demo's administrator."""
        headers = {b"authorization": b"Bearer " + secret.encode("latin-1", "replace")}
        principal = await rooms.admit(headers, "", tenant)
        return principal.grants if principal is not None and SPEAKS in principal.permissions else None

    return admit
