"""ISPU, the Indonesian air-quality index: Permen LHK P.14/MENLHK/SETJEN/KUM.1/7/2020.

Break-points: Annex (Lampiran), table of conversion of concentrations; all are means of 24 hours in microgram a cubic
metre. Between two break-points I = (Ia - Ib) / (Xa - Xb) * (Xx - Xb) + Ib; the index of a place is the highest of its
pollutants. The upper end of the last line is 500 at the concentration of the row "> 300".
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal

from pinisi.services.environment.engine.bands import band_of
from pinisi.services.environment.engine.pollutant import Pollutant
from pinisi.services.environment.engine.scale import Scale, Step, concentration_of, index_of

Category = Literal["good", "moderate", "unhealthy", "veryUnhealthy", "hazardous"]
"""Baik, Sedang, Tidak Sehat, Sangat Tidak Sehat, Berbahaya."""

BANDS: tuple[tuple[int, Category], ...] = (
    (50, "good"),
    (100, "moderate"),
    (200, "unhealthy"),
    (300, "veryUnhealthy"),
)
"""The last whole index of each category; above them all is `hazardous`."""

_INDICES = (0, 50, 100, 200, 300, 500)
_CONCENTRATIONS: Mapping[Pollutant, tuple[float, ...]] = {
    "pm25": (0, 15.5, 55.4, 150.4, 250.4, 500),
    "pm10": (0, 50, 150, 350, 420, 500),
    "so2": (0, 52, 180, 400, 800, 1200),
    "co": (0, 4000, 8000, 15000, 30000, 45000),
    "o3": (0, 120, 235, 400, 800, 1000),
    "no2": (0, 80, 200, 1130, 2260, 3000),
    "hc": (0, 45, 100, 215, 432, 648),
}


def _scale(pollutant: Pollutant) -> Scale:
    points = zip(_CONCENTRATIONS[pollutant], _INDICES, strict=True)
    steps = tuple(Step(low, high, below, above) for (low, below), (high, above) in pairwise(points))
    return Scale(pollutant, "GQ", 24, steps)


SCALES: Mapping[Pollutant, Scale] = {pollutant: _scale(pollutant) for pollutant in _CONCENTRATIONS}


def sub_index(pollutant: Pollutant, concentration: float) -> float:
    """The ISPU of a mean of 24 hours in microgram a cubic metre, not rounded.

    Raises:
        NotAnIndex: the concentration is negative or not finite.
    """
    index = index_of(SCALES[pollutant], concentration)
    assert index is not None
    return index


def concentration(pollutant: Pollutant, index: float) -> float:
    """The mean of 24 hours in microgram a cubic metre that has this ISPU.

    Raises:
        NotAnIndex: the index is negative or not finite.
    """
    found = concentration_of(SCALES[pollutant], index)
    assert found is not None
    return found


def category(index: float) -> Category:
    """The category of an index, taken to the nearest whole number first as it is published.

    Raises:
        NotAnIndex: the index is negative or not finite.
    """
    return band_of(BANDS, "hazardous", index)
