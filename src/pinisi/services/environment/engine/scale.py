"""A scale of break-points: concentration to index by straight lines between them, and back."""

import math

import msgspec

from pinisi.services.environment.engine.pollutant import NotAnIndex, Pollutant

TOP = 500
"""Where the printed tables of both indices end."""


class Step(msgspec.Struct, frozen=True):
    """One line of a table: concentrations `low` to `high` are the indices `index_low` to `index_high`."""

    low: float
    high: float
    index_low: float
    index_high: float

    def index(self, concentration: float) -> float:
        rise = (self.index_high - self.index_low) / (self.high - self.low)
        return self.index_low + rise * (concentration - self.low)

    def concentration(self, index: float) -> float:
        run = (self.high - self.low) / (self.index_high - self.index_low)
        return self.low + run * (index - self.index_low)


class Scale(msgspec.Struct, frozen=True):
    """The table of one pollutant and averaging period.

    Attributes:
        unit: UN/CEFACT code of the concentration: GQ microgram a cubic metre, 59 ppm, 61 ppb.
        hours: the mean that the table is made for.
        decimals: concentrations are cut (not rounded) to so many decimals first; None: taken as they are.
    """

    pollutant: Pollutant
    unit: str
    hours: int
    steps: tuple[Step, ...]
    decimals: int | None = None


def index_of(scale: Scale, concentration: float) -> float | None:
    """The index, not rounded; None below a scale that begins above zero, and above one that ends before 500.

    Above 500 the last line goes on (so 40 CFR 58 Appendix G; P.14/2020 gives no rule).

    Raises:
        NotAnIndex: the concentration is negative or not finite.
    """
    if not math.isfinite(concentration) or concentration < 0:
        raise NotAnIndex("concentration", concentration)
    cut = _cut(concentration, scale.decimals)
    last = scale.steps[-1]
    if cut < scale.steps[0].low or (cut > last.high and last.index_high < TOP):
        return None
    return next((step for step in scale.steps if cut <= step.high), last).index(cut)


def concentration_of(scale: Scale, index: float) -> float | None:
    """The concentration whose index this is, to the decimals of the scale; None where the scale has no such index.

    Raises:
        NotAnIndex: the index is negative or not finite.
    """
    if not math.isfinite(index) or index < 0:
        raise NotAnIndex("index", index)
    last = scale.steps[-1]
    if index < scale.steps[0].index_low or (index > last.index_high and last.index_high < TOP):
        return None
    step = next((step for step in scale.steps if index <= step.index_high), last)
    exact = step.concentration(max(index, step.index_low))
    return exact if scale.decimals is None else round(exact, scale.decimals)


def _cut(concentration: float, decimals: int | None) -> float:
    """Cut to `decimals`; a hair is added so that 35.4, kept as 35.39999..., stays 35.4."""
    if decimals is None:
        return concentration
    tens = 10.0**decimals
    return math.floor(concentration * tens + 1e-6) / tens
