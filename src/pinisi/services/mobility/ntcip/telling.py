"""What a controller told by NTCIP, in the words of RSMP's list: those of the house."""

from collections.abc import Mapping

from pinisi.services.mobility.ntcip import objects
from pinisi.services.mobility.ntcip.counts import Counts
from pinisi.services.mobility.ntcip.reading import Told
from pinisi.services.mobility.rsmp.messages import Alarm, StatusUpdate, StatusValue
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.vocabulary.instant import Instant


def status_update(site: str, now: Instant, told: Told, device: str) -> StatusUpdate:
    """A pattern that is free or flashing is no stored plan, and not told as one."""
    mode = "standby" if told.flashing else "control"
    pattern = {objects.FREE: "free", objects.FLASHING: "flash"}.get(told.pattern, str(told.pattern))
    values = {
        ("S0001", "signalgroupstatus"): told.letters,
        ("S0014", "status"): pattern,
        ("S0014", "source"): told.control,
        ("S0011", "status"): str(told.flashing),
        ("S0020", "controlmode"): mode,
        ("S0095", "status"): device,
    }
    return _update(site, now, values)


def counts_update(site: str, now: Instant, counts: Counts) -> StatusUpdate:
    values = {
        ("S0205", "vehicles"): counts.vehicles,
        ("S0206", "speed"): counts.speeds,
        ("S0207", "occupancy"): counts.occupancies,
    }
    return _update(site, now, values)


def _update(site: str, now: Instant, values: Mapping[tuple[str, str], str]) -> StatusUpdate:
    told = tuple(
        StatusValue(code=code, name=name, value=value, quality="recent") for (code, name), value in values.items()
    )
    return StatusUpdate(component=site, at=stamp(now), values=told)


def alarm(component: str, code: str, now: Instant, active: bool) -> Alarm:
    return Alarm(
        component=component,
        code=code,
        purpose="Issue",
        acknowledged="notAcknowledged",
        active="Active" if active else "inActive",
        suspended="notSuspended",
        at=stamp(now),
        priority="2",
    )
