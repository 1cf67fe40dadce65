"""Rows with a key that stands already: the first counts."""

from pinisi.services.mobility.engine.gtfs.mend import REMOVED, REPAIRED, Mend, Mended
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS
from pinisi.services.mobility.engine.gtfs.table import Feed, Row, Table


def mend_repeated_rows(feed: Feed) -> Mended:
    mends: list[Mend] = []
    tables = [_first_ones(table, mends) for table in feed.tables.values()]
    return feed.putting(*tables), mends


def _first_ones(table: Table, mends: list[Mend]) -> Table:
    key = LAYOUTS[table.name].key
    if not key or not all(column in table.header for column in key):
        return table
    first: dict[tuple[str, ...], Row] = {}
    kept: list[bool] = []
    same: list[str] = []
    other: list[str] = []
    for row, found in zip(table.rows, zip(*map(table.values, key), strict=True), strict=True):
        kept.append(found not in first)
        if found in first:
            (same if first[found] == row else other).append(",".join(found))
        else:
            first[found] = row
    if same:
        how = "the same row stood again: it is left out"
        mends.append(Mend("duplicate_key", table.name, REPAIRED, len(same), how, same[0]))
    if other:
        how = "another row with the same key: the first counts, this one is left out"
        mends.append(Mend("duplicate_key", table.name, REMOVED, len(other), how, other[0]))
    return table if all(kept) else table.only(kept)
