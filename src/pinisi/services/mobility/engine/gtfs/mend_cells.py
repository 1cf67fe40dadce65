"""Cells that can be made sound alone, and optional ones that cannot: these are emptied."""

from collections import Counter

from pinisi.services.mobility.engine.gtfs.check_cells import faults_of
from pinisi.services.mobility.engine.gtfs.mend import REMOVED, REPAIRED, Mend, Mended
from pinisi.services.mobility.engine.gtfs.schema import LAYOUTS, Column
from pinisi.services.mobility.engine.gtfs.table import Feed, Table

_HARMLESS = frozenset({"non_ascii_or_non_printable_char", "missing_required_field"})
_HOW = {
    "leading_or_trailing_whitespaces": "the blanks are taken away",
    "new_line_in_value": "the line break became a blank",
    "invalid_color": "the sign # is taken away",
    "invalid_url": "https:// is put before it",
}


def mend_cells(feed: Feed) -> Mended:
    mends: list[Mend] = []
    tables: list[Table] = []
    for name, table in feed.tables.items():
        for column in LAYOUTS[name].columns:
            if column.name in table.header:
                table = _mended(table, column, mends)
        tables.append(table)
    return feed.putting(*tables), mends


def _mended(table: Table, column: Column, mends: list[Mend]) -> Table:
    values = table.values(column.name)
    better = {value: _better(column, value) for value in set(values)}
    changed = {value: new for value, new in better.items() if new != value}
    if not changed:
        return table
    codes = {value: [code for code, _ in faults_of(column, value)] for value in changed}
    counts: Counter[tuple[str, bool]] = Counter()
    examples: dict[tuple[str, bool], str] = {}
    for value in values:
        for code in codes.get(value, ()):
            counts[code, not changed[value]] += 1
            examples.setdefault((code, not changed[value]), value)
    for (code, emptied), count in counts.items():
        how = f"{column.name} is emptied: it need not be there" if emptied else _HOW.get(code, "it is written soundly")
        example = examples[code, emptied]
        mends.append(Mend(code, table.name, REMOVED if emptied else REPAIRED, count, how, example))
    return table.having(column.name, [better[value] for value in values])


def _better(column: Column, value: str) -> str:
    """The sound form of a value; empty where there is none and none is needed; else the value itself."""
    new = " ".join(value.split("\n")).replace("\r", " ").strip()
    for tried in (new, new.lstrip("#"), f"https://{new}"):
        if not [code for code, _ in faults_of(column, tried) if code not in _HARMLESS]:
            return tried
    return new if column.required else ""
