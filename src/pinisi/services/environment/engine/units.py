"""Concentrations in the unit of the ISPU table: microgram a cubic metre at 25 degrees and 1 atmosphere."""

from collections.abc import Mapping

from pinisi.services.environment.engine.pollutant import NotAnIndex, Pollutant
from pinisi.services.environment.engine.quantity import QUANTITIES

MOLAR_VOLUME = 24.45
"""Litres of a mole of gas at 25 degrees Celsius and 1013 hPa."""

MOLAR_MASS: Mapping[Pollutant, float] = {"so2": 64.066, "co": 28.010, "o3": 47.998, "no2": 46.006}
"""Gram a mole."""


def to_micrograms(pollutant: Pollutant, value: float, unit: str) -> float:
    """From a UN/CEFACT unit: GQ (ug/m3), GP (mg/m3), 59 (ppm), 61 (ppb).

    Raises:
        NotAnIndex: the unit is another, or a share of the air is told of what is no single gas.
    """
    if unit in ("GQ", "GP"):
        return value * (1000 if unit == "GP" else 1)
    mass = MOLAR_MASS.get(pollutant)
    if unit not in ("59", "61") or mass is None:
        raise NotAnIndex("unit", f"{unit} of {pollutant}")
    return value * mass / MOLAR_VOLUME * (1000 if unit == "59" else 1)


def in_unit_of_rules(attribute: str, number: float, unit: str | None) -> float:
    """A number of one of `QUANTITIES` in the unit of its rules; without a unit, or where none is converted, as it is.

    Raises:
        NotAnIndex: the unit is that of something else.
    """
    wanted = QUANTITIES[attribute].unit
    if unit is None or unit == wanted or wanted != "GQ":
        return number
    return to_micrograms(attribute, number, unit)  # pyright: ignore[reportArgumentType]
