"""What cannot be drawn of a service's views: each with the field and the reason. The others are shown."""

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from pinisi.city.formula import Formula, faults_of
from pinisi.city.indicators import PLACES
from pinisi.city.profile import HUES, MOST_CLASSES, Layer
from pinisi.city.text import LANGUAGES, Text, strange_place
from pinisi.people.roles import PERMISSIONS
from pinisi.runtime.view import MOST_ROWS, Cell, Page, Panel, Section, Tile, View

LONGEST_ID = 60
MOST_HOURS = 24 * 366.0
MOST_COLUMNS = 8
MOST_SECTION_TILES = 7
_COMPONENT = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
"""How a custom element is called (HTML, 4.13.3): in small letters, with a dash."""
Fault = tuple[str, str]
"""Field and reason."""


class LeftOut(msgspec.Struct, frozen=True):
    """A view that is not shown: its id, or the type of a panel, and the first that is wrong with it."""

    view: str
    field: str
    reason: str


def parted(types: Collection[str], views: Sequence[View]) -> tuple[tuple[View, ...], tuple[LeftOut, ...]]:
    """The views that can be drawn, in their order, and those that are left out."""
    drawn: list[View] = []
    left: list[LeftOut] = []
    for view, faults in zip(views, _faults_by_view(types, views), strict=True):
        if faults:
            left.append(LeftOut(_called(view), *faults[0]))
        else:
            drawn.append(view)
    return tuple(drawn), tuple(left)


def view_faults(types: Collection[str], views: Sequence[View]) -> Iterator[Fault]:
    """Everything that is wrong with them."""
    for faults in _faults_by_view(types, views):
        yield from faults


def _faults_by_view(types: Collection[str], views: Sequence[View]) -> list[list[Fault]]:
    """Tiles first, as sections rest upon them."""
    found: list[list[Fault]] = [[] for _ in views]
    tiles: dict[str, bool] = {}
    seen: set[str] = set()
    order = sorted(range(len(views)), key=lambda number: not isinstance(views[number], Tile))
    for number in order:
        found[number] = _looked_at(number, views[number], types, tiles, seen)
        view = views[number]
        if isinstance(view, Tile):
            tiles[view.id] = tiles.get(view.id, False) or not found[number]
    return found


def _looked_at(number: int, view: View, types: Collection[str], tiles: dict[str, bool], seen: set[str]) -> list[Fault]:
    """A view of a third party may be anything: what cannot even be looked at is a fault too."""
    at = f"views[{number}]."
    try:
        return [*_named(at, view, seen), *_drawn(at, view, types, tiles)]
    except Exception as error:
        return [(at.rstrip("."), f"cannot be read: {type(error).__name__}: {error}")]


def _called(view: View) -> str:
    return str(getattr(view, "type" if isinstance(view, Panel) else "id", type(view).__name__))


def _named(at: str, view: View, seen: set[str]) -> Iterator[Fault]:
    name, field = (view.type, "type") if isinstance(view, Panel) else (view.id, "id")
    key = f"{'panel ' if field == 'type' else ''}{name}"
    if key in seen:
        yield at + field, f"{name!r} stands twice"
    seen.add(key)
    if field == "id" and not (0 < len(name) <= LONGEST_ID and name.replace("-", "").isalnum()):
        yield at + field, f"{name[:80]!r} is no id of letters, digits and dashes, {LONGEST_ID} at most"
    yield from _words(at + "title", view.title)


def _drawn(at: str, view: View, types: Collection[str], tiles: dict[str, bool]) -> Iterator[Fault]:
    match view:
        case Layer():
            yield from _layer(at, view, types)
        case Tile():
            yield from _tile(at, view, types)
        case Panel():
            yield from _panel(at, view, types)
        case Section():
            yield from _section(at, view, types, tiles)
        case Page():
            yield from _page(at, view, types)


def _words(field: str, text: Text | None) -> Iterator[Fault]:
    for language in LANGUAGES:
        if text is not None and not getattr(text, language).strip():
            yield f"{field}.{language}", "is empty"


def _declared(field: str, type: str, types: Collection[str]) -> Iterator[Fault]:
    if type not in types:
        yield field, f"{type!r} is not among the types of the service ({', '.join(types) or 'it has none'})"


def _layer(at: str, layer: Layer, types: Collection[str]) -> Iterator[Fault]:
    yield from _declared(at + "type", layer.type, types)
    if not 0 <= layer.hue < HUES:
        yield at + "hue", f"{layer.hue} is not 0 to {HUES - 1}"
    if len(layer.classes) > MOST_CLASSES or (layer.classes and not layer.columns):
        yield at + "classes", f"are not up to {MOST_CLASSES} values of a first column"


def _tile(at: str, tile: Tile, types: Collection[str]) -> Iterator[Fault]:
    yield from faults_of(tile.formula, at + "formula.")
    yield from _selected(at + "formula.", tile.formula, types)
    yield from _words(at + "note", tile.note)
    yield from _words(at + "unit_text", tile.unit_text)
    if tile.late_after_days < 1:
        yield at + "late_after_days", f"{tile.late_after_days} is not at least 1"
    for number, flag in enumerate(tile.flags):
        strange = strange_place(flag.text, PLACES)
        if strange is not None:
            yield f"{at}flags[{number}].text", strange


def _selected(at: str, formula: Formula, types: Collection[str]) -> Iterator[Fault]:
    """A service counts only what is its own, as it knows nothing of others' entities."""
    if formula.select is not None:
        yield from _declared(at + "select.type", formula.select.type, types)
    for name in ("of", "over"):
        part = getattr(formula, name)
        if part is not None:
            yield from _selected(f"{at}{name}.", part, types)


def _panel(at: str, panel: Panel, types: Collection[str]) -> Iterator[Fault]:
    yield from _declared(at + "type", panel.type, types)
    if not panel.attributes:
        yield at + "attributes", "are none: a panel without attributes shows nothing"
    for number, name in enumerate(panel.attributes):
        if name in panel.attributes[:number]:
            yield f"{at}attributes[{number}]", f"{name!r} stands twice"
    for number, chart in enumerate(panel.charts):
        if chart.attribute not in panel.attributes:
            yield f"{at}charts[{number}].attribute", f"{chart.attribute!r} is not among the attributes of the panel"
        if not 0 < chart.hours <= MOST_HOURS:
            yield f"{at}charts[{number}].hours", f"{chart.hours} is not more than 0 and at most {MOST_HOURS:.0f}"


def _section(at: str, section: Section, types: Collection[str], tiles: dict[str, bool]) -> Iterator[Fault]:
    yield from _words(at + "note", section.note)
    if not section.tiles and not section.type:
        yield at + "type", "is needed where there are no tiles: a section without both shows nothing"
    if len(section.tiles) > MOST_SECTION_TILES:
        yield at + "tiles", f"has {len(section.tiles)} entries; {MOST_SECTION_TILES} is the most"
    for number, id in enumerate(section.tiles):
        if id not in tiles:
            yield f"{at}tiles[{number}]", f"{id!r} is no tile of the service"
        elif not tiles[id]:
            yield f"{at}tiles[{number}]", f"the tile {id!r} cannot be drawn itself"
    if section.type:
        yield from _declared(at + "type", section.type, types)
    if bool(section.type) != bool(section.columns):
        yield at + "columns", "and a type go together"
    for number, type in enumerate(section.needs):
        yield from _declared(f"{at}needs[{number}]", type, types)
    if not 1 <= section.most <= MOST_ROWS:
        yield at + "most", f"{section.most} is not 1 to {MOST_ROWS}"
    if section.first_by and not section.type:
        yield at + "first_by", "needs a type"
    if len(section.columns) > MOST_COLUMNS:
        yield at + "columns", f"has {len(section.columns)} entries; {MOST_COLUMNS} is the most"
    for number, cell in enumerate(section.columns):
        yield from _cell(f"{at}columns[{number}].", cell)


def _page(at: str, page: Page, types: Collection[str]) -> Iterator[Fault]:
    if _COMPONENT.fullmatch(page.component) is None:
        yield at + "component", f"{page.component[:80]!r} is no name of an element: small letters, with a dash"
    if page.type is not None:
        yield from _declared(at + "type", page.type, types)
        if page.needs:
            yield at + "needs", "goes only with a page that has no type"
    for number, type in enumerate(page.needs):
        yield from _declared(f"{at}needs[{number}]", type, types)
    if page.permission not in PERMISSIONS:
        yield at + "permission", f"{page.permission!r} is not among {', '.join(PERMISSIONS)}"


def _cell(at: str, cell: Cell) -> Iterator[Fault]:
    if not cell.attribute:
        yield at + "attribute", "is empty"
    yield from _words(at + "title", cell.title)
    if (cell.over == "days-above") != (cell.limit is not None):
        yield at + "limit", "and over = 'days-above' go together"
