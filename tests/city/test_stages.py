"""The stages of a city: five, each with public criteria; a file that is wrong says where."""

from pathlib import Path

import pytest

from pinisi.city.errors import CityError
from pinisi.city.stages import Stages, read_stages

ROOT = Path(__file__).parents[2]
STAGE = """\
[[stages]]
level = {level}
word = {{ id = "a", en = "b", ja = "c" }}
criteria = [{{ id = "a", en = "b", ja = "c" }}]
"""
FIVE = "".join(STAGE.format(level=level) for level in range(1, 6))
RULE = """\
[[stages.rules]]
id = "{id}"
text = {{ id = "a", en = "b", ja = "c" }}
counted = [{counted}]
"""


def read(folder: Path, text: str) -> Stages:
    (folder / "stages.toml").write_text(text)
    return read_stages(folder)


def test_makassar_has_five_stages_and_says_that_they_are_not_the_citys_own() -> None:
    stages = read_stages(ROOT / "cities" / "makassar")
    assert [stage.word.en for stage in stages.stages] == [
        "Normal",
        "Watch",
        "Alert",
        "Emergency",
        "Beyond the city's means",
    ]
    assert stages.note is not None
    assert "default" in stages.note.en
    assert stages.stages[-1].rules == ()


def test_a_city_without_the_file_has_none(tmp_path: Path) -> None:
    assert read_stages(tmp_path) == Stages()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (FIVE.replace("level = 3", "level = 2"), "stages: are [1, 2, 2, 4, 5]"),
        (FIVE.replace("criteria = [{", "criteria = []\n#", 1), "stages[0].criteria: are missing"),
        (FIVE + RULE.format(id="x", counted=""), "stages[4].rules[0].counted: counts nothing"),
        (FIVE + RULE.format(id="x", counted='{ type = "A", at_least = 0 }'), "counted[0].at_least: 0 is not above 0"),
        (FIVE + RULE.format(id="x", counted='{ type = "A", where = { b = [] } }'), "counted[0].where"),
        (FIVE + RULE.format(id="x", counted='{ type = "A" }') * 2, "stages.rules.id: 'x' occurs twice"),
        (FIVE + "colour = 1\n", "colour"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CityError, match=r"stages\.toml") as refused:
        read(tmp_path, text)
    assert told in str(refused.value)
