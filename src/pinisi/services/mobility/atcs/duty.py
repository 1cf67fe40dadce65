"""Which control rooms run in this process, so that a command or a page finds the junction that it is about."""

from collections.abc import Generator
from contextlib import contextmanager

from pinisi.services.mobility.atcs.arterial_desk import ArterialDesk
from pinisi.services.mobility.atcs.room import ControlRoom, Seat

_ROOMS: list[ControlRoom] = []


@contextmanager
def on_duty(room: ControlRoom) -> Generator[None]:
    """While the source runs."""
    _ROOMS.append(room)
    try:
        yield
    finally:
        _ROOMS.remove(room)


def rooms() -> tuple[ControlRoom, ...]:
    """Those that run."""
    return tuple(_ROOMS)


def seated(junction: str) -> tuple[ControlRoom, Seat] | None:
    """The room and the seat of a junction, by its id.

    None where none runs it, and where more than one does: nobody could say which of them is meant.
    """
    found = [(room, room.seats[junction]) for room in _ROOMS if junction in room.seats]
    return found[0] if len(found) == 1 else None


def arterial(id: str) -> tuple[ControlRoom, ArterialDesk] | None:
    """The room and the desk of an arterial, by its id; None as of junctions."""
    found = [(room, desk) for room in _ROOMS for desk in room.desks if desk.layout.id == id]
    return found[0] if len(found) == 1 else None
