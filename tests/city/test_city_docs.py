"""The pages on cities name every field, kind, type, attribute and fault that the code has."""

from collections import Counter
from pathlib import Path
from typing import Any, get_args

import pytest

from pinisi.city.alarm_rules import AlarmRule, Comparison, Severity
from pinisi.city.drawn import DrawnAreas, DrawnRoads, DrawnThings, Shapes
from pinisi.city.drawn import Part as DrawnPart
from pinisi.city.external import External, ExternalFile
from pinisi.city.facts import types_of
from pinisi.city.faults import FaultRule, Kind
from pinisi.city.formula import NEEDS, Formula, Per
from pinisi.city.importing.fault_texts import catalogue
from pinisi.city.indicators import Baseline, Direction, Flag, Indicator, Owner, Target
from pinisi.city.models import Field, Model
from pinisi.city.models import Kind as FieldKind
from pinisi.city.profile import Agency, AreaSources, City, Column, Layer, Licence, View
from pinisi.city.provenance import Source, SourceFile
from pinisi.city.registers import Card, Mapped, Part, Register

DOCS = Path(__file__).parents[2] / "docs"
STRUCTS = (
    City, View, Licence, AreaSources, Agency, Layer, Column,
    Shapes, DrawnAreas, DrawnThings, DrawnRoads, DrawnPart, External, ExternalFile,
    Source, SourceFile, Register, Mapped, Card, Part, FaultRule, AlarmRule,
)  # fmt: skip


@pytest.mark.parametrize("struct", STRUCTS)
def test_every_field_of_a_city_folder_is_explained(struct: Any) -> None:
    page = (DOCS / "how-to" / "add-a-city.md").read_text(encoding="utf-8")
    fields = [field for field in struct.__struct_fields__ if field not in ("view", "licence", "areas")]
    missing = [field for field in fields if f"`{field}`" not in page and f"[[{field}]]" not in page]
    assert missing == []


@pytest.mark.parametrize("struct", [Formula, Indicator, Flag, Owner, Baseline, Target])
def test_every_field_of_an_indicator_is_explained(struct: Any) -> None:
    page = (DOCS / "how-to" / "indicators.md").read_text(encoding="utf-8")
    taken_as_read = {"id", "label"}
    words = {*struct.__struct_fields__, *NEEDS, *get_args(Per), *get_args(Direction)} - taken_as_read
    assert sorted(word for word in words if f"`{word}`" not in page) == []


@pytest.mark.parametrize("struct", [Model, Field])
def test_every_field_of_a_model_is_explained(struct: Any) -> None:
    page = (DOCS / "how-to" / "enter-values.md").read_text(encoding="utf-8")
    words = {*struct.__struct_fields__, *get_args(FieldKind)}
    assert sorted(word for word in words if f"`{word}`" not in page) == []


def test_every_kind_of_rule_is_explained() -> None:
    page = (DOCS / "how-to" / "add-a-city.md").read_text(encoding="utf-8")
    words = [*get_args(Kind), *get_args(Comparison), *get_args(Severity)]
    assert [word for word in words if f"`{word}`" not in page] == []


def test_every_fault_of_the_import_doctor_is_explained() -> None:
    page = (DOCS / "reference" / "faults.md").read_text(encoding="utf-8")
    assert [code for code, fault in catalogue().items() if f"| `{code}` | {fault.en} |" not in page] == []


def test_every_type_and_attribute_of_makassar_is_explained(entities: list[dict[str, Any]]) -> None:
    page = (DOCS / "reference" / "makassar.md").read_text(encoding="utf-8")
    types = {name for entity in entities for name in types_of(entity)}
    attributes = {name for entity in entities for name in entity} - {"id", "type"}
    assert sorted(name for name in types | attributes if f"`{name}`" not in page) == []


def test_every_kind_of_doubt_is_listed_with_its_count(entities: list[dict[str, Any]]) -> None:
    page = (DOCS / "reference" / "makassar.md").read_text(encoding="utf-8")
    counts = Counter(flag["code"] for e in entities for flag in e.get("dataQuality", {}).get("json", ()))
    assert [code for code, rows in counts.items() if f"| `{code}` | {rows} |" not in page] == []
