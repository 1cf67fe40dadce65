"""The figures on the front page are those that the benches last printed."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

FIGURES = {
    "context.retrieve.cpu_us": "retrieve {:.0f} us",
    "context.query_limit20.cpu_us": "a page of twenty {:.0f} us",
    "context.query_value_100k.cpu_us": "a value query among 100,000 entities {:.0f} us",
    "context.patch_durable.cpu_us": "a durable PATCH {:.0f} us",
    "context.batch_upsert.cpu_us_per_entity": "batch {:.0f} us an entity",
    "product.install_mb": "{:.0f} MB installed",
    "product.start_s": "{:.1f} s from start to first answer",
    "product.idle_rss_mb": "{:.0f} MB resident",
    "product.first_load_kb": "{:.0f} KB first page load",
    "kernel.crash.rounds": "{:.0f} times `kill -9`",
    "kernel.powercut.cuts": "{:,.0f} simulated power cuts",
}


def read(name: str) -> str:
    return " ".join((ROOT / name).read_text(encoding="utf-8").split())


@pytest.mark.parametrize("name", FIGURES)
def test_the_front_page_tells_what_was_measured(name: str) -> None:
    lines = (ROOT / "bench" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    values = {line["name"]: line["value"] for line in map(json.loads, lines)}
    written = FIGURES[name].format(values[name])
    assert written in read("README.md").replace("us of CPU a request", "us")


def test_nothing_was_lost_where_the_front_page_says_so() -> None:
    lines = map(json.loads, (ROOT / "bench" / "results.jsonl").read_text(encoding="utf-8").splitlines())
    lost = {
        line["name"]: line["value"]
        for line in lines
        if line["name"].endswith((".damaged", "lost_writes", "lost_notifications"))
    }
    assert len(lost) >= 5
    assert set(lost.values()) == {0}


def test_the_suite_is_counted_as_the_reference_counts_it() -> None:
    found = re.search(r"\| sum \| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \|", read("docs/reference/conformance.md"))
    assert found
    on_sqlite, on_postgresql, cases = found.groups()
    assert on_sqlite == on_postgresql
    assert f"{on_sqlite} of {cases}" in read("README.md")
