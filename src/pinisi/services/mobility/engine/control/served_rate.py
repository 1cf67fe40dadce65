"""How much a stage would serve a second: the index by which stages compete.

That of Lämmer and Helbing's self-control (2008): vehicles served, standing or arriving, over the time that serving them
takes, set-up included; the best over all moments at which the stage could end again.
"""

from collections.abc import Iterator, Mapping

from pinisi.services.mobility.engine.control.approaches import Lanes, Service
from pinisi.services.mobility.engine.control.forecast_arrivals import arrives_s
from pinisi.services.mobility.engine.control.junction import Seen
from pinisi.services.mobility.engine.control.tuning import Tuning


def served_rate(
    lanes: Lanes, service: Service, running: Service, clearance_s: float, speed_mps: Mapping[str, float], tuning: Tuning
) -> float:
    """Weighted vehicles a second of a stage; lanes that are green already need no set-up."""
    served: list[tuple[float, float]] = []
    for lane, headway_s in service.items():
        first = -min(headway_s, tuning.settling_s) if lane in running else clearance_s + tuning.startup_s - headway_s
        served.extend(_leaving(lanes[lane], headway_s, first, speed_mps[lane], tuning))
    served.sort()
    total = best = 0.0
    for moment, weight in served:
        total += weight
        best = max(best, total / (moment + tuning.settling_s))
    return best


def _leaving(
    vehicles: tuple[Seen, ...], headway_s: float, at: float, limit_mps: float, tuning: Tuning
) -> Iterator[tuple[float, float]]:
    """When each vehicle of a lane crosses the line, and its weight."""
    for each in vehicles:
        at = max(at + headway_s * each.share, arrives_s(each, limit_mps))
        if at > tuning.horizon_s:
            return
        yield at, each.share * (1 + tuning.wait_weight * each.waited_s)
