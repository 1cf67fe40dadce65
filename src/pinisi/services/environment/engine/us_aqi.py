"""US AQI: 40 CFR 58 Appendix G, table 2; EPA-454/B-24-002 (May 2024), table 6.

Two editions: in force since 6 May 2024 (89 FR 16202), and that of 2012 (78 FR 3086; ozone of 2015, 80 FR 65292) before.
Concentrations are cut to the decimals of the table, the index is rounded. 8-hour ozone ends at 300 and 1-hour ozone
begins at 101; 1-hour sulphur dioxide ends at 200, above it the mean of 24 hours counts.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pinisi.services.environment.engine.bands import band_of, whole
from pinisi.services.environment.engine.pollutant import NotAnIndex, Pollutant
from pinisi.services.environment.engine.scale import Scale, Step, concentration_of, index_of

Category = Literal["good", "moderate", "unhealthyForSensitiveGroups", "unhealthy", "veryUnhealthy", "hazardous"]
Key = tuple[Pollutant, int]
"""A pollutant and the hours of its mean."""

BANDS: tuple[tuple[int, Category], ...] = (
    (50, "good"),
    (100, "moderate"),
    (150, "unhealthyForSensitiveGroups"),
    (200, "unhealthy"),
    (300, "veryUnhealthy"),
)
EDITION_2024 = date(2024, 5, 6)
"""The first day of the table of 2024."""
EDITION_2012 = date(2013, 3, 18)
"""The first day of the table of 2012; older days have no table here."""
OZONE_2015 = date(2015, 12, 28)
"""The first day of these break-points of ozone; older ones are not kept here."""

_Ranges = tuple[tuple[float, float], ...]
_INDICES: _Ranges = ((0, 50), (51, 100), (101, 150), (151, 200), (201, 300), (301, 400), (401, 500))
_PM25_2012: _Ranges = (
    (0, 12.0),
    (12.1, 35.4),
    (35.5, 55.4),
    (55.5, 150.4),
    (150.5, 250.4),
    (250.5, 350.4),
    (350.5, 500.4),
)
_PM25_2024: _Ranges = ((0, 9.0), (9.1, 35.4), (35.5, 55.4), (55.5, 125.4), (125.5, 225.4), (225.5, 325.4))
_PM10: _Ranges = ((0, 54), (55, 154), (155, 254), (255, 354), (355, 424), (425, 504), (505, 604))
_CO: _Ranges = ((0, 4.4), (4.5, 9.4), (9.5, 12.4), (12.5, 15.4), (15.5, 30.4), (30.5, 40.4), (40.5, 50.4))
_NO2: _Ranges = ((0, 53), (54, 100), (101, 360), (361, 649), (650, 1249), (1250, 1649), (1650, 2049))
_O3_8H: _Ranges = ((0, 0.054), (0.055, 0.070), (0.071, 0.085), (0.086, 0.105), (0.106, 0.200))
_O3_1H: _Ranges = ((0.125, 0.164), (0.165, 0.204), (0.205, 0.404), (0.405, 0.504), (0.505, 0.604))
_SO2_1H: _Ranges = ((0, 35), (36, 75), (76, 185), (186, 304))
_SO2_24H: _Ranges = ((305, 604), (605, 804), (805, 1004))


def _scale(pollutant: Pollutant, unit: str, hours: int, decimals: int, ranges: _Ranges, first: int = 0) -> Scale:
    indices = _INDICES[first : first + len(ranges)]
    steps = tuple(Step(*found, *index) for found, index in zip(ranges, indices, strict=True))
    return Scale(pollutant, unit, hours, steps, decimals)


def _one_line_to_500(scale: Scale) -> Scale:
    """The edition of 2024 draws one line from 301 to 500 where that of 2012 draws two."""
    lower = tuple(step for step in scale.steps if step.index_low < 301)
    hazardous = scale.steps[len(lower) :]
    if not hazardous:
        return scale
    top = Step(hazardous[0].low, hazardous[-1].high, 301, 500)
    return Scale(scale.pollutant, scale.unit, scale.hours, (*lower, top), scale.decimals)


_OTHERS = (
    _scale("pm10", "GQ", 24, 0, _PM10),
    _scale("co", "59", 8, 1, _CO),
    _scale("no2", "61", 1, 0, _NO2),
    _scale("o3", "59", 8, 3, _O3_8H),
    _scale("o3", "59", 1, 3, _O3_1H, first=2),
    _scale("so2", "61", 1, 0, _SO2_1H),
    _scale("so2", "61", 24, 0, _SO2_24H, first=4),
)
_OF_2012 = (_scale("pm25", "GQ", 24, 1, _PM25_2012), *_OTHERS)
_OF_2024 = tuple(_one_line_to_500(scale) for scale in (_scale("pm25", "GQ", 24, 1, _PM25_2024), *_OTHERS))

SCALES_2012: Mapping[Key, Scale] = {(scale.pollutant, scale.hours): scale for scale in _OF_2012}
SCALES_2024: Mapping[Key, Scale] = {(scale.pollutant, scale.hours): scale for scale in _OF_2024}


def scales(day: date) -> Mapping[Key, Scale]:
    """The tables in force on a day.

    Raises:
        NotAnIndex: before 18 March 2013.
    """
    if day >= EDITION_2024:
        return SCALES_2024
    if day >= EDITION_2012:
        return SCALES_2012
    raise NotAnIndex("day", day.isoformat())


def sub_index(pollutant: Pollutant, hours: int, concentration: float, day: date) -> int | None:
    """The AQI of a mean of `hours`; None where that mean defines no index (1-hour ozone below 0.125 ppm).

    Args:
        pollutant: any but `hc`.
        hours: 24 for particles, 8 for carbon monoxide and ozone, 1 for gases, 24 for high sulphur dioxide.
        concentration: in the unit of `scales(day)[pollutant, hours]`.
        day: of the measurement; it chooses the edition.

    Raises:
        NotAnIndex: no scale for this mean, or a concentration that is negative or not finite.
    """
    index = index_of(_of(pollutant, hours, day), concentration)
    return None if index is None else whole(index)


def concentration(pollutant: Pollutant, hours: int, index: float, day: date) -> float | None:
    """The concentration that has this AQI, to the decimals of the table; None where the mean has no such index.

    Raises:
        NotAnIndex: no scale for this mean, or an index that is negative or not finite.
    """
    return concentration_of(_of(pollutant, hours, day), index)


def category(index: float) -> Category:
    """The category of an index.

    Raises:
        NotAnIndex: the index is negative or not finite.
    """
    return band_of(BANDS, "hazardous", index)


def _of(pollutant: Pollutant, hours: int, day: date) -> Scale:
    found = scales(day).get((pollutant, hours))
    if found is None or (pollutant == "o3" and day < OZONE_2015):
        raise NotAnIndex("pollutant", f"{pollutant} over {hours} h on {day.isoformat()}")
    return found
