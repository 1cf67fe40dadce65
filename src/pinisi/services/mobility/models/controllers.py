"""SignalController: the device in the street that switches the lamps, as its supervisor hears it.

No model of Smart Data Models has one (dataModel.Transportation, 2026-02), so the type is Pinisi's own, in the words of
RSMP: core 3.2.2 and the signal exchange list of traffic light controllers 1.2.1. Its attributes:

- `alive`: the link stands. `linkFault`: why it does not, in the words of the protocol, empty while it does.
- `lastHeard`: when the last message came.
- `linkFailures` (C62): how often an open link was cut, fell silent or could not be read, since the city listens.
- `meanTimeBetweenFailures` (HUR): hours for which links stood, for each failure; not there before the first.
- `failuresLately` (C62), `meanTimeBetweenFailuresLately` (HUR) and `latelyDays` (DAY): the same of the last 30 days, or
  of so many as the city has listened.
- `silentFor` (MIN): for how long there has been no link; 0 while there is one.
- `openWorkOrders` (C62), `workOrders`: incidents of this house about the device that are not closed.
- `clockAhead` (SEC): by how much the device's clock is ahead of the city's.
- `protocolVersion`: the RSMP version that both agreed on.
- `controlMode`: startup, control, standby (dark or flashing as ordered), failure or test (S0020).
- `timePlan`: the number of the plan that it says it runs (S0014); `timePlanSource`: who chose it.
- `signalGroupStatus`: a letter for each group (S0001).
- `activeAlarms`: component, code, priority, since when, acknowledged, suspended. `alarmCount` (C62): how many.
- `contradictions`: what it says against itself: a plan that is not stored, a cycle counter beyond the cycle, green
  while it is off, groups missing, two greens that conflict, in control while off.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from urllib.parse import quote

import msgspec

from pinisi.runtime.told import told, told_json, told_place, told_time
from pinisi.vocabulary.instant import SECOND, format_instant

CONTROLLER = "SignalController"


Moment = Annotated[int, msgspec.Meta(ge=0, le=4_102_444_800 * SECOND)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class SitePlace(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A site that may connect: its site id, how people call the junction, where it is, and which of its signal groups
    conflict, by number, the first is 1.
    """

    id: str
    name: str = ""
    lon: float
    lat: float
    conflicting: tuple[tuple[int, int], ...] = ()


class Lately(msgspec.Struct, frozen=True, kw_only=True):
    """Of the last days; `hours` between failures, None without any."""

    days: Annotated[int, msgspec.Meta(ge=1, le=400)]
    failures: Annotated[int, msgspec.Meta(ge=0, le=10**9)]
    hours: Annotated[float, msgspec.Meta(ge=0, le=1e7)] | None = None


class ControllerReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one controller at `at`. Moments and spans in microseconds; None is not known."""

    site: Name
    name: str
    lon: Annotated[float, msgspec.Meta(ge=-180, le=180)]
    lat: Annotated[float, msgspec.Meta(ge=-90, le=90)]
    at: Moment
    alive: bool
    fault: str = ""
    heard: Moment | None = None
    failures: Annotated[int, msgspec.Meta(ge=0, le=10**9)] = 0
    hours_between_failures: Annotated[float, msgspec.Meta(ge=0, le=1e7)] | None = None
    ahead: Annotated[int, msgspec.Meta(ge=-(10**17), le=10**17)] | None = None
    version: str = ""
    mode: str = ""
    plan: str = ""
    plan_source: str = ""
    groups: str = ""
    alarms: tuple[Mapping[str, Any], ...] = ()
    contradictions: tuple[str, ...] = ()
    simulated: bool = False
    silent_minutes: Annotated[float, msgspec.Meta(ge=0, le=1e9)] = 0.0
    lately: Lately | None = None


def controller_id(site: str) -> str:
    return f"urn:ngsi-ld:{CONTROLLER}:{quote(site, safe='')}"


def controller_entity(report: ControllerReport) -> dict[str, Any]:
    at = format_instant(report.at)
    alarms = _distinct(report.alarms)
    entity = {
        "id": controller_id(report.site),
        "type": CONTROLLER,
        "name": told(report.name or report.site, at),
        "location": told_place({"type": "Point", "coordinates": [report.lon, report.lat]}, at),
        "alive": told(report.alive, at),
        "linkFault": told(report.fault, at),
        "linkFailures": told(report.failures, at, "C62"),
        "activeAlarms": told_json(alarms, at),
        "alarmCount": told(len(alarms), at, "C62"),
        "contradictions": told_json([{"kind": kind} for kind in sorted(set(report.contradictions))], at),
    }
    entity["silentFor"] = told(round(report.silent_minutes, 1), at, "MIN")
    told_now = entity | _lately(report.lately, at) | _known(report, at)
    return with_method(told_now, "simulated") if report.simulated else told_now


def _lately(lately: Lately | None, at: str) -> dict[str, Any]:
    if lately is None:
        return {}
    told_now = {"failuresLately": told(lately.failures, at, "C62"), "latelyDays": told(lately.days, at, "DAY")}
    if lately.hours is not None:
        told_now["meanTimeBetweenFailuresLately"] = told(round(lately.hours, 2), at, "HUR")
    return told_now


def with_method(entity: Mapping[str, Any], method: str) -> dict[str, Any]:
    """Each value with this method that says none."""
    said = {"method": {"type": "Property", "value": method}}
    return {
        name: {**said, **value} if isinstance(value, Mapping) and "type" in value else value
        for name, value in entity.items()
    }


def _distinct(alarms: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Each once, always in the same order."""
    by_text = {msgspec.json.encode(alarm, order="sorted"): alarm for alarm in alarms}
    return [by_text[text] for text in sorted(by_text)]


def _known(report: ControllerReport, at: str) -> dict[str, Any]:
    """What a controller has told; before, it is not there. The status is as old as the last word."""
    heard = at if report.heard is None else format_instant(report.heard)
    texts = {
        "protocolVersion": report.version,
        "controlMode": report.mode,
        "timePlan": report.plan,
        "timePlanSource": report.plan_source,
        "signalGroupStatus": report.groups,
    }
    known = {name: told(text, heard) for name, text in texts.items() if text}
    if report.heard is not None:
        known["lastHeard"] = told_time(report.heard, heard)
    if report.ahead is not None:
        known["clockAhead"] = told(round(report.ahead / SECOND, 1) + 0.0, heard, "SEC")
    if report.hours_between_failures is not None:
        known["meanTimeBetweenFailures"] = told(round(report.hours_between_failures, 3), at, "HUR")
    return known
