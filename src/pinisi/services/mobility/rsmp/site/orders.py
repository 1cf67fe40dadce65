"""The commands that the simulated controller has: of each, what makes it unsafe or impossible, and what it does.

SXL for traffic light controllers 1.2.1, M0001 to M0104. What is missing here is answered as "unknown"
(RSMP core 3.2.2, "Unimplemented statuses or commands").
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from pinisi.services.mobility.rsmp.site.state import State, Switch
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.site.timing import Bands, Unsafe, timed
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant

Arguments = Mapping[str, str]


class Desired(msgspec.Struct, frozen=True):
    """One command on its way: arguments are sound by the list."""

    component: str
    arguments: Arguments
    now: Instant

    def number(self, name: str) -> int:
        return int(self.arguments[name])

    def yes(self, name: str = "status") -> bool:
        return self.arguments[name] == "True"

    def pairs(self) -> list[tuple[int, int]]:
        return [(row[0], row[1]) for row in self.rows()]

    def rows(self) -> list[list[int]]:
        """The rows of a text field such as `1-5,2-7`."""
        return [[int(cell) for cell in row.split("-")] for row in self.arguments["status"].split(",") if row]


class Order(msgspec.Struct, frozen=True):
    """`refusal` raises Unsafe or answers a reason; `perform` changes the state."""

    perform: Callable[[Street, State, Desired], None]
    refusal: Callable[[Street, State, Desired], str] = lambda _street, _state, _desired: ""


def _position(_street: Street, state: State, desired: Desired) -> None:
    minutes = desired.number("timeout")
    if state.position_until is None:
        state.position_before = state.position
    state.position, state.position_source = desired.arguments["status"], "forced"
    state.position_until = desired.now + minutes * MINUTE if minutes else None


def _one_junction(_street: Street, _state: State, desired: Desired) -> str:
    number = desired.number("intersection")
    return "" if number in (0, 1) else f"intersection: {number} is not here, only 1"


def _plan(_street: Street, state: State, desired: Desired) -> None:
    state.plan = desired.number("timeplan") if desired.yes() else None


def _stored(name: str) -> Callable[[Street, State, Desired], str]:
    def refusal(street: Street, _state: State, desired: Desired) -> str:
        return _no_plan(street, name, desired.number(name))

    return refusal


def _no_plan(street: Street, field: str, number: int) -> str:
    stored = street.plans()
    return "" if number in stored else f"{field}: plan {number} is not stored, only {', '.join(map(str, stored))}"


def _situation(_street: Street, state: State, desired: Desired) -> None:
    state.situation = desired.number("traficsituation") if desired.yes() else None


def _known(name: str, most: Callable[[Street], int]) -> Callable[[Street, State, Desired], str]:
    def refusal(street: Street, _state: State, desired: Desired) -> str:
        number, last = desired.number(name), most(street)
        return "" if number <= last else f"{name}: {number} does not exist, the last is {last}"

    return refusal


def _restart(street: Street, state: State, desired: Desired) -> None:
    if desired.yes():
        kept = {"codes": state.codes, "clock_set": state.clock_set, "week": state.week, "tables": state.tables}
        state.__dict__.update(State(started=desired.now).__dict__ | kept)


def _route(_street: Street, state: State, desired: Desired) -> None:
    _set(state.routes, desired.number("emergencyroute"), desired.yes())


def _no_route(street: Street, _state: State, desired: Desired) -> str:
    number = desired.number("emergencyroute")
    return "" if number in street.routes else f"emergencyroute: {number} is not configured"


def _set(numbers: set[int], number: int, on: bool) -> None:
    (numbers.add if on else numbers.discard)(number)


def _input(_street: Street, state: State, desired: Desired) -> None:
    state.wished = desired.now
    state.inputs[desired.number("input")] = desired.yes()


def _inputs(_street: Street, state: State, desired: Desired) -> None:
    state.wished = desired.now
    for number, on in _bits(desired.arguments["status"]).items():
        state.inputs[number] = on


def _no_input(street: Street, _state: State, desired: Desired) -> str:
    beyond = [n for n in _bits(desired.arguments["status"]) if not 1 <= n <= street.inputs]
    return f"status: input {beyond[0]} does not exist, the last is {street.inputs}" if beyond else ""


def _bits(text: str) -> dict[int, bool]:
    """`3,4134,65`: from input 3 on, these bits on, those off; further blocks after a semicolon (M0013)."""
    found: dict[int, bool] = {}
    for block in text.split(";"):
        first, on, off = (int(part) for part in block.split(","))
        for bit in range(16):
            if (on | off) >> bit & 1:
                found[first + bit] = bool(on >> bit & 1)
    return found


def _force_input(_street: Street, state: State, desired: Desired) -> None:
    _force(state.forced_inputs, desired.number("input"), desired.yes(), desired.yes("inputValue"))


def _force_output(_street: Street, state: State, desired: Desired) -> None:
    """Here, as the list has it, False forces and True releases."""
    _force(state.forced_outputs, desired.number("output"), not desired.yes(), desired.yes("outputValue"))


def _force_detector(_street: Street, state: State, desired: Desired) -> None:
    number = int(desired.component[-3:])
    _force(state.forced_detectors, number, desired.yes(), desired.yes("mode"))


def _force(forced: dict[int, bool], number: int, force: bool, value: bool) -> None:
    if force:
        forced[number] = value
    else:
        forced.pop(number, None)


def _fixed_time(_street: Street, state: State, desired: Desired) -> None:
    state.fixed_time = desired.yes()


def _bands(_street: Street, state: State, desired: Desired) -> None:
    state.bands |= {(desired.number("plan"), band): seconds for band, seconds in desired.pairs()}


def _unsafe_bands(street: Street, state: State, desired: Desired) -> str:
    number = desired.number("plan")
    bands = state.bands | {(number, band): seconds for band, seconds in desired.pairs()}
    return _no_plan(street, "plan", number) or _why_unsafe(street, number, state.cycles, bands)


def _why_unsafe(street: Street, number: int, cycles: Mapping[int, int], bands: Bands) -> str:
    try:
        timed(street.junction, number, cycles, bands)
    except Unsafe as error:
        return f"status: not safe: {error}"
    return ""


def _offset(_street: Street, state: State, desired: Desired) -> None:
    state.offsets[desired.number("plan")] = desired.number("status")


def _cycle(_street: Street, state: State, desired: Desired) -> None:
    state.cycles[desired.number("plan")] = desired.number("status")


def _unsafe_cycle(street: Street, state: State, desired: Desired) -> str:
    number = desired.number("plan")
    cycles = state.cycles | {number: desired.number("status")}
    return _no_plan(street, "plan", number) or _why_unsafe(street, number, cycles, state.bands)


def _week(_street: Street, state: State, desired: Desired) -> None:
    state.week = dict(desired.pairs())


def _tables(_street: Street, state: State, desired: Desired) -> None:
    state.tables = tuple(Switch(*row) for row in desired.rows())


def _unstored_tables(street: Street, _state: State, desired: Desired) -> str:
    reasons = [_no_plan(street, "status", plan) for _, plan, _, _ in desired.rows() if plan]
    return next(filter(None, reasons), "")


def _priority(street: Street, state: State, desired: Desired) -> None:
    id = desired.arguments["requestId"]
    if desired.arguments["type"] == "cancel":
        state.priorities.end(id, desired.now)
        return
    known = state.priorities.requests.get(id)
    named = desired.arguments.get("signalGroupId", "")
    group = _groups(street).get(named) or (known.group if known is not None else "")
    arrives = desired.now + int(desired.arguments.get("eta", "0")) * SECOND
    state.priorities.ask(id, group, desired.number("level"), arrives, desired.now)


def _no_priority(street: Street, state: State, desired: Desired) -> str:
    """Here a request names its signal group: there are no connections, approaches or lanes."""
    id, kind = desired.arguments["requestId"], desired.arguments["type"]
    if kind != "new":
        return "" if state.priorities.lives(id) else f"requestId: {id[:40]!r} asks for nothing"
    if state.priorities.lives(id):
        return f"requestId: {id[:40]!r} is there already"
    group = desired.arguments.get("signalGroupId", "")
    return "" if group in _groups(street) else f"signalGroupId: {group[:40]!r} is no signal group of this site"


def _groups(street: Street) -> Mapping[str, str]:
    return {street.group(number): group.id for number, group in enumerate(street.junction.groups, start=1)}


def _band_timeout(_street: Street, state: State, desired: Desired) -> None:
    state.band_timeout = desired.number("status")


def _code(_street: Street, state: State, desired: Desired) -> None:
    state.codes[_level(desired)] = desired.arguments["newSecurityCode"]


def _wrong_code(_street: Street, state: State, desired: Desired) -> str:
    right = state.codes[_level(desired)] == desired.arguments["oldSecurityCode"]
    return "" if right else "Incorrect security code"


def _level(desired: Desired) -> int:
    return int(desired.arguments["status"].removeprefix("Level"))


def _clock(_street: Street, state: State, desired: Desired) -> None:
    state.clock_set = round(_date(desired).timestamp()) * SECOND - desired.now


def _no_date(_street: Street, _state: State, desired: Desired) -> str:
    try:
        _date(desired)
    except ValueError as error:
        return f"no such date: {error}"
    return ""


def _date(desired: Desired) -> datetime:
    year, month, day = map(desired.number, ("year", "month", "day"))
    hour, minute, second = map(desired.number, ("hour", "minute", "second"))
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)


ORDERS: Mapping[str, Order] = {
    "M0001": Order(_position, _one_junction),
    "M0002": Order(_plan, _stored("timeplan")),
    "M0003": Order(_situation, _known("traficsituation", lambda street: street.situations)),
    "M0004": Order(_restart),
    "M0005": Order(_route, _no_route),
    "M0006": Order(_input, _known("input", lambda street: street.inputs)),
    "M0007": Order(_fixed_time),
    "M0008": Order(_force_detector),
    "M0013": Order(_inputs, _no_input),
    "M0014": Order(_bands, _unsafe_bands),
    "M0015": Order(_offset, _stored("plan")),
    "M0016": Order(_week),
    "M0017": Order(_tables, _unstored_tables),
    "M0018": Order(_cycle, _unsafe_cycle),
    "M0019": Order(_force_input, _known("input", lambda street: street.inputs)),
    "M0020": Order(_force_output, _known("output", lambda street: street.outputs)),
    "M0022": Order(_priority, _no_priority),
    "M0023": Order(_band_timeout),
    "M0103": Order(_code, _wrong_code),
    "M0104": Order(_clock, _no_date),
}
