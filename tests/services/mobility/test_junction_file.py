"""A junction from a file: what is wrong is told by line and field."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from crossing import CROSSING
from hypothesis import given, settings
from hypothesis import strategies as st

from pinisi.services.mobility.field_lines import line_of
from pinisi.services.mobility.junction_file import JunctionFileError, read_junction, read_junction_file

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "mobility-signals.md"
EXAMPLE = re.findall(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[0]


def as_json() -> str:
    told: dict[str, Any] = {
        "id": CROSSING.id,
        "all_red": 1,
        "groups": [
            {name: getattr(group, name) for name in group.__struct_fields__ if getattr(group, name) is not None}
            for group in CROSSING.groups
        ],
        "matrix": [
            {"clearing": each.clearing, "entering": each.entering, "seconds": each.seconds}
            for each in CROSSING.matrix.intergreens
        ],
        "stages": [{"id": stage.id, "groups": list(stage.groups)} for stage in CROSSING.stages],
        "plans": [
            {
                "id": plan.id,
                "cycle": plan.cycle,
                "offset": plan.offset,
                "stages": [{"stage": each.stage, "green": each.green} for each in plan.stages],
            }
            for plan in CROSSING.plans
        ],
    }
    return json.dumps(told, indent=1)


def test_the_example_of_the_page_is_a_junction() -> None:
    junction = read_junction(EXAMPLE, "example.toml")
    assert [group.id for group in junction.groups] == ["north", "east", "walk"]
    assert junction.plans[0].cycle == 70


def test_json_reads_as_toml_does() -> None:
    assert read_junction(as_json(), "crossing.json") == CROSSING


@pytest.mark.parametrize(
    ("old", "new", "field", "reason"),
    [
        ("amber = 3", "ambre = 3", "groups[0].ambre", "unknown field"),
        ("amber = 3", 'amber = "three"', "groups[0].amber", "Expected `float`, got `str`"),
        ("amber = 3", "amber = nan", "groups[0].amber", "nan: is not a time"),
        ("cycle = 70", "cycle = 71", "plans[0].cycle", "71 s, but"),
        ('entering = "east"', 'entering = "left"', "matrix[0]", "there is no group 'left'"),
        ('groups = ["north"]', 'groups = ["north", "east"]', "stages[0].groups", "'east' and 'north' conflict"),
    ],
)
def test_a_fault_is_told_by_line_and_field(old: str, new: str, field: str, reason: str) -> None:
    assert old in EXAMPLE
    text = EXAMPLE.replace(old, new, 1)
    with pytest.raises(JunctionFileError) as told:
        read_junction(text, "example.toml")
    assert told.value.field == field
    assert reason in told.value.reason
    line = text.splitlines()[(told.value.line or 0) - 1]
    assert new in line or line == "[[matrix]]" or line == "[[groups]]"


def test_a_fault_in_json_is_told_by_line_too() -> None:
    text = as_json().replace('"seconds": 6', '"seconds": 2', 1)
    with pytest.raises(JunctionFileError, match=r"crossing\.json:\d+: matrix\[2\]\.seconds: 2 s from 'east'") as told:
        read_junction(text, "crossing.json")
    assert text.splitlines()[(told.value.line or 0) - 1].strip() == '"seconds": 2'


def test_text_that_is_no_toml_is_told_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(JunctionFileError, match=r"x\.toml:2: is no valid TOML"):
        read_junction('id = "x"\n= 4\n', "x.toml")
    with pytest.raises(JunctionFileError, match=r"none\.toml: cannot be read"):
        read_junction_file(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b'id = "\xe9"')
    with pytest.raises(JunctionFileError, match=r"latin\.toml: cannot be read"):
        read_junction_file(tmp_path / "latin.toml")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(
    at=st.integers(0, 5000), cut=st.integers(0, 9), put=st.text(max_size=4), file=st.sampled_from(("a.toml", "a.json"))
)
def test_a_spoilt_file_is_a_junction_or_a_named_fault(at: int, cut: int, put: str, file: str) -> None:
    text = as_json() if file.endswith("json") else EXAMPLE
    at %= len(text)
    try:
        read_junction(text[:at] + put + text[at + cut :], file)
    except JunctionFileError as fault:
        assert fault.reason


def test_a_line_is_found_in_tables_within_tables() -> None:
    text = "[[plans]]\n[[plans.stages]]\ngreen = 1\n[[plans]]\n[[plans.stages]]\n[[plans.stages]]\ngreen = 2\n"
    assert line_of(text, "plans[1].stages[1].green", json=False) == 7
    assert line_of(text, "plans[1].stages[0].green", json=False) == 5
