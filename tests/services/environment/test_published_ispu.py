"""The published days of Jakarta beside what their own sub-indices say."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from air_at_hand import JAKARTA, jakarta
from hypothesis import given
from hypothesis import strategies as st

from pinisi.services.environment.engine.jakarta_ispu import BadRow, read_row
from pinisi.services.environment.engine.pollutant import SubIndex
from pinisi.services.environment.engine.published import Published, compare

ROOT = Path(__file__).parents[3]
ROW = {"tanggal": "27/02/2025", "stasiun": "DKI5 (Kebon Jeruk)", "pm25": "111.0", "pm10": "29.0", "so2": "24.0"}
ROW |= {"co": "21.0", "o3": "34.0", "no2": "8.0", "max": "111.0", "critical": "PM25", "categori": "TIDAK SEHAT"}

WHY = Counter(
    {
        ("critical labels-moved",): 37,
        ("value sub-index-missing", "critical sub-index-missing"): 26,
        ("category one-category-lower",): 20,
        (
            "value sub-index-missing",
            "critical sub-index-missing",
            "category sub-index-missing",
        ): 17,
        ("category edge-of-category",): 4,
        ("value nothing-measured",): 3,
        ("critical sub-index-missing",): 1,
    }
)


def reasons(file: Path | None = None) -> Counter[tuple[str, ...]]:
    days = jakarta() if file is None else jakarta(file)
    differing = (compare(day.published).differences for day in days)
    return Counter(tuple(f"{one.field} {one.why}" for one in found) for found in differing if found)


def test_every_day_that_differs_has_a_reason() -> None:
    assert reasons() == WHY


def test_of_5538_days_108_differ_and_none_without_a_reason(shared_data: Path) -> None:
    file = shared_data / "airquality" / JAKARTA
    assert len(jakarta(file)) == 5538
    assert reasons(file) == WHY


def test_a_tie_is_told_whole_and_agrees_with_either_name() -> None:
    ties = [day for day in jakarta() if (found := compare(day.published).computed) and len(found.critical) > 1]
    assert len(ties) == 20
    assert all(compare(day.published).differences == () for day in ties)


def test_a_missing_fine_particle_is_taken_at_its_word_but_not_recomputed() -> None:
    day = next(day for day in jakarta() if day.day.isoformat() == "2020-09-01")
    found = compare(day.published)
    assert found.computed is not None
    assert (found.computed.value, found.computed.first) == (70, "o3")
    assert [(one.published, one.computed, one.why) for one in found.differences] == [
        ("96", "70", "sub-index-missing"),
        ("pm25", "o3", "sub-index-missing"),
    ]


def test_what_nobody_foresaw_is_called_unexplained() -> None:
    day = Published(sub_indices=(SubIndex("o3", 70),), value=60, critical="co", category="hazardous")
    assert [one.why for one in compare(day).differences] == ["unexplained"] * 3


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("tanggal", "2025-02-27"),
        ("tanggal", "30/02/2025"),
        ("pm25", "---"),
        ("pm25", "-1"),
        ("max", "nan"),
        ("critical", "PM1"),
        ("categori", "BURUK"),
    ],
)
def test_a_bad_cell_is_named_with_its_column(field: str, value: str) -> None:
    assert read_row(ROW).published.value == 111
    with pytest.raises(BadRow, match=f"{field}: '{value}'"):
        read_row(ROW | {field: value})
    with pytest.raises(BadRow, match=f"{field}: None"):
        read_row({name: cell for name, cell in ROW.items() if name != field})


odd_cells = st.one_of(st.text(max_size=12), st.sampled_from([*ROW.values(), "", "-0", "1e999", "inf", "29/02/2023"]))


@given(st.dictionaries(st.sampled_from(sorted(ROW)), st.none() | odd_cells))
def test_any_row_is_a_day_or_a_bad_cell_with_its_name(cells: dict[str, str | None]) -> None:
    try:
        day = read_row(ROW | cells)
    except BadRow as bad:
        assert bad.field in cells
        return
    for one in compare(day.published).differences:
        assert one.published != one.computed


def test_the_page_lists_every_day_that_differs() -> None:
    """`scripts/ispu_jakarta.py` makes it from the cut, which holds all of them."""
    made = subprocess.run([sys.executable, ROOT / "scripts" / "ispu_jakarta.py", "--check"], check=False, timeout=60)
    assert made.returncode == 0, "run: python scripts/ispu_jakarta.py"


def test_the_list_is_printed_as_a_table_of_commas_on_demand() -> None:
    words = [sys.executable, ROOT / "scripts" / "ispu_jakarta.py", "--csv"]
    rows = subprocess.run(words, check=True, timeout=60, capture_output=True, text=True).stdout.splitlines()
    assert len(rows) == 1 + sum(WHY.values())
    assert rows[8] == "2020-09-01,DKI2 (Kelapa Gading),sub-index-missing,96 / 70,pm25 / o3,"
