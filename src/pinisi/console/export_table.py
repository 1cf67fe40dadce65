"""What is on the screen as a table: a layer at a moment, or one attribute over time, each value with its provenance."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import msgspec

from pinisi.city.profile import Layer
from pinisi.console.atlas import Atlas, value_of
from pinisi.console.facts import flags_of, name_of, readable
from pinisi.console.layers import point_of
from pinisi.context.term_table import TermTable
from pinisi.store.history import Story
from pinisi.store.record import Record
from pinisi.store.seen import areas_seen, seen
from pinisi.vocabulary.entity import Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import Projection
from pinisi.vocabulary.terms import HOURLY, LOCATION, METHOD, PROVIDER

Cell = float | int | str | None
Kind = Literal["text", "number", "time"]
LATE_SECONDS = 3600


class Column(msgspec.Struct, frozen=True):
    """One column. `time` is ISO 8601 text in UTC."""

    name: str
    kind: Kind


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of cells. `geometries` are GeoJSON, one a row, where the rows are places. `notes` say what it shows."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    providers: Sequence[str]
    geometries: Sequence[Any] = ()
    notes: Mapping[str, Any] = {}


_PLACE = ("id", "name", "type", "area")


def layer_table(
    layer: Layer, found: Sequence[tuple[Record, Projection]], table: TermTable, atlas: Atlas, notes: Mapping[str, Any]
) -> Table:
    """A row for each entity of a layer; behind each value its unit, time, method and source."""
    keys = [column.key for column in layer.columns]
    iris = [table.expand_term(key) for key in keys]
    rows: list[list[Cell]] = []
    geometries: list[Any] = []
    providers: dict[str, None] = {}
    for record, projection in found:
        entity = seen(record, projection)
        place = value_of(entity, LOCATION)
        lon, lat = point_of(place) or (None, None)
        type = table.compact_iri(entity.types[0])
        row: list[Cell] = [entity.id, name_of(entity), type, atlas.name(areas_seen(record, projection)), lon, lat]
        for iri in iris:
            row += _with_provenance(entity.attributes.get(iri, ()), providers)
        row.append("; ".join(str(flag["code"]) for flag in flags_of(entity)) or None)
        rows.append(row)
        geometries.append(place)
    names = [*_PLACE, "lon", "lat"]
    for key in keys:
        names += [key, f"{key}.unit", f"{key}.observedAt", f"{key}.method", f"{key}.provider", f"{key}.hourly"]
    columns = _columns([*names, "flags"], rows)
    return Table(columns=columns, rows=rows, providers=list(providers), geometries=geometries, notes=notes)


def _with_provenance(instances: Sequence[Instance], providers: dict[str, None]) -> list[Cell]:
    """Value, unit, when it was true, method, source, and of how many values it is the mean of an hour."""
    if not instances:
        return [None] * 6
    instance = instances[0]
    hourly = instance.attributes.get(HOURLY)
    provider = _word(instance, PROVIDER, providers)
    n = hourly[0].value["n"] if hourly else None
    return [_cell(instance.value), instance.unit_code, instance.observed_at, _word(instance, METHOD), provider, n]


def series_table(story: Story, writers: Mapping[str, str], notes: Mapping[str, Any]) -> Table:
    """A row for each value of one attribute, and for each hour whose values have gone."""
    providers: dict[str, None] = {}
    rows: list[list[Cell]] = [
        [
            "hour",
            format_instant(hour.hour),
            hour.total / hour.n,
            None,
            None,
            None,
            None,
            None,
            hour.n,
            hour.low,
            hour.high,
        ]
        for hour in story.hours
    ]
    for moment in story.moments:
        instance, received = moment.instance, format_instant(moment.received)
        by = writers.get(moment.principal, moment.principal)
        head: list[Cell] = ["value", format_instant(moment.observed)]
        if instance is None:
            rows.append([*head, None, None, None, None, received, by, None, None, None])
            continue
        rows.append(
            [
                *head, _cell(instance.value), instance.unit_code, _word(instance, METHOD),
                _word(instance, PROVIDER, providers), received, by, None, None, None,
            ]
        )  # fmt: skip
    names = ["kind", "observedAt", "value", "unit", "method", "provider", "receivedAt", "writtenBy", "n", "low", "high"]
    return Table(columns=_columns(names, rows), rows=rows, providers=list(providers), notes=notes)


def _columns(names: Iterable[str], rows: Sequence[Sequence[Cell]]) -> list[Column]:
    return [Column(name, _kind(name, [row[n] for row in rows])) for n, name in enumerate(names)]


def _kind(name: str, cells: Iterable[Cell]) -> Kind:
    if name.rpartition(".")[2] in ("observedAt", "receivedAt"):
        return "time"
    known = [cell for cell in cells if cell is not None]
    return "number" if known and all(isinstance(cell, (int, float)) for cell in known) else "text"


def _word(instance: Instance, name: str, taken: dict[str, None] | None = None) -> str | None:
    found = instance.attributes.get(name)
    word = found[0].value if found else None
    if not isinstance(word, str):
        return None
    if taken is not None:
        taken[word] = None
    return word


def _cell(value: Any) -> Cell:
    if isinstance(value, bool):
        return str(value).lower()
    return value if isinstance(value, (int, float, str)) or value is None else readable(value)


def minutes(instant: Instant) -> str:
    """A moment for the name of a file: `20260101T0700Z`."""
    return format_instant(instant)[:16].replace("-", "").replace(":", "") + "Z"
