"""Both indices of a station from all that it said in its last days: what counts, what is left out, and why."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Literal

import msgspec

from pinisi.services.environment.engine import us_aqi
from pinisi.services.environment.engine.cleaning import Reading, Reason, Verdict, judge_all, settled
from pinisi.services.environment.engine.pollutant import POLLUTANTS, Pollutant
from pinisi.services.environment.engine.quantity import QUANTITIES
from pinisi.services.environment.engine.station import HOURS, StationIndex, station_ispu
from pinisi.services.environment.engine.without_concentrations import MAIN_POLLUTANTS, particles_behind
from pinisi.vocabulary.instant import HOUR, SECOND, Instant

TOLD = "airQualityIndex"
"""The US AQI as a station tells it, where it tells no concentrations."""
PARTICLES: tuple[Pollutant, ...] = ("pm25", "pm10")
"""Those whose US AQI is of a mean of 24 hours in microgram a cubic metre, as they are measured here."""

Verdicts = Mapping[str, Sequence[Verdict]]
"""By attribute."""
Basis = Literal["concentrations", "us-aqi"]
"""Whether the ISPU is of measured concentrations, or of those that a US AQI stands for (an estimate)."""


class LeftOut(msgspec.Struct, frozen=True):
    """Values of the last 24 hours that do not count: how many of an attribute, for which reasons."""

    attribute: str
    values: int
    reasons: tuple[Reason, ...]


class Indices(msgspec.Struct, frozen=True, kw_only=True):
    """The indices of a station.

    Attributes:
        at: time of the newest value; the means are of the 24 hours that end with it.
        us_aqi: of the particles' means, else as the station tells it; None where there is neither.
        hours: good hours of the last 24, of the pollutant that has most.
    """

    at: Instant
    ispu: StationIndex
    basis: Basis
    us_aqi: int | None
    hours: int
    left_out: tuple[LeftOut, ...]


def judged(series: Mapping[str, Sequence[Reading]]) -> dict[str, list[Verdict]]:
    """The verdicts on each attribute that is known here (readings in the order of coming), as known at the end."""
    return {name: settled(judge_all(QUANTITIES[name], series[name])) for name in series if name in QUANTITIES}


def indices(verdicts: Verdicts, main_pollutant: Callable[[Instant], str] = lambda _: "") -> Indices | None:
    """The indices at the time of the newest value; None where there is no value.

    `main_pollutant` tells IQAir's code of the one that the US AQI told of a moment is of.
    """
    times = [verdict.at for many in verdicts.values() for verdict in many]
    if not times:
        return None
    at = max(times)
    measured: dict[Pollutant, Sequence[Verdict]] = {name: verdicts[name] for name in POLLUTANTS if verdicts.get(name)}
    basis: Basis = "concentrations"
    if not measured:
        measured, basis = _behind(verdicts.get(TOLD, ()), main_pollutant), "us-aqi"
    ispu = station_ispu(measured, at + 1)
    return Indices(
        at=at,
        ispu=ispu,
        basis=basis,
        us_aqi=_us_aqi(ispu, verdicts, at) if basis == "concentrations" else _told(verdicts, at),
        hours=max((mean.hours for mean in ispu.means), default=0),
        left_out=tuple(_left_out(verdicts, at)),
    )


def _behind(told: Sequence[Verdict], code: Callable[[Instant], str]) -> dict[Pollutant, Sequence[Verdict]]:
    """The concentrations that a told US AQI stands for, each of the pollutant that it was of."""
    found: dict[Pollutant, list[Verdict]] = {}
    for verdict in told:
        day = day_of(verdict.at)
        if verdict.used and day >= us_aqi.EDITION_2012:
            pollutant = code(verdict.at)
            value = particles_behind(min(verdict.value, 500.0), pollutant, day)
            if value is not None:
                each = msgspec.structs.replace(verdict, value=value)
                found.setdefault(MAIN_POLLUTANTS[pollutant], []).append(each)
    return {**found}


def _us_aqi(ispu: StationIndex, verdicts: Verdicts, at: Instant) -> int | None:
    """The highest of the particles; the told one where there is none."""
    day = day_of(at)
    means = {mean.pollutant: mean.value for mean in ispu.means if mean.value is not None}
    found: list[int] = []
    for pollutant in PARTICLES if day >= us_aqi.EDITION_2012 else ():
        value = means.get(pollutant)
        index = None if value is None else us_aqi.sub_index(pollutant, HOURS, value, day)
        found += [] if index is None else [index]
    return max(found) if found else _told(verdicts, at)


def _told(verdicts: Verdicts, at: Instant) -> int | None:
    """The newest good US AQI of the last day."""
    used = [verdict for verdict in verdicts.get(TOLD, ()) if verdict.used and at - verdict.at < HOURS * HOUR]
    return round(max(used, key=lambda verdict: verdict.at).value) if used else None


def _left_out(verdicts: Verdicts, at: Instant) -> list[LeftOut]:
    found: list[LeftOut] = []
    for name, many in verdicts.items():
        bad = [verdict for verdict in many if not verdict.used and at - verdict.at < HOURS * HOUR]
        reasons: dict[Reason, None] = dict.fromkeys([reason for verdict in bad for reason in verdict.reasons])
        if bad:
            found.append(LeftOut(name, len(bad), tuple(reasons)))
    return found


def day_of(at: Instant) -> date:
    """The day in UTC: it chooses the edition of a table."""
    return datetime.fromtimestamp(at / SECOND, UTC).date()
