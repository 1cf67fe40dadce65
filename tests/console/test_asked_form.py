"""The form that the console draws of a job's input or a command follows from its type."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from pinisi.city.context import context_bytes
from pinisi.city.text import Text
from pinisi.console.asked_form import asked_form
from pinisi.context.contexts import Contexts
from pinisi.runtime.asked import asked

WELL = Text("Sumur", "Well", "井戸")
LEVEL = Text("Tinggi", "Level", "水位")
WET = Text("Basah", "Wet", "湿潤")


NAME = "urn:pinisi:context"
TABLE = Contexts({NAME: msgspec.json.decode(context_bytes())}, lambda _: None).table(NAME)


class Survey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    well: Annotated[str, asked(WELL, entity=("Well", "Gauge"), hint=Text("pilih", "choose", "選択"))]
    level: Annotated[float, asked(LEVEL, unit="MTR", ge=0, le=12)]
    days: Annotated[int, Meta(ge=1)] = 3
    kind: Annotated[Literal["wet", "dry"], asked(Text("Jenis", "Kind", "種類"), choices={"wet": WET})] = "dry"
    quick: bool = False
    since: date | None = None
    at: datetime | None = None
    others: Annotated[list[str], asked(WELL, entity=("Well",), max_length=4)] = []
    marks: tuple[Annotated[float, Meta(ge=0)], ...] = ()
    note: Annotated[str, Meta(max_length=80)] = ""
    rest: dict[str, int] = {}


FORM = {field.name: field for field in asked_form(Survey, TABLE)}


def told(name: str, *members: str) -> list[Any]:
    return [getattr(FORM[name], member) for member in members]


def test_fields_stand_in_the_order_of_the_type() -> None:
    assert list(FORM) == list(Survey.__struct_fields__)


def test_each_kind_of_type_is_a_kind_of_field() -> None:
    assert {name: (field.kind, field.many) for name, field in FORM.items()} == {
        "well": ("entity", False),
        "level": ("number", False),
        "days": ("whole", False),
        "kind": ("choice", False),
        "quick": ("yesno", False),
        "since": ("date", False),
        "at": ("moment", False),
        "others": ("entity", True),
        "marks": ("number", True),
        "note": ("text", False),
        "rest": ("json", False),
    }


def test_label_unit_bounds_choices_and_defaults_are_told() -> None:
    assert told("well", "label", "hint", "entity", "required") == [
        WELL,
        Text("pilih", "choose", "選択"),
        [TABLE.expand_term("Well"), TABLE.expand_term("Gauge")],
        True,
    ]
    assert told("level", "least", "most", "required", "default") == [0, 12, True, None]
    assert FORM["level"].unit == Text("m", "m", "m")
    assert told("days", "least", "most", "default", "required") == [1, None, 3, False]
    assert FORM["kind"].choices == [{"value": "wet", "text": WET}, {"value": "dry", "text": None}]
    assert told("others", "most", "default") == [4, None]
    assert told("quick", "default") == [False]


def test_the_schema_says_the_same_to_programs() -> None:
    level = msgspec.json.schema(Survey)["$defs"]["Survey"]["properties"]["level"]
    assert (level["x-unit"], level["x-label"]["id"], level["title"]) == ("MTR", "Tinggi", "Level")
    assert (level["minimum"], level["maximum"]) == (0, 12)
