"""The flood of February 2017 in Jakarta, as its archive tells it."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.city.context import terms
from pinisi.city.words import catalogue, value_text
from pinisi.services.flood.models import FloodReport, FloodStateChange, report_entity, state_entity
from pinisi.services.flood.petabencana import NotOfTheArchive, change_of, masked, report_of

EXAMPLES = Path(__file__).parent / "flood_examples"
SOURCE = "petabencana-2017"


def features(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text(encoding="utf-8"))["features"]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    return map(json.loads, path.read_text(encoding="utf-8").splitlines())


@pytest.fixture(scope="module")
def reports() -> list[FloodReport]:
    return [report_of(feature) for feature in features(EXAMPLES / "petabencana_reports_cut.geojson")]


def test_a_card_is_a_report_with_the_depth_that_the_citizen_guessed(reports: list[FloodReport]) -> None:
    card = reports[0]
    assert (card.at, card.channel, card.depth_cm) == ("2017-02-20T00:58:22.262000Z", "petabencana", 77)
    entity = report_entity(card, SOURCE)
    assert entity["id"] == f"urn:ngsi-ld:FloodReport:{card.id}"
    assert entity["floodDepth"]["value"] == 77
    assert entity["floodDepth"]["unitCode"] == "CMT"
    assert entity["description"]["observedAt"] == card.at
    assert entity["location"]["value"] == {"type": "Point", "coordinates": [card.lon, card.lat]}
    assert {entity[name]["provider"]["object"] for name in entity if name not in ("id", "type")} == {
        "urn:ngsi-ld:DataSource:petabencana-2017"
    }


def test_what_a_report_does_not_say_is_not_there(reports: list[FloodReport]) -> None:
    silent = next(report for report in reports if report.text is None)
    assert set(report_entity(silent, SOURCE)) == {"id", "type", "channel", "floodDepth", "location"}
    assert all(report.depth_cm is None for report in reports if report.channel != "petabencana")


def test_the_method_is_told_by_whoever_reads(reports: list[FloodReport]) -> None:
    assert report_entity(reports[0], SOURCE, "replayed")["channel"]["method"]["value"] == "replayed"


def test_a_title_names_a_report_before_its_text(reports: list[FloodReport]) -> None:
    titled = next(report for report in reports if report.channel == "detik")
    assert report_entity(titled, SOURCE)["name"]["value"] == titled.title
    long = report_entity(
        next(report for report in reports if len(report.text or "") > 100 and not report.title), SOURCE
    )
    assert len(long["name"]["value"]) == 80
    assert long["name"]["value"].endswith("…")


def test_handles_and_numbers_are_masked_and_hours_schools_and_addresses_stay(reports: list[FloodReport]) -> None:
    texts = " | ".join(report.text or "" for report in reports)
    assert "@…" in texts
    assert "klender_" not in texts
    assert "pukul 04.30" in texts
    assert "sdn 02.04.05" in texts
    assert "RT.013 RW.001" in masked("Jl. Lapangan Tembak RT.013 RW.001")
    assert masked("hubungi 0812-3456-7890 / warga@example.org") == "hubungi … / …"
    assert masked("lihat https://example.org/a @ahok") == "lihat … @…"
    assert masked(r"lampu \u1f30a") == "lampu 🌊"


def test_a_state_counts_from_when_it_was_set_and_its_end_from_the_picture_that_shows_it() -> None:
    changes = [change_of(line) for line in lines(EXAMPLES / "state_changes_cut.jsonl")]
    assert {change.state for change in changes} == {0, 1, 2, 3, 4}
    first = changes[0]
    assert first == FloodStateChange(
        area="jakarta-3172060008008000",
        state=2,
        at="2017-02-16T13:42:01.678000Z",
        known_at="2017-02-19T17:00:00Z",
        exact=True,
    )
    assert all(change.at == change.known_at for change in changes if change.state == 0)
    assert all(change.exact == (change.state > 0) for change in changes)
    entity = state_entity(first, SOURCE)
    assert entity["id"] == "urn:ngsi-ld:FloodArea:jakarta-3172060008008000"
    assert (entity["floodState"]["value"], entity["floodState"]["observedAt"]) == (2, first.at)


def test_every_state_and_channel_has_words_and_every_name_a_term(reports: list[FloodReport]) -> None:
    assert all(value_text("floodState", state) for state in range(5))
    assert all(value_text("channel", report.channel) for report in reports)
    used = {name for report in reports for name in report_entity(report, SOURCE)} | {"floodState"}
    own = used - {"id", "type", "location", "description"}
    assert own <= set(terms())
    assert used - {"id", "type"} <= set(catalogue().attributes)
    assert {"FloodReport", "FloodArea"} <= set(terms()) & set(catalogue().types)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"created_at": "yesterday"}, "created_at"), ({"source": "twitter"}, "source"),
        ({"report_data": {"flood_depth": -5}}, "flood_depth"),
        ({"report_data": {"flood_depth": "deep"}}, "flood_depth"),
    ],
)  # fmt: skip
def test_a_report_that_cannot_be_names_its_field(change: dict[str, Any], field: str) -> None:
    feature = features(EXAMPLES / "petabencana_reports_cut.geojson")[0]
    with pytest.raises(NotOfTheArchive) as told:
        report_of(feature | {"properties": feature["properties"] | change})
    assert told.value.field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"geom_id": "x"}, "geom_id"), ({"state": 5}, "state"), ({"state": True}, "state"),
        ({"snapshot": None}, "snapshot"), ({"changed": "2017-02-21T00:00:00"}, "changed"),
    ],
)  # fmt: skip
def test_a_change_that_cannot_be_names_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(NotOfTheArchive) as told:
        change_of(next(lines(EXAMPLES / "state_changes_cut.jsonl")) | change)
    assert told.value.field == field


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(
    st.dictionaries(st.sampled_from(["properties", "geometry", "geom_id", "state", "snapshot", "changed"]), anything)
)
def test_no_document_breaks_the_readers(document: dict[str, Any]) -> None:
    for read in (report_of, change_of):
        with pytest.raises(NotOfTheArchive):
            read(document)


def test_the_whole_archive_reads_and_agrees_with_its_counts(shared_data: Path) -> None:
    folder = shared_data / "flood" / "petabencana_2017"
    reports = [report_of(feature) for day in sorted(folder.glob("reports/*.geojson")) for feature in features(day)]
    assert len({report.id for report in reports}) == len(reports) == 1204
    assert Counter(report.channel for report in reports) == {"qlue": 926, "petabencana": 230, "detik": 48}
    assert sum(report.text is None for report in reports) == 40
    changes = [change_of(line) for line in lines(folder / "floods" / "state_changes.jsonl")]
    assert len(changes) == 718
    flooded = {"2017-02-20T23:00:00Z": 3, "2017-02-21T06:00:00Z": 168}
    for moment, count in flooded.items():
        state = {change.area: change.state for change in changes if change.known_at <= moment}
        assert sum(one > 0 for one in state.values()) == count
