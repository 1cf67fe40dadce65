"""A table as bytes: CSV, GeoJSON, and Parquet where the extra `analytics` is installed."""

import csv
import io
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from pinisi.console.export_table import Cell, Table

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_encode = msgspec.json.Encoder().encode
_SQL_TYPES = {"text": "VARCHAR", "number": "DOUBLE", "time": "TIMESTAMPTZ"}

Sources = Sequence[Mapping[str, Any]]
"""The cards of the sources that the table names."""


class NotInstalled(Exception):
    """A form that needs an extra which is not there; says which command installs it."""


class NoPlaces(ValueError):
    """A table without places has no GeoJSON."""


def as_csv(table: Table, sources: Sources) -> bytes:
    """RFC 4180, UTF-8; the last column cites the source of each row in words.

    Text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, CSV injection); numbers stay
    numbers.
    """
    cited = {str(source["id"]): citation(source) for source in sources}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*(column.name for column in table.columns), "sources"])
    providers = [n for n, column in enumerate(table.columns) if column.name.rpartition(".")[2] == "provider"]
    for row in table.rows:
        words = dict.fromkeys(cited[str(row[n])] for n in providers if str(row[n]) in cited)
        writer.writerow([*map(harmless, row), harmless(" | ".join(words) or None)])
    return out.getvalue().encode()


def harmless(cell: Cell) -> Cell:
    """The cell, so that no spreadsheet runs it."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def citation(source: Mapping[str, Any]) -> str:
    """A source card in one line."""
    words = [source.get(name) for name in ("title", "publisher", "year", "licence", "url")]
    return ", ".join(map(_plain, filter(None, words))) or str(source["id"])


def _plain(word: Any) -> str:
    """Words in several languages: the English ones, else the first."""
    return str(word.get("en") or next(iter(word.values()), "")) if isinstance(word, dict) else str(word)  # pyright: ignore


def as_geojson(table: Table, sources: Sources) -> bytes:
    """A FeatureCollection (RFC 7946); what it shows and whence stands in the foreign member `pinisi`.

    Raises:
        NoPlaces: its rows are no places.
    """
    if len(table.geometries) != len(table.rows):
        raise NoPlaces("a value over time has no geometry: csv or parquet")
    names = [column.name for column in table.columns]
    features = [
        {
            "type": "Feature",
            "id": row[0],
            "geometry": geometry,
            "properties": {name: cell for name, cell in zip(names, row, strict=True) if name not in ("lon", "lat")},
        }
        for row, geometry in zip(table.rows, table.geometries, strict=True)
    ]
    said = {**table.notes, "sources": sources}
    return _encode({"type": "FeatureCollection", "pinisi": said, "features": features})


def as_parquet(table: Table, sources: Sources) -> bytes:
    """Parquet with typed columns; what it shows and whence stands in the file's metadata under `pinisi`.

    DuckDB reads the rows from a file of its own (row by row it takes a millisecond each).

    Raises:
        NotInstalled: DuckDB is not there.
    """
    try:
        import duckdb
    except ImportError:
        raise NotInstalled("Parquet needs DuckDB: install it with  pip install 'pinisi[analytics]'") from None
    with tempfile.TemporaryDirectory(prefix="pinisi-export-") as folder:
        rows, file = Path(folder) / "rows.csv", Path(folder) / "table.parquet"
        _write_plain(table, rows)
        types = {f"c{n}": _SQL_TYPES[column.kind] for n, column in enumerate(table.columns)}
        note = _encode({**table.notes, "sources": sources}).decode()
        connection = duckdb.connect(":memory:")
        try:
            renamed = ", ".join(f"c{n} AS {_quoted(c.name)}" for n, c in enumerate(table.columns))
            read = f"read_csv(?, header = false, nullstr = '\\N', columns = {types!r})"
            connection.execute(
                f"COPY (SELECT {renamed} FROM {read}) TO {_text(str(file))} "
                f"(FORMAT parquet, KV_METADATA {{pinisi: {_text(note)}}})",
                [str(rows)],
            )
        finally:
            connection.close()
        return file.read_bytes()


def _write_plain(table: Table, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_MINIMAL)
        for row in table.rows:
            writer.writerow(["\\N" if cell is None else cell for cell in row])


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(words: str) -> str:
    return "'" + words.replace("'", "''") + "'"


class Form(msgspec.Struct, frozen=True):
    """One form of export: its media type, the ending of its files, how it is written."""

    media: bytes
    ending: str
    write: Callable[[Table, Sources], bytes]


FORMS: Mapping[str, Form] = {
    "csv": Form(b"text/csv; charset=utf-8", "csv", as_csv),
    "geojson": Form(b"application/geo+json", "geojson", as_geojson),
    "parquet": Form(b"application/vnd.apache.parquet", "parquet", as_parquet),
}
