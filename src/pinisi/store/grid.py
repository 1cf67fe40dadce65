"""Where entities are that lie at a point: by bands of latitude, and within a band by longitude.

A point takes 3 us here, pages included, and 10 in an R*Tree, which keeps what has an extent (`place`). A box of a few
kilometres is a few ranges of the index. Files of earlier versions have points in the R*Tree, too, until they move.
"""

from collections.abc import Iterator
from math import floor

from pinisi.store.extent import Extent
from pinisi.store.geodesy import Box
from pinisi.store.sql_rows import Connection, rows

SCHEMA = """
CREATE TABLE point (
  band INTEGER NOT NULL, lon INTEGER NOT NULL, lat INTEGER NOT NULL, row INTEGER NOT NULL,
  PRIMARY KEY (band, lon, lat, row)
) STRICT, WITHOUT ROWID;
"""
Point = tuple[int, int, int]
"""Band, longitude, latitude."""

_BANDS = 100
"""In a degree: 1.1 km each."""
_STEPS = 10_000_000
"""In a degree: 1 cm each."""
_FEW = 16
"""Bands that are looked into one by one; the points of more are walked."""
_IN_BAND = "SELECT row FROM point WHERE band = ? AND lon >= ? AND lon <= ? AND lat >= ? AND lat <= ?"
_IN_BANDS = "SELECT row FROM point WHERE band >= ? AND band <= ? AND lon >= ? AND lon <= ? AND lat >= ? AND lat <= ?"
_WITH_EXTENT = "SELECT row FROM place WHERE max_lon >= ? AND min_lon <= ? AND max_lat >= ? AND min_lat <= ?"


def point_of(extent: Extent) -> Point | None:
    """The place of a point in the index; None for what has an extent, or lies nowhere on the earth."""
    lon, east, lat, north = extent
    if lon != east or lat != north or not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None
    return floor(lat * _BANDS), floor(lon * _STEPS), floor(lat * _STEPS)


def rows_in(connection: Connection, box: Box) -> Iterator[int]:
    """Rows of the entities that may meet a box, each once; perhaps more."""
    west, south, east, north = box
    for (row,) in rows(connection, _WITH_EXTENT, (west, east, south, north)):
        yield row
    low, high = _within(south, 90), _within(north, 90)
    sides = [floor(side * _STEPS) for side in (_within(west, 180), _within(east, 180), low, high)]
    first, last = floor(low * _BANDS), floor(high * _BANDS)
    if last - first >= _FEW:
        found = rows(connection, _IN_BANDS, (first, last, *sides))
    else:
        found = [row for band in range(first, last + 1) for row in rows(connection, _IN_BAND, (band, *sides))]
    for (row,) in found:
        yield row


def _within(degrees: float, most: int) -> float:
    """No further than the earth goes, where the box does."""
    return max(-most, min(most, degrees))
