"""What the job takes of the context: the past of every detector of a class, a few at a time."""

from collections.abc import Sequence

from pinisi.runtime.job_reading import JobReading
from pinisi.runtime.known import Known, Said
from pinisi.services.mobility.engine.congestion import FEWEST_AT_NIGHT
from pinisi.services.mobility.models.traffic import ALL_VEHICLES, OBSERVED, RULE, SPEED
from pinisi.services.mobility.network_forecast.learning import FEWEST_ROADS
from pinisi.services.mobility.network_forecast.learnt import frame_of
from pinisi.services.mobility.network_forecast.matrix import STEP
from pinisi.services.mobility.network_forecast.request import DetectorPast, NetworkForecastRequest, NetworkPast
from pinisi.services.mobility.observed_speed import speeds, zone_of
from pinisi.vocabulary.instant import DAY, Instant

MOST_DETECTORS = 500
MOST_KNOWN = 20_000
MOST_VALUES = 1_500_000
"""Of all detectors together; of more of them fewer days are looked at."""
AT_ONCE = 20
LATELY_HOURS = 2.75
"""What is looked at where it need not be learnt: `computing.LOOKED_AT` and some minutes."""
MOST_CLASSES = 8
_DAY_STEPS = 288


async def due(reading: JobReading) -> Sequence[NetworkForecastRequest]:
    """One for each class of vehicle of which at least two detectors spoke within the last day."""
    counts: dict[str, int] = {}
    for each in await reading.all(OBSERVED, MOST_KNOWN):
        said = each.said(SPEED)
        if said is not None and reading.now - DAY < said.observed <= reading.now:
            counts[_class(each)] = counts.get(_class(each), 0) + 1
    found = sorted(vehicle for vehicle, count in counts.items() if count >= FEWEST_ROADS and len(vehicle) <= 40)
    return [NetworkForecastRequest(vehicle=vehicle, anew=False) for vehicle in found[:MOST_CLASSES]]


async def gather(request: NetworkForecastRequest, reading: JobReading) -> NetworkPast:
    of_class = [each for each in await reading.all(OBSERVED, MOST_KNOWN) if _class(each) == request.vehicle]
    detectors = sorted(of_class, key=lambda each: each.id)[:MOST_DETECTORS]
    learnt = b"" if request.anew else await reading.kept(learnt_name(request)) or b""
    frame = frame_of(learnt, reading.now) if learnt else None
    if frame is None:
        days = min(request.days, max(2, MOST_VALUES // max(1, len(detectors) * _DAY_STEPS)))
        found = await _pasts(reading, detectors, 24.0 * days, FEWEST_AT_NIGHT)
    else:
        known = set(frame.detectors)
        found = await _pasts(reading, [each for each in of_class if each.id in known], LATELY_HOURS, 1)
    return NetworkPast(
        now=reading.now,
        ahead_of_utc=zone_of(await reading.all(RULE, 1), detectors[0] if detectors else None),
        detectors=tuple(found),
        learnt=learnt if frame is not None else b"",
        told=await reading.kept(told_name(request)) or b"",
    )


def learnt_name(request: NetworkForecastRequest) -> str:
    """Under which what was learnt is kept."""
    return f"learnt of {request.vehicle or ALL_VEHICLES}"


def told_name(request: NetworkForecastRequest) -> str:
    """Under which it is kept what was told, and how far it was from what came."""
    return f"told of {request.vehicle or ALL_VEHICLES}"


def _class(known: Known) -> str:
    """The class of vehicle; empty for detectors that tell none."""
    said = known.text("vehicleType") or ""
    return "" if said == ALL_VEHICLES else said


async def _pasts(reading: JobReading, detectors: Sequence[Known], hours: float, fewest: int) -> list[DetectorPast]:
    """Of those that have told at least `fewest` speeds."""
    found: list[DetectorPast] = []
    most = round(2 * hours / 24 * _DAY_STEPS) + 1
    for start in range(0, len(detectors), AT_ONCE):
        some = detectors[start : start + AT_ONCE]
        pasts = await reading.windows(some, SPEED, hours=hours, most=most)
        made = [_past(each, pasts.get(each.id, ()), reading.now) for each in some]
        found += [past for past in made if len(past.steps) >= fewest]
    return found


def _past(known: Known, said: Sequence[Said], now: Instant) -> DetectorPast:
    """The mean of each five minutes up to now."""
    sums: dict[int, tuple[float, int]] = {}
    for at, speed in speeds(said).items():
        if at <= now:
            total, count = sums.get(at // STEP, (0.0, 0))
            sums[at // STEP] = (total + speed, count + 1)
    steps = sorted(sums)
    values = tuple(round(sums[step][0] / sums[step][1], 2) for step in steps)
    return DetectorPast(id=known.id, place=known.point, steps=tuple(steps), speeds=values)
