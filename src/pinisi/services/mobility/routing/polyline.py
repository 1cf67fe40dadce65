"""Google's encoded polyline with six decimals, as Valhalla writes lines."""

from collections.abc import Iterator

_SCALE = 1e6


def decoded(text: str) -> Iterator[tuple[float, float]]:
    """Longitude and latitude of each point."""
    numbers = _numbers(text)
    lat = lon = 0
    for step in numbers:
        lat += step
        lon += next(numbers)
        yield lon / _SCALE, lat / _SCALE


def _numbers(text: str) -> Iterator[int]:
    value = shift = 0
    for letter in text.encode("ascii"):
        chunk = letter - 63
        value |= (chunk & 0x1F) << shift
        shift += 5
        if chunk < 0x20:
            yield ~(value >> 1) if value & 1 else value >> 1
            value = shift = 0
