"""At most five classes of figures for a map of areas: by quantiles or natural breaks; limits are figures that occur."""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Literal

import msgspec

MOST_CLASSES = 5
MOST_BINS = 200
Method = Literal["quantile", "natural"]


class FigureClass(msgspec.Struct, frozen=True, rename={"least": "from", "most": "to"}):
    """A class: its least and its greatest figure, and how many areas are in it."""

    least: float
    most: float
    n: int


def classes_of(figures: Sequence[float], method: Method = "quantile") -> tuple[FigureClass, ...]:
    """Classes from the lowest up: none of no figures, one for each where no more than five differ.

    Equal figures are never in two classes, so that quantile classes of many ties are fewer, and uneven.
    """
    ordered = sorted(figures)
    different = sorted(set(ordered))
    if len(different) <= MOST_CLASSES:
        tops = different
    else:
        tops = _quantiles(ordered) if method == "quantile" else _natural_breaks(ordered)
    return _counted(ordered, tops)


def class_of(figure: float, classes: Sequence[FigureClass]) -> int:
    """Number of the class of a figure that was among those classed."""
    return bisect_left([each.most for each in classes], figure)


def _counted(ordered: Sequence[float], tops: Sequence[float]) -> tuple[FigureClass, ...]:
    classes: list[FigureClass] = []
    start = 0
    for top in tops:
        end = start
        while end < len(ordered) and ordered[end] <= top:
            end += 1
        if end > start:
            classes.append(FigureClass(ordered[start], ordered[end - 1], end - start))
        start = end
    return tuple(classes)


def _quantiles(ordered: Sequence[float]) -> list[float]:
    """The greatest figure of each fifth (nearest rank)."""
    count = len(ordered)
    return sorted({ordered[-(-count * share // MOST_CLASSES) - 1] for share in range(1, MOST_CLASSES + 1)})


def _natural_breaks(ordered: Sequence[float]) -> list[float]:
    """The greatest figure of each class that makes the squares within classes least.

    Fisher 1958, "On grouping for maximum homogeneity", by dynamic programming; very many figures are binned first.
    """
    bins = _binned(ordered)
    count = len(bins)
    weight, total, squares = [0.0], [0.0], [0.0]
    for n, mean, _ in bins:
        weight.append(weight[-1] + n)
        total.append(total[-1] + n * mean)
        squares.append(squares[-1] + n * mean * mean)

    def within(start: int, end: int) -> float:
        summed = total[end] - total[start]
        return squares[end] - squares[start] - summed * summed / (weight[end] - weight[start])

    best = [within(0, end) if end else 0.0 for end in range(count + 1)]
    cuts: list[list[int]] = []
    for classes in range(2, MOST_CLASSES + 1):
        chosen = [0] * (count + 1)
        better = [0.0] * (count + 1)
        for end in range(classes, count + 1):
            better[end], chosen[end] = min((best[cut] + within(cut, end), cut) for cut in range(classes - 1, end))
        best, cuts = better, [*cuts, chosen]
    ends = [count]
    for chosen in reversed(cuts):
        ends.append(chosen[ends[-1]])
    return [bins[end - 1][2] for end in reversed(ends)]


def _binned(ordered: Sequence[float]) -> list[tuple[int, float, float]]:
    """How many, their mean, their greatest: one bin a figure, or of equal sizes where there are too many."""
    different = sorted(set(ordered))
    step = -(-len(different) // MOST_BINS)
    tops = [different[min(start + step, len(different)) - 1] for start in range(0, len(different), step)]
    bins: list[tuple[int, float, float]] = []
    start = 0
    for top in tops:
        end = start
        while end < len(ordered) and ordered[end] <= top:
            end += 1
        bins.append((end - start, sum(ordered[start:end]) / (end - start), top))
        start = end
    return bins
