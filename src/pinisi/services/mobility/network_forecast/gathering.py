"""What the job takes of the context: the past of every detector of a class, a few at a time."""

from collections.abc import Sequence

from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.known import Known, Said
from pinisi.services.mobility.engine.congestion import FEWEST_AT_NIGHT
from pinisi.services.mobility.models.traffic import ALL_VEHICLES, OBSERVED, RULE, SPEED
from pinisi.services.mobility.network_forecast.request import DetectorPast, NetworkForecastRequest, NetworkPast
from pinisi.services.mobility.observed_speed import speeds, zone_of
from pinisi.vocabulary.instant import MINUTE

MOST_DETECTORS = 500
MOST_VALUES = 1_500_000
"""Of all detectors together; of more of them fewer days are looked at."""
AT_ONCE = 20
_STEP = 5 * MINUTE
_DAY_STEPS = 288


async def gather(request: NetworkForecastRequest, reading: JobReading) -> NetworkPast:
    detectors = [each for each in await reading.all(OBSERVED, 20_000) if _is_of(each, request.vehicle)]
    detectors = sorted(detectors, key=lambda each: each.id)[:MOST_DETECTORS]
    days = min(request.days, max(2, MOST_VALUES // max(1, len(detectors) * _DAY_STEPS)))
    found: list[DetectorPast] = []
    for start in range(0, len(detectors), AT_ONCE):
        some = detectors[start : start + AT_ONCE]
        pasts = await reading.windows(some, SPEED, hours=24.0 * days, most=2 * days * _DAY_STEPS)
        found += [past for each in some if (past := _past(each, pasts.get(each.id, ()))) is not None]
    zone = zone_of(await reading.all(RULE, 1), detectors[0] if detectors else None)
    return NetworkPast(now=reading.now, ahead_of_utc=zone, detectors=tuple(found))


def _is_of(known: Known, vehicle: str) -> bool:
    said = known.text("vehicleType") or ""
    return said == vehicle or (not vehicle and said == ALL_VEHICLES)


def _past(known: Known, said: Sequence[Said]) -> DetectorPast | None:
    """The mean of each five minutes; None of a detector that has hardly spoken."""
    sums: dict[int, tuple[float, int]] = {}
    for at, speed in speeds(said).items():
        total, count = sums.get(at // _STEP, (0.0, 0))
        sums[at // _STEP] = (total + speed, count + 1)
    if len(sums) < FEWEST_AT_NIGHT:
        return None
    steps = sorted(sums)
    values = tuple(round(sums[step][0] / sums[step][1], 2) for step in steps)
    return DetectorPast(id=known.id, place=known.point, steps=tuple(steps), speeds=values)
