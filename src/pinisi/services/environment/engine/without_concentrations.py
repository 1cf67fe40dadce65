"""What stands behind a US AQI when only the index and its main pollutant are told, as by IQAir.

The index of an hour is read back to the concentration of that hour by the table of its day. Only particles: of gases
the mean that the index was made from is not told. What is made of it is an estimate and says so.
"""

from collections.abc import Mapping
from datetime import date

from pinisi.services.environment.engine import us_aqi
from pinisi.services.environment.engine.pollutant import Pollutant

MAIN_POLLUTANTS: Mapping[str, Pollutant] = {
    "p2": "pm25",
    "p1": "pm10",
    "o3": "o3",
    "n2": "no2",
    "s2": "so2",
    "co": "co",
}
"""IQAir's codes."""


def particles_behind(index: float, main_pollutant: str, day: date) -> float | None:
    """Microgram a cubic metre of the main pollutant; None when it is a gas or its code is not known.

    Raises:
        NotAnIndex: the index is negative or not finite, or the day is before the tables.
    """
    pollutant = MAIN_POLLUTANTS.get(main_pollutant)
    if pollutant not in ("pm25", "pm10"):
        return None
    return us_aqi.concentration(pollutant, 24, index, day)
