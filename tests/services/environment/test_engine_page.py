"""The tables of docs/reference/environment-engine.md are those of the code."""

from pathlib import Path
from typing import get_args

from pinisi.services.environment.engine import ispu, us_aqi
from pinisi.services.environment.engine.cleaning import NOTES, Reason
from pinisi.services.environment.engine.quantity import QUANTITIES

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "environment-engine.md"


def table(heading: str) -> list[list[str]]:
    """The cells of the rows below the line that begins a table, without backquotes."""
    lines = iter(PAGE.read_text(encoding="utf-8").splitlines())
    for line in lines:
        if line.startswith(heading):
            break
    next(lines)
    rows: list[list[str]] = []
    for line in lines:
        if not line.startswith("|"):
            return rows
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


def test_every_break_point_of_ispu_is_on_the_page() -> None:
    columns: list[ispu.Pollutant] = ["pm25", "pm10", "so2", "co", "o3", "no2", "hc"]
    printed = {int(row[0]): [float(cell) for cell in row[1:]] for row in table("| ISPU | PM2.5 |")}
    for place in range(5):
        ends = [ispu.SCALES[name].steps[place] for name in columns]
        assert printed[int(ends[0].index_high)] == [step.high for step in ends]


def test_every_break_point_of_the_us_aqi_is_on_the_page() -> None:
    keys: list[us_aqi.Key] = [("pm10", 24), ("co", 8), ("no2", 1), ("o3", 8), ("o3", 1), ("so2", 1), ("so2", 24)]
    scales = [us_aqi.SCALES_2024["pm25", 24], us_aqi.SCALES_2012["pm25", 24]]
    scales += [us_aqi.SCALES_2012[key] for key in keys]
    printed: dict[int, set[float]] = {}
    for row in table("| AQI | PM2.5 from"):
        printed[int(row[0])] = {float(cell.split()[0]) for cell in row[1:] if cell}
    for scale in scales:
        for step in scale.steps:
            assert step.high in printed[int(step.index_high)]


def test_the_rules_of_every_quantity_are_on_the_page() -> None:
    printed = {row[0]: row[1:] for row in table("| quantity | unit |")}
    assert printed == {
        name: [
            one.unit,
            f"{one.low:g} to {one.high:.0f}",
            "yes" if one.zero_is_fault else "no",
            f"{one.longest_equal:g}",
            f"{one.jump:g}",
        ]
        for name, one in QUANTITIES.items()
    }


def test_every_reason_is_on_the_page_with_what_follows_from_it() -> None:
    printed = {row[0]: row[2] for row in table("| reason | when | used |")}
    assert set(printed) == set(get_args(Reason))
    assert {reason for reason, used in printed.items() if used.startswith("yes")} == NOTES
