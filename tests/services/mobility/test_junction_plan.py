"""The plan for a junction as the house computes, checks and prints it."""

import io
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from pinisi.city.text import LANGUAGES, Language
from pinisi.console.paper import SHIPPED
from pinisi.incidents.report.document import Document
from pinisi.incidents.report.typesetting import printed
from pinisi.runtime.computation import JobFailed, Progress
from pinisi.services.mobility.engine.capacity.approach import Approach, Counted, Demand, Junction, Stage
from pinisi.services.mobility.engine.capacity.judged import Timing
from pinisi.services.mobility.engine.signals.interstage import cycle_needed
from pinisi.services.mobility.engine.signals.junction_check import checked
from pinisi.services.mobility.planning import plan_job
from pinisi.services.mobility.planning.as_signals import as_signals
from pinisi.services.mobility.planning.plan_job import PLAN_JOB, entities
from pinisi.services.mobility.planning.plan_request import PlanAnswer, PlanInput, PlanRequest
from pinisi.services.mobility.planning.timing_sheet import timing_sheet
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-26T01:00:00Z")


def approach(name: str, motorcycles: float, cars: float, width: float) -> Approach:
    """Seven of ten vehicles are motorcycles."""
    turning = Counted(motorcycle=motorcycles * 0.2, light=cars * 0.2, unmotorised=3)
    return Approach(
        name=name,
        demand=Demand(left=turning, through=Counted(motorcycle=motorcycles, light=cars, heavy=20), right=turning),
        width=width,
        entry_width=width,
        exit_width=width,
    )


def request(times: float = 1, before: Timing | None = None) -> PlanRequest:
    return PlanRequest(
        junction="contoh-1",
        name="Simpang contoh (angka karangan untuk pengujian)",
        counted="karangan untuk pengujian, bukan hitungan",
        layout=Junction(
            approaches=(
                approach("Utara", 1400 * times, 420 * times, 7),
                approach("Timur", 900 * times, 260 * times, 5.5),
                approach("Selatan", 1300 * times, 380 * times, 7),
                approach("Barat", 700 * times, 210 * times, 5.5),
            ),
            stages=tuple(Stage(approaches=(name,), all_red=2) for name in ("Utara", "Timur", "Selatan", "Barat")),
            population=1.5,
        ),
        before=before,
    )


EQUAL = Timing(140, (30, 30, 30, 30))


def compute(asked: PlanRequest, told: Progress) -> PlanAnswer:
    return plan_job.compute(PlanInput(request=asked), told)


def answered(asked: PlanRequest) -> PlanAnswer:
    return plan_job.answered(PlanInput(request=asked))


def silent(share: float, note: str = "") -> None:
    """Progress that nobody hears."""


def test_the_plan_is_one_that_the_signals_can_run():
    asked = request()
    answer = compute(asked, silent)
    signals = checked(as_signals("contoh-1", asked.layout, answer.after.timing))
    assert answer.plan == signals.plans[0]
    assert cycle_needed(signals, answer.plan) == pytest.approx(answer.plan.cycle)


def test_approaches_of_two_stages_conflict_and_amber_and_all_red_lie_between_them():
    asked = request()
    signals = as_signals("contoh-1", asked.layout, compute(asked, silent).after.timing)
    assert len(signals.matrix.conflicts()) == 12
    assert set(signals.matrix.table().values()) == {5}


def test_a_computed_plan_is_better_than_equal_greens():
    answer = compute(request(before=EQUAL), silent)
    assert answer.before is not None and answer.after.delay is not None and answer.before.delay is not None
    assert answer.after.worst < answer.before.worst
    assert answer.after.delay < answer.before.delay


def test_the_result_is_an_entity_with_before_and_after():
    asked = request(before=EQUAL)
    told, _ = entities(asked, compute(asked, silent), NOW)
    assert told["id"] == "urn:ngsi-ld:JunctionStudy:contoh-1"
    assert told["cycleTime"]["unitCode"] == "SEC"
    assert told["saturationDegree"]["value"] < told["saturationDegreeBefore"]["value"]
    assert told["signalPlan"]["json"]["stages"][0]["stage"] == "1"
    assert PLAN_JOB.method == "modelled"


def test_the_plan_itself_is_an_entity_beside_those_that_the_controller_keeps():
    asked = request()
    study, plan = entities(asked, compute(asked, silent), NOW)
    assert plan["id"] == "urn:ngsi-ld:SignalPlan:contoh-1-pkji" and plan["type"] == "SignalPlan"
    assert plan["cycleTime"]["value"] == study["cycleTime"]["value"]
    assert len(plan["plannedStages"]["json"]) == 4
    assert not any("provider" in value for value in plan.values() if isinstance(value, dict))


def test_of_an_oversaturated_junction_no_delay_is_told_that_the_manual_cannot_tell():
    asked = request(times=9)
    told, _ = entities(asked, compute(asked, silent), NOW)
    assert told["verdict"]["value"] == "oversaturated"
    assert "meanDelay" not in told and told["levelOfService"]["value"] == "F"


def test_what_cannot_be_planned_is_told_in_three_languages_with_its_place():
    asked = request()
    bad = msgspec.structs.replace(asked.layout, stages=asked.layout.stages[:3])
    with pytest.raises(JobFailed) as failed:
        compute(msgspec.structs.replace(asked, layout=bad), silent)
    assert "Barat" in failed.value.text.id and failed.value.text.ja != failed.value.text.en


def test_an_amber_that_is_too_long_for_the_manual_is_refused():
    asked = request()
    stages = tuple(msgspec.structs.replace(stage, amber=9) for stage in asked.layout.stages)
    with pytest.raises(JobFailed, match="amber"):
        compute(msgspec.structs.replace(asked, layout=msgspec.structs.replace(asked.layout, stages=stages)), silent)


def sheet(language: Language, asked: PlanRequest) -> Document:
    return timing_sheet(asked, answered(asked), language, "Pinisi")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_has_what_the_technician_sets_and_what_it_rests_on(language: Language):
    told = sheet(language, request(before=EQUAL))
    stages, performance, compared, demand, saturation, sources = told.sections
    assert len(stages.rows) == 5 and len(performance.rows) == 4
    assert len(compared.rows) == 5 and len(demand.rows) == 13 and len(saturation.rows) == 4
    assert len(sources.lines) == 5 and len(told.signatures) == 3
    assert all(len(row.cells) == len(part.columns) for part in told.sections for row in part.rows)


def test_greens_follow_each_other_on_the_sheet():
    asked = request()
    after = answered(asked).after
    begin = 0.0
    for row, green in zip(sheet("en", asked).sections[0].rows, after.timing.greens, strict=False):
        assert [float(cell) for cell in row.cells[2:5]] == [begin, begin + green, green]
        begin += green + 5
    assert begin == after.timing.cycle


def test_numbers_are_written_as_the_reader_writes_them():
    assert "0,85" in (sheet("id", request()).figures[1].note)
    assert "0.85" in (sheet("en", request()).figures[1].note)


def test_an_oversaturated_junction_says_so_in_the_first_sentence():
    assert "melebihi" in sheet("id", request(times=4)).lead
    assert "More arrives" in sheet("en", request(times=4)).lead


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sheet_is_printed(language: Language, tmp_path: Path):
    told = sheet(language, request(before=EQUAL))
    pdf = printed(told, SHIPPED, tmp_path, datetime(2026, 11, 26, tzinfo=UTC))
    pages = PdfReader(io.BytesIO(pdf)).pages
    text = "".join(page.extract_text() for page in pages)
    assert len(pages) <= 3
    assert "PKJI 2023" in text and told.signatures[2].role.split()[0] in text
