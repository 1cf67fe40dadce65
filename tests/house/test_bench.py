"""The collector of figures."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import collect  # noqa: E402


def line(name: str, value: float = 1.0) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": "s", "reference": "", "note": ""}


def test_one_prefix_replaces_only_its_own_lines() -> None:
    old = [line("context.create.cpu_us"), line("context.retrieve.cpu_us"), line("kernel.crash.rounds")]
    new = [line("context.retrieve.cpu_us", 2.0)]
    merged = collect.merge(old, new, ("context.",), "context.retrieve")
    assert [(each["name"], each["value"]) for each in merged] == [
        ("context.create.cpu_us", 1.0),
        ("context.retrieve.cpu_us", 2.0),
        ("kernel.crash.rounds", 1.0),
    ]


def test_a_figure_that_a_bench_no_longer_prints_goes() -> None:
    assert collect.merge([line("context.gone")], [line("context.kept")], ("context.",), "") == [line("context.kept")]


@given(st.lists(st.sampled_from(["context.a", "context.b", "kernel.c", "product.d"]), unique=True), st.data())
def test_merging_the_same_lines_twice_changes_nothing(names: list[str], data: st.DataObject) -> None:
    old = [line(name) for name in names]
    new = [line(name, 2.0) for name in data.draw(st.lists(st.sampled_from(["context.a", "context.e"]), unique=True))]
    once = collect.merge(old, new, ("context.",), "")
    assert collect.merge(once, new, ("context.",), "") == once
    assert [each for each in once if not each["name"].startswith("context.")] == sorted(
        (each for each in old if not each["name"].startswith("context.")), key=lambda each: each["name"]
    )


@pytest.mark.parametrize(
    ("only", "runs"),
    [("", True), ("context.", True), ("context.retrieve.cpu_us", True), ("con", True), ("kernel.", False)],
)
def test_a_bench_runs_when_its_figures_may_begin_so(only: str, runs: bool) -> None:
    assert collect.concerns(("context.",), only) is runs


def test_a_line_that_is_no_figure_is_refused() -> None:
    with pytest.raises(ValueError, match="not a figure"):
        collect.parse('{"name": "x", "value": 1}\n')


def test_the_page_says_that_it_is_rendered_and_shows_every_figure() -> None:
    page = collect.page([line("context.create.cpu_us", 61.23456), line("kernel.crash.rounds", 200)])
    assert "not written by hand" in page
    assert "| `context.create.cpu_us` | 61.23 |" in page
    assert "| `kernel.crash.rounds` | 200 |" in page


def test_the_committed_page_is_the_one_rendered_from_the_results() -> None:
    assert collect.PAGE.read_text(encoding="utf-8") == collect.page(collect.read(collect.RESULTS))


def test_every_bench_declares_its_figures() -> None:
    workshop = {"collect.py", "figure.py", "resco_kept.py"}
    benches = [file for file in (ROOT / "bench").glob("*.py") if '__name__ == "__main__"' in file.read_text()]
    assert [file.name for file in benches if file.name not in workshop and not collect.prefixes(file)] == []


def test_a_figure_prints_one_line_with_commit_and_load() -> None:
    program = "from figure import figure; figure('product.start_s', 1.23456789, 's', 'goal 2', 'Makassar')"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT / "bench", capture_output=True, text=True, check=True
    )
    found = json.loads(done.stdout)
    assert (found["name"], found["value"], found["unit"], found["reference"]) == (
        "product.start_s",
        1.2346,
        "s",
        "goal 2",
    )
    assert found["note"].startswith("Makassar; commit ")
    assert "; load " in found["note"]
