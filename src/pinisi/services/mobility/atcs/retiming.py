"""Other timings of a stored plan as a controller can be told them: a cycle, and by how much each stage ends later."""

from collections.abc import Sequence

from pinisi.services.mobility.atcs.adapter import Retime
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.plan import SignalPlan
from pinisi.services.mobility.engine.signals.splits import least_greens
from pinisi.services.mobility.rsmp.site.timing import Unsafe, with_bands, with_cycle

LONGEST_BAND = 99


def retimed(junction: Junction, stored: SignalPlan, wanted: SignalPlan) -> tuple[Retime, SignalPlan]:
    """The cycle and the dynamic bands that come nearest to a plan, and the plan that they make.

    Raises:
        Unsafe: it cannot be said by bands, or what they make is not safe.
    """
    rescaled = with_cycle(junction, stored, wanted.cycle)
    bands = _bands(rescaled, wanted, least_greens(junction, stored))
    return Retime(int(stored.id), round(wanted.cycle), bands), with_bands(junction, rescaled, bands)


def _bands(stored: SignalPlan, wanted: SignalPlan, least: Sequence[float]) -> dict[int, int]:
    """Whole seconds by which each stage ends later, none negative: the same for all would change nothing.

    Where rounding leaves a stage less than its minimum green it ends a second later still; where there is no room for
    that, nothing is moved.
    """
    total, later = 0.0, list[int]()
    for before, after in zip(stored.stages, wanted.stages, strict=True):
        total += after.green - before.green
        later.append(round(total))
    for _ in range(3 * len(later)):
        short = [n for n, green in enumerate(_greens(stored, later)) if green < least[n]]
        if not short:
            break
        later[short[0]] += 1
    else:
        later = [0] * len(later)
    bands = {number: seconds - min(later) for number, seconds in enumerate(later, start=1)}
    if len(bands) > 10 or max(bands.values()) > LONGEST_BAND:
        raise Unsafe("cannot be said by ten bands of 99 s")
    return bands


def _greens(stored: SignalPlan, later: Sequence[int]) -> list[float]:
    """A stage that ends later takes from the next."""
    return [stage.green + later[number] - later[number - 1] for number, stage in enumerate(stored.stages)]
