"""The statuses that the simulated controller has, each with all its values as the wire writes them.

SXL for traffic light controllers 1.2.1, S0001 to S0098. What is missing here is answered as "unknown".
"""

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

import msgspec

from pinisi import __version__
from pinisi.services.mobility.rsmp.messages import Value
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.site.lamps import Lamps, cycle_second, stage_at, starting_letters
from pinisi.services.mobility.rsmp.site.state import State
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.vocabulary.instant import SECOND, Instant


class View(msgspec.Struct, frozen=True):
    """The controller at one moment of its own clock."""

    street: Street
    state: State
    lamps: Lamps
    now: Instant

    @property
    def clock(self) -> Instant:
        """As M0104 set it."""
        return self.now + self.state.clock_set

    @property
    def is_failed(self) -> bool:
        return self.lamps.shown.fault is not None

    @property
    def mode(self) -> str:
        """S0020."""
        if self.state.is_starting(self.now):
            return "startup"
        if self.is_failed:
            return "failure"
        return "control" if self.state.position == "NormalControl" else "standby"


Values = Mapping[str, Value]


def _signals(view: View) -> Values:
    plan = view.state.timed_plan(view.street, view.now)
    second = view.now / SECOND
    return {
        "signalgroupstatus": _letters(view),
        "cyclecounter": str(int(cycle_second(plan, second))),
        "basecyclecounter": str(int(second % plan.cycle)),
        "stage": str(stage_at(view.street.junction, plan, second) + 1),
    }


def _letters(view: View) -> str:
    groups = len(view.street.junction.groups)
    if view.mode == "startup":
        return starting_letters(groups, view.now - view.state.started)
    if view.mode == "standby":
        return ("b" if view.state.position == "Dark" else "c") * groups
    return view.lamps.letters()


def _by_junction(name: str, value: Callable[[View], str]) -> Callable[[View], Values]:
    return lambda view: {"intersection": "1", name: value(view)}


def _switched(value: Callable[[View], bool]) -> Callable[[View], Values]:
    return lambda view: {"intersection": "1", "status": str(value(view)), "source": _source(view)}


def _source(view: View) -> str:
    return "other" if view.is_failed else view.state.position_source


def _text(name: str, value: Callable[[View], str]) -> Callable[[View], Values]:
    return lambda view: {name: value(view)}


def _sourced(value: Callable[[View], tuple[int, str]]) -> Callable[[View], Values]:
    def values(view: View) -> Values:
        status, source = value(view)
        return {"status": str(status), "source": source}

    return values


def _flags(count: int, on: Mapping[int, bool], forced: Mapping[int, bool]) -> str:
    """One character each, the first for number 1; what is forced comes before what is measured."""
    return "".join("1" if forced.get(n, on.get(n, False)) else "0" for n in range(1, count + 1))


def _marks(count: int, forced: Mapping[int, bool]) -> str:
    return "".join("1" if n in forced else "0" for n in range(1, count + 1))


def _starting(view: View) -> Values:
    starting = view.mode == "startup"
    return {"status": str(starting), "statusByIntersection": [{"intersection": "1", "startup": str(starting)}]}


def _emergency(view: View) -> Values:
    return {"status": str(bool(view.state.routes)), "emergencystage": str(min(view.state.routes, default=0))}


def _offsets(view: View) -> str:
    stored = {int(plan.id): int(-plan.offset % plan.cycle) for plan in view.street.junction.plans}
    offsets = stored | view.state.offsets
    return _rows(offsets.items())


def _cycles(view: View) -> str:
    cycles = {int(plan.id): int(plan.cycle) for plan in view.street.junction.plans} | view.state.cycles
    return _rows(cycles.items())


def _rows(rows: Iterable[Iterable[int]]) -> str:
    return ",".join("-".join(map(str, row)) for row in rows)


def _clock(view: View) -> Values:
    at = datetime.fromtimestamp(view.clock // SECOND, UTC)
    return {name: str(getattr(at, name)) for name in ("year", "month", "day", "hour", "minute", "second")}


def _parameters(view: View) -> bytes:
    """All that the traffic runs by: what S0097 sums up and S0098 hands out."""
    state = view.state
    ordered = (state.cycles, {f"{p}-{b}": s for (p, b), s in state.bands.items()}, state.offsets, state.week)
    tables = [(row.table, row.plan, row.hour, row.minute) for row in state.tables]
    return msgspec.json.encode((view.street.junction, ordered, tables))


def _checksum(view: View) -> Values:
    return {"checksum": hashlib.sha256(_parameters(view)).hexdigest(), "timestamp": stamp(view.clock)}


def _configuration(view: View) -> Values:
    config = base64.b64encode(_parameters(view)).decode()
    return {"config": config, "timestamp": stamp(view.clock), "version": f"Pinisi {__version__}, simulated"}


def _number(value: Callable[[View], int]) -> Callable[[View], Values]:
    return lambda view: {"number": str(value(view))}


READERS: Mapping[str, Callable[[View], Values]] = {
    "S0001": _signals,
    "S0002": _text(
        "detectorlogicstatus", lambda v: _flags(v.street.detectors, v.state.detected, v.state.forced_detectors)
    ),
    "S0003": _text("inputstatus", lambda v: _flags(v.street.inputs, v.state.inputs, v.state.forced_inputs)),
    "S0004": _text("outputstatus", lambda v: _flags(v.street.outputs, {}, v.state.forced_outputs)),
    "S0005": _starting,
    "S0006": _emergency,
    "S0007": _switched(lambda v: v.state.position != "Dark"),
    "S0008": _switched(lambda _: False),
    "S0009": _switched(lambda v: v.state.fixed_time),
    "S0010": _switched(lambda _: True),
    "S0011": _switched(lambda v: v.state.position == "YellowFlash" or v.is_failed),
    "S0012": _switched(lambda _: False),
    "S0013": _by_junction("status", lambda _: "0"),
    "S0014": _sourced(lambda v: v.state.current_plan(v.street, v.now)),
    "S0015": _sourced(lambda v: (v.state.situation or 1, "forced" if v.state.situation else "startup")),
    "S0016": _number(lambda v: v.street.detectors),
    "S0017": _number(lambda v: len(v.street.junction.groups)),
    "S0019": _number(lambda v: v.street.situations),
    "S0020": _by_junction("controlmode", lambda v: v.mode),
    "S0021": _text("detectorlogics", lambda v: _marks(v.street.detectors, v.state.forced_detectors)),
    "S0022": _text("status", lambda v: ",".join(map(str, v.street.plans()))),
    "S0023": _text("status", lambda v: _rows((plan, band, s) for (plan, band), s in v.state.bands.items())),
    "S0024": _text("status", _offsets),
    "S0026": _text("status", lambda v: _rows(v.state.week.items())),
    "S0027": _text("status", lambda v: _rows((r.table, r.plan, r.hour, r.minute) for r in v.state.tables)),
    "S0028": _text("status", _cycles),
    "S0029": _text("status", lambda v: _marks(v.street.inputs, v.state.forced_inputs)),
    "S0030": _text("status", lambda v: _marks(v.street.outputs, v.state.forced_outputs)),
    "S0032": lambda _: {"intersection": "1", "status": "off", "source": "startup"},
    "S0033": lambda v: {"status": list(v.state.priorities.told())},
    "S0034": _text("status", lambda v: str(v.state.band_timeout)),
    "S0035": lambda v: {"emergencyroutes": [{"id": str(route)} for route in sorted(v.state.routes)]},
    "S0091": _text("user", lambda _: "0"),
    "S0092": _text("user", lambda _: "0"),
    "S0095": _text("status", lambda _: f"Pinisi simulated controller {__version__}"),
    "S0096": _clock,
    "S0097": _checksum,
    "S0098": _configuration,
}
