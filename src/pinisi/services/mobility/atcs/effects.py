"""What a command does to the junction that runs: its controller is ordered first, then the post is told."""

from collections.abc import Mapping, Sequence
from typing import Any

from pinisi.city.text import fill
from pinisi.runtime.action import NotDone
from pinisi.runtime.told import told, told_json
from pinisi.services.mobility.atcs.adapter import ChoosePlan, EndFlash, Flash, LineDown, Order, OrderRefused
from pinisi.services.mobility.atcs.duty import seated
from pinisi.services.mobility.atcs.room import ControlRoom, Seat
from pinisi.services.mobility.atcs.signal_actions import TEXTS, SignalMode, SignalPriority
from pinisi.services.mobility.engine.signals.priority import AMBULANCE, BUS, PriorityRequest
from pinisi.services.mobility.models.junction_live import method_of
from pinisi.services.mobility.models.ordered import Ordered
from pinisi.services.mobility.models.signals import JUNCTION
from pinisi.services.mobility.rsmp.reports import is_simulated
from pinisi.vocabulary.instant import SECOND, format_instant


async def set_mode(command: SignalMode, id: str) -> Sequence[Mapping[str, Any]]:
    """Raises NotDone: nobody runs the junction, the link is down, or its controller refuses."""
    room, seat = _seat(command.junction)
    try:
        for order in _orders(command, seat):
            await room.give(seat, order)
    except (OrderRefused, LineDown, TimeoutError) as error:
        raise NotDone(fill(TEXTS["mode-refused"], why=str(error)[:300] or "no answer")) from None
    now = room.now / SECOND
    until = None if command.minutes is None else now + 60 * command.minutes
    offset = seat.post.ordered.offset
    room.order(seat, Ordered(mode=command.mode, plan=command.plan, until=until, offset=offset, since=now, by=id))
    return [_said(room, seat, command.junction, "signalMode", told(command.mode, format_instant(room.now)))]


async def give_priority(command: SignalPriority, id: str) -> Sequence[Mapping[str, Any]]:
    """Raises NotDone: nobody runs the junction, or the plan has it."""
    room, seat = _seat(command.junction)
    priority = seat.post.priority
    if priority is None or seat.post.control not in ("cyclic", "acyclic"):
        raise NotDone(TEXTS["priority-plan-runs"])
    level = AMBULANCE if command.vehicle == "ambulance" else BUS
    arrives = room.now / SECOND + command.seconds
    try:
        priority.request(PriorityRequest(id=id, group=command.group, level=level, arrives=arrives))
    except ValueError as error:
        raise NotDone(str(error)) from None
    asked = {"group": command.group, "vehicle": command.vehicle, "seconds": command.seconds}
    return [_said(room, seat, command.junction, "signalPriority", told_json(asked, format_instant(room.now)))]


def _seat(junction: str) -> tuple[ControlRoom, Seat]:
    found = seated(junction.rpartition(":Junction:")[2])
    if found is None:
        raise NotDone(TEXTS["mode-nobody"])
    if found[1].post.opened is None:
        raise NotDone(TEXTS["mode-no-link"])
    return found


def _orders(command: SignalMode, seat: Seat) -> Sequence[Order]:
    """Whatever it was before: its groups and its stored timings are given back, then what is wanted."""
    post = seat.post
    given: list[Order] = list(post.give_back())
    if post.ordered.mode == "flash":
        given.append(EndFlash())
    match command.mode:
        case "plan":
            given.append(ChoosePlan(command.plan))
        case "flash":
            given.append(Flash(command.minutes or 1))
        case _:
            given.append(ChoosePlan(int(post.plot.layout.plan)))
    return given


def _said(room: ControlRoom, seat: Seat, id: str, name: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    method = method_of(is_simulated(room.health(seat)))
    return {"id": id, "type": JUNCTION, name: {**value, "method": {"type": "Property", "value": method}}}
