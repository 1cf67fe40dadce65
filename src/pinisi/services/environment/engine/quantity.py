"""What each measured quantity can be: the bounds by which its values are judged."""

from collections.abc import Mapping

import msgspec


class Quantity(msgspec.Struct, frozen=True, kw_only=True):
    """The judge's rules for one quantity of one sensor.

    Attributes:
        unit: UN/CEFACT code, empty for an index.
        low, high: the range that can be, both ends included.
        zero_is_fault: outdoor air is never quite free of it, so a plain 0 is a failing sensor.
        longest_equal: hours for which a value may stay the same before the sensor counts as stuck.
        jump: the change against the hours before that is always possible, in `unit`.
        spread: larger changes count as a jump above so many times the usual spread of the hours before.
    """

    unit: str
    low: float
    high: float
    zero_is_fault: bool
    longest_equal: float
    jump: float
    spread: float = 6.0


QUANTITIES: Mapping[str, Quantity] = {
    "airQualityIndex": Quantity(unit="", low=0, high=999, zero_is_fault=True, longest_equal=6, jump=60),
    "pm25": Quantity(unit="GQ", low=0, high=1000, zero_is_fault=True, longest_equal=6, jump=40),
    "pm10": Quantity(unit="GQ", low=0, high=2000, zero_is_fault=True, longest_equal=6, jump=80),
    "so2": Quantity(unit="GQ", low=0, high=5000, zero_is_fault=False, longest_equal=24, jump=200),
    "co": Quantity(unit="GQ", low=0, high=100_000, zero_is_fault=True, longest_equal=12, jump=5000),
    "o3": Quantity(unit="GQ", low=0, high=1200, zero_is_fault=False, longest_equal=12, jump=120),
    "no2": Quantity(unit="GQ", low=0, high=4000, zero_is_fault=False, longest_equal=12, jump=150),
    "hc": Quantity(unit="GQ", low=0, high=10_000, zero_is_fault=True, longest_equal=12, jump=500),
    "temperature": Quantity(unit="CEL", low=-20, high=60, zero_is_fault=False, longest_equal=24, jump=8),
    "relativeHumidity": Quantity(unit="P1", low=0, high=100, zero_is_fault=True, longest_equal=48, jump=40),
}
"""By attribute. Ranges: instruments of reference networks; runs and jumps: the hourly series of Surabaya (docs)."""
