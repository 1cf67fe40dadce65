"""One figure for each area: how many things lie in it, or the sum or mean of a figure of theirs."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

Measure = Literal["count", "sum", "mean"]


class Sample(msgspec.Struct, frozen=True):
    """A thing on the map: codes of the areas that it lies in, and its figure (None: it has none)."""

    areas: tuple[str, ...]
    figure: float | None = None


class AreaFigure(msgspec.Struct, frozen=True):
    """The figure of an area. `n`: things that it rests upon; `missing`: things in the area without a figure.

    `value` None: not known, which is not the same as 0.
    """

    value: float | None
    n: int = 0
    missing: int = 0


class Tally(msgspec.Struct, frozen=True):
    """Areas by code; `n` and `missing` of all, and `elsewhere`: things that lie in none of the areas."""

    areas: dict[str, AreaFigure]
    n: int
    missing: int
    elsewhere: int


def tally(samples: Iterable[Sample], codes: Sequence[str], measure: Measure) -> Tally:
    """The figures of areas, in their order.

    A count of nothing is 0. A sum or mean of no figures is not known.
    """
    figures: dict[str, list[float]] = {code: [] for code in codes}
    missing = dict.fromkeys(codes, 0)
    elsewhere = 0
    for sample in samples:
        code = next((code for code in sample.areas if code in figures), None)
        if code is None:
            elsewhere += 1
        elif sample.figure is None and measure != "count":
            missing[code] += 1
        else:
            figures[code].append(sample.figure or 0.0)
    areas = {code: AreaFigure(_measured(figures[code], measure), len(figures[code]), missing[code]) for code in codes}
    return Tally(areas, sum(map(len, figures.values())), sum(missing.values()), elsewhere)


def _measured(figures: Sequence[float], measure: Measure) -> float | None:
    if measure == "count":
        return float(len(figures))
    if not figures:
        return None
    return sum(figures) if measure == "sum" else sum(figures) / len(figures)


def divided(figures: Mapping[str, AreaFigure], by: Mapping[str, float]) -> dict[str, AreaFigure]:
    """Each figure divided by its area's own size; an area without one, or of 0, has no figure."""
    return {code: _divided(figure, by.get(code)) for code, figure in figures.items()}


def _divided(figure: AreaFigure, by: float | None) -> AreaFigure:
    value = figure.value / by if figure.value is not None and by else None
    return AreaFigure(value, figure.n, figure.missing)
