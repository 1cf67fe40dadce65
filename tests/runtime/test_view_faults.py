"""A view that cannot be drawn is found when its service starts, and told with the field and the reason."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.indicators import Flag
from pinisi.city.text import Text
from pinisi.runtime.doctor import judge_views
from pinisi.runtime.manifest import Service
from pinisi.runtime.services import Found, Registry, discover
from pinisi.runtime.view import Cell, Chart, Page, Panel, Section, Tile, View, columns
from pinisi.runtime.view_faults import LeftOut, view_faults

WORDS = Text("kata", "words", "言葉")
TYPES = ("Gauge",)
COUNT = Formula(kind="count", select=Selection(type="Gauge"))
TILE = Tile(id="gauges", title=WORDS, formula=COUNT)
PANEL = Panel(type="Gauge", title=WORDS, attributes=("waterLevel",), charts=(Chart("waterLevel"),))
MEAN = Cell(attribute="waterLevel", over="mean")
SECTION = Section(id="month", title=WORDS, tiles=("gauges",), type="Gauge", columns=(MEAN,))
PAGE = Page(id="wells", title=WORDS, component="wells-state", type="Gauge")
replace: Callable[..., Any] = msgspec.structs.replace


def told(*views: View) -> list[str]:
    return [f"{field}: {reason}" for field, reason in view_faults(TYPES, views)]


def test_sound_views_have_no_fault() -> None:
    assert told(TILE, PANEL, SECTION, PAGE) == []


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (replace(TILE, id="a b"), "views[0].id: 'a b' is no id of letters, digits and dashes, 60 at most"),
        (replace(TILE, title=Text("kata", " ", "言葉")), "views[0].title.en: is empty"),
        (replace(TILE, formula=Formula(kind="count")), "views[0].formula.select: is needed for the kind 'count'"),
        (
            replace(TILE, formula=replace(COUNT, select=Selection(type="Tree"))),
            "views[0].formula.select.type: 'Tree' is not among the types of the service (Gauge)",
        ),
        (
            replace(TILE, formula=Formula(kind="ratio", of=COUNT, over=replace(COUNT, select=Selection(type="Tree")))),
            "views[0].formula.over.select.type: 'Tree' is not among the types of the service (Gauge)",
        ),
        (
            replace(TILE, formula=replace(COUNT, above=3.0)),
            "views[0].formula.above: goes only with kind = 'count' and an attribute",
        ),
        (replace(TILE, late_after_days=0), "views[0].late_after_days: 0 is not at least 1"),
        (
            replace(TILE, flags=(Flag(code="x", text=Text("{y}", "y", "y")),)),
            "views[0].flags[0].text: {y} is not among count, missing, value, zero",
        ),
        (replace(PANEL, type="Tree"), "views[0].type: 'Tree' is not among the types of the service (Gauge)"),
        (replace(PANEL, attributes=(), charts=()), "views[0].attributes: are none: a panel without attributes shows"),
        (replace(PANEL, attributes=("waterLevel", "waterLevel")), "views[0].attributes[1]: 'waterLevel' stands twice"),
        (
            replace(PANEL, charts=(Chart("depth"),)),
            "views[0].charts[0].attribute: 'depth' is not among the attributes of the panel",
        ),
        (replace(PANEL, charts=(Chart("waterLevel", 0),)), "views[0].charts[0].hours: 0 is not more than 0"),
        (replace(SECTION, tiles=()), ""),
        (replace(SECTION, tiles=("none",)), "views[0].tiles[0]: 'none' is no tile of the service"),
        (replace(SECTION, tiles=(), type="Tree"), "views[0].type: 'Tree' is not among the types of the service"),
        (replace(SECTION, tiles=(), columns=()), "views[0].columns: and a type go together"),
        (replace(SECTION, tiles=(), columns=(MEAN,) * 9), "views[0].columns: has 9 entries; 8 is the most"),
        (
            replace(SECTION, tiles=(), columns=(replace(MEAN, over="days-above"),)),
            "views[0].columns[0].limit: and over = 'days-above' go together",
        ),
        (replace(SECTION, tiles=(), columns=(replace(MEAN, limit=3.0),)), "views[0].columns[0].limit: and over ="),
        (replace(SECTION, tiles=(), type="", columns=()), "views[0].type: is needed where there are no tiles"),
        (replace(PAGE, title=Text("kata", "words", "")), "views[0].title.ja: is empty"),
        (
            replace(PAGE, component="Wells"),
            "views[0].component: 'Wells' is no name of an element: small letters, with a",
        ),
        (replace(PAGE, component="../wells-state"), "views[0].component: '../wells-state' is no name of an element"),
        (replace(PAGE, type="Tree"), "views[0].type: 'Tree' is not among the types of the service (Gauge)"),
        (replace(PAGE, needs=("Gauge",)), "views[0].needs: goes only with a page that has no type"),
        (replace(PAGE, type=None, needs=("Gauge", "Tree")), "views[0].needs[1]: 'Tree' is not among the types"),
        (replace(PAGE, permission="wells.read"), "views[0].permission: 'wells.read' is not among"),
    ],
)
def test_a_fault_names_its_field_and_reason(view: View, fault: str) -> None:
    found = told(view)
    assert len(found) == bool(fault)
    assert not fault or found[0].startswith(fault)


def test_two_views_of_one_name_are_told() -> None:
    assert told(TILE, TILE) == ["views[1].id: 'gauges' stands twice"]
    assert told(PANEL, PANEL) == ["views[1].type: 'Gauge' stands twice"]


def test_a_faulty_view_alone_is_left_out_with_its_reason() -> None:
    broken = replace(TILE, id="deep", formula=Formula(kind="count"))
    views = (TILE, PANEL, PANEL, broken, SECTION, replace(SECTION, id="deeper", tiles=("deep",)), PAGE)
    service = Service(name="wells", title=WORDS, types=TYPES, views=views)
    registry = Registry([Found("wells", "", service)])
    assert registry.views(service) == (TILE, PANEL, SECTION, PAGE)
    assert [(left.view, left.field) for left in registry.left_out("wells")] == [
        ("Gauge", "views[2].type"),
        ("deep", "views[3].formula.select"),
        ("deeper", "views[5].tiles[0]"),
    ]
    assert registry.left_out("wells")[2].reason == "the tile 'deep' cannot be drawn itself"


SPOILT = [None, "a layer", replace(TILE, id="deep", title=3), replace(PANEL, attributes=None)]


@pytest.mark.parametrize("spoilt", SPOILT)
def test_what_cannot_even_be_looked_at_is_left_out_too(spoilt: Any) -> None:
    service = Service(name="wells", title=WORDS, types=TYPES, views=(spoilt, TILE))
    registry = Registry([Found("wells", "", service)])
    assert registry.views(service) == (TILE,)
    assert registry.left_out("wells")[0].reason.startswith("cannot be read: ")


def test_the_house_says_what_it_left_out() -> None:
    assert judge_views({"wells": ()}).state == "ok"
    finding = judge_views({"wells": (LeftOut("deep", "views[3].formula.select", "is needed"),)})
    assert (finding.state, finding.words) == ("warn", "left out: wells.views[3].formula.select (deep): is needed")


@pytest.mark.parametrize("name", [service.name for service in discover().services])
def test_every_view_of_our_own_services_can_be_drawn(name: str) -> None:
    assert discover().left_out(name) == ()


def test_columns_are_called_by_the_words_of_the_house() -> None:
    found = columns("ispu", "goodHours", "usAqi", ispu=WORDS, goodHours="HUR")
    assert [(each.key, each.unit, each.unit_text) for each in found] == [
        ("ispu", None, WORDS),
        ("goodHours", "HUR", None),
        ("usAqi", None, None),
    ]
    assert all(each.label.ja for each in found)
