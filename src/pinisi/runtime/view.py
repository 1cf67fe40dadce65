"""What a service shows, as data: layers of map and list, tiles, panels, report sections, pages of its own components.

A service declares them in the room `views.py` of its package; docs/reference/views.md is their page.
"""

from typing import Literal

import msgspec

from pinisi.city.formula import Formula
from pinisi.city.indicators import Flag, Indicator
from pinisi.city.profile import Column, Layer
from pinisi.city.text import Text
from pinisi.city.value import LATE_AFTER_DAYS
from pinisi.city.words import ServiceWords, attribute_label

MOST_ROWS = 200
Over = Literal["last", "mean", "min", "max", "sum", "days-above"]
"""What a cell says of the values of its month: the last one, a statistic, or on how many days one lay above a limit."""


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One number. `formula` says what it counts, or which attribute with which aggregation, over which entities.

    With `now` it stands on Now, where the city's own tiles leave room; else with its service and in sections only.
    """

    id: str
    title: Text
    formula: Formula
    note: Text | None = None
    unit_text: Text | None = None
    late_after_days: int = LATE_AFTER_DAYS
    flags: tuple[Flag, ...] = ()
    now: bool = True

    def indicator(self, service: str) -> Indicator:
        """The tile as the city computes its numbers; its group is the service."""
        formula = {name: getattr(self.formula, name) for name in Formula.__struct_fields__}
        return Indicator(
            id=self.id,
            label=self.title,
            group=service,
            note=self.note,
            unit_text=self.unit_text,
            late_after_days=self.late_after_days,
            flags=self.flags,
            **formula,
        )


class Chart(msgspec.Struct, frozen=True):
    """How a number of the panel's entity went over its last `hours`."""

    attribute: str
    hours: float = 72.0


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """What the page of an entity of `type` shows first: charts over time, and these attributes in this order."""

    type: str
    title: Text
    attributes: tuple[str, ...]
    charts: tuple[Chart, ...] = ()


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """A column of a section's table; `limit` goes with `days-above`. Without a title it is called by its attribute.

    `dataset`: which of several values of the attribute, by its URN; without it the one that has none.
    """

    attribute: str
    over: Over = "last"
    title: Text | None = None
    limit: float | None = None
    unit_text: Text | None = None
    dataset: str | None = None

    @property
    def heading(self) -> Text:
        return self.title or attribute_label(self.attribute)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A section of a report: tiles of the service, and a table of the entities of `type` that fit `where`.

    `needs`: types that are written too in a city that shows it. With `first_by` those `most` entities of which this
    attribute was highest at the end stand in it, the highest first.
    """

    id: str
    title: Text
    note: Text | None = None
    tiles: tuple[str, ...] = ()
    type: str = ""
    where: dict[str, str] = {}
    columns: tuple[Cell, ...] = ()
    needs: tuple[str, ...] = ()
    first_by: str = ""
    most: int = MOST_ROWS


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A component of the console that belongs to the service; `component` is its name in `views/components.ts`.

    With a `type` it stands on the page of an entity of that type, before the facts. Without one it is a page of its
    own, at `/?page=place&service=SERVICE/ID`; `needs` are the types of which one at least has to be written in a city
    that shows it. Only a reader who holds `permission` sees it.
    """

    id: str
    title: Text
    component: str
    type: str | None = None
    needs: tuple[str, ...] = ()
    permission: str = "console.read"


View = Layer | Tile | Panel | Section | Page


def columns(*keys: str, words: ServiceWords | None = None, **units: str | Text) -> tuple[Column, ...]:
    """Columns of a layer under the names of these attributes: the service's own `words`, else the house's.

    `units`: attribute -> its unit, a UN/CEFACT code, or words where there is no code.
    """
    own = {} if words is None else words.attributes
    return tuple(_column(key, own.get(key) or attribute_label(key), units.get(key)) for key in keys)


def _column(key: str, label: Text, unit: str | Text | None) -> Column:
    words = unit if isinstance(unit, Text) else None
    return Column(key, label, None if isinstance(unit, Text) else unit, words)
