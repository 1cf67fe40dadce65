"""What a service shows: it can be drawn, speaks of attributes that are declared, and its tiles can be computed."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pinisi.city.computing import Inputs
from pinisi.city.context import terms
from pinisi.city.formula import Formula
from pinisi.city.indicators import indicator_value
from pinisi.city.profile import Layer
from pinisi.runtime.manifest import Service
from pinisi.runtime.view import Page, Panel, Section, Tile, View
from pinisi.runtime.view_faults import view_faults
from pinisi.testing.models_text import models_text
from pinisi.vocabulary.instant import Instant

_OF_THE_CORE = frozenset({"location", "name", "description"})


def shown_faults(package: str, service: Service, written: Iterable[Mapping[str, Any]], now: Instant) -> list[str]:
    """One line each; `written` is what the service writes of its samples and trials."""
    faults = [f"{field}: {reason}" for field, reason in view_faults(service.types, service.views)]
    said = models_text(package)
    entities = list(written)
    for view in service.views:
        for name in dict.fromkeys(_attributes(view)):
            if name not in terms() and name not in said and name not in _OF_THE_CORE:
                faults.append(f"{_name(view)}: {name} is neither in the @context nor in models.py")
        if isinstance(view, Tile):
            faults += _not_computed(view, service.name, entities, now)
    return faults


def _not_computed(tile: Tile, service: str, entities: list[Mapping[str, Any]], now: Instant) -> Iterator[str]:
    try:
        indicator_value(tile.indicator(service), Inputs(entities=entities), now)
    except Exception as error:
        yield f"{tile.id}: cannot be computed of what the service writes: {type(error).__name__}: {error}"


def _name(view: View) -> str:
    return f"the panel of {view.type}" if isinstance(view, Panel) else view.id


def _attributes(view: View) -> Iterator[str]:
    """The attributes (short names) that a view names."""
    match view:
        case Layer():
            yield from (column.key for column in view.columns)
            yield from view.where
        case Tile():
            yield from _read(view.formula)
        case Panel():
            yield from view.attributes
        case Section():
            yield from (cell.attribute for cell in view.columns)
            yield from view.where
            yield from (view.first_by,) if view.first_by else ()
        case Page():
            return


def _read(formula: Formula) -> Iterator[str]:
    if formula.attribute:
        yield formula.attribute
    yield from formula.having
    yield from formula.select.where if formula.select is not None else ()
    for part in formula.parts:
        yield from _read(part)
