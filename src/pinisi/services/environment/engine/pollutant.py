"""The pollutants of both air-quality indices, and the index of one of them."""

from typing import Literal

import msgspec

Pollutant = Literal["pm25", "pm10", "so2", "co", "o3", "no2", "hc"]

POLLUTANTS: tuple[Pollutant, ...] = ("pm25", "pm10", "so2", "co", "o3", "no2", "hc")
"""In the order in which a tie for the highest index is told."""


class SubIndex(msgspec.Struct, frozen=True):
    """The index of one pollutant; no unit. `value` is as calculated or as published, not yet rounded."""

    pollutant: Pollutant
    value: float


class NotAnIndex(ValueError):
    """A concentration or index that no scale can hold: negative, not finite, or of a pollutant without a scale."""

    def __init__(self, field: str, value: object) -> None:
        super().__init__(f"{field}: {value!r} has no place on the scale")
        self.field = field
