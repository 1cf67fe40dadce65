"""From the health of a site to what the city is told of it."""

import msgspec

from pinisi.services.mobility.models.controllers import ControllerReport, Lately, SitePlace
from pinisi.services.mobility.rsmp.health import SiteHealth, contradicts
from pinisi.vocabulary.instant import MINUTE, Instant

SIMULATED = "Pinisi simulated controller"
"""How the version of a controller of ours begins."""


def report_of(health: SiteHealth, place: SitePlace, now: Instant) -> ControllerReport:
    said = {name: str(value) for name, value in health.status.items()}
    alive, lately = health.alive, health.lately(now)
    return ControllerReport(
        site=place.id,
        name=place.name,
        lon=place.lon,
        lat=place.lat,
        at=now,
        alive=alive,
        fault=health.fault if not alive else "",
        heard=health.heard,
        failures=health.failures,
        hours_between_failures=health.mean_time_between_failures(now),
        ahead=health.ahead if health.heard is not None else None,
        version=health.version,
        mode=said.get("S0020 controlmode", ""),
        plan=said.get("S0014 status", ""),
        plan_source=said.get("S0014 source", ""),
        groups=said.get("S0001 signalgroupstatus", ""),
        alarms=tuple(msgspec.to_builtins(alarm) for alarm in health.alarms),
        contradictions=contradicts(health, now),
        simulated=is_simulated(health),
        silent_minutes=0.0 if health.down_since is None else max(now - health.down_since, 0) / MINUTE,
        lately=None if lately is None else Lately(days=lately.days, failures=lately.failures, hours=lately.hours),
    )


def is_simulated(health: SiteHealth) -> bool:
    """It says itself that it is one of ours (S0095)."""
    return str(health.status.get("S0095 status", "")).startswith(SIMULATED)
