"""From the plane of a network to the Earth: the transverse Mercator projection on WGS 84, inverted.

Krüger's series to the third order (Karney 2011, "Transverse Mercator with an accuracy of a few nanometers", eq. 10 to
20): within a millimetre in a zone.
"""

from math import asin, atan2, cos, cosh, degrees, radians, sin, sinh

_A, _F, _SCALE, _EAST = 6_378_137.0, 1 / 298.257223563, 0.9996, 500_000.0
_N = _F / (2 - _F)
_MEAN = _A / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64)
_BETA = (_N / 2 - 2 * _N**2 / 3 + 37 * _N**3 / 96, _N**2 / 48 + _N**3 / 15, 17 * _N**3 / 480)
_DELTA = (2 * _N - 2 * _N**2 / 3 - 2 * _N**3, 7 * _N**2 / 3 - 8 * _N**3 / 5, 56 * _N**3 / 15)
_SOUTH = 10_000_000.0


def lon_lat(east: float, north: float, zone: int, south: bool = False) -> tuple[float, float]:
    """Degrees of a place of a UTM zone, in metres."""
    xi = (north - (_SOUTH if south else 0.0)) / (_SCALE * _MEAN)
    eta = (east - _EAST) / (_SCALE * _MEAN)
    x = xi - sum(b * sin(2 * j * xi) * cosh(2 * j * eta) for j, b in enumerate(_BETA, 1))
    y = eta - sum(b * cos(2 * j * xi) * sinh(2 * j * eta) for j, b in enumerate(_BETA, 1))
    chi = asin(sin(x) / cosh(y))
    latitude = chi + sum(d * sin(2 * j * chi) for j, d in enumerate(_DELTA, 1))
    longitude = radians(6 * zone - 183) + atan2(sinh(y), cos(x))
    return degrees(longitude), degrees(latitude)
