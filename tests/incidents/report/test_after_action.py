"""What an after-action report says of an incident: who did what when, times against targets, and what is missing."""

import msgspec
import pytest
from report_at_hand import LATE, STORY, flood_case, flood_report, makassar, moment

from pinisi.incidents import acts
from pinisi.incidents.report.after_action import REASONED, Line, Missing, Sources, Target, after_action
from pinisi.incidents.report.after_action import moment as day


def missing(*, story: acts.AnyDeed | None = None, **more: object) -> dict[str, int]:
    told = [*STORY, (190.0, "ani", story)] if story else STORY
    return {each.what: each.number for each in flood_report(told, **more).missing}  # pyright: ignore


def target(targets: tuple[Target, ...], clock: str) -> Target:
    return next(each for each in targets if each.clock == clock)


def test_every_act_stands_in_it_once_in_the_order_in_which_it_was_truly_done() -> None:
    lines = flood_report().lines
    assert [line.act for line in lines] == [
        "raise",
        "take",
        "triage",
        "assign",
        "assign",
        "accept",
        "refuse",
        "arrive",
        "note",
        "resolve",
        "verify",
        "close",
    ]
    assert [line.by for line in lines][:3] == ["Ani", "Siti", "Siti"]
    assert [line.at for line in lines] == sorted(line.at for line in lines)


def test_what_was_written_on_paper_has_its_true_time_and_the_time_at_which_it_was_entered() -> None:
    late = [line for line in flood_report().lines if line.entered_at is not None]
    assert [(line.act, line.at, line.entered_at) for line in late] == [
        ("note", day(moment(LATE)), day(moment(LATE + 20)))
    ]


def test_codes_of_the_city_are_told_in_its_words() -> None:
    report = flood_report()
    triage = report.lines[2]
    assert triage.category is not None and triage.category.ja == "浸水"
    assert triage.subcategory is not None and triage.subcategory.en == "Houses under water"
    assert triage.lead is not None and triage.lead.id == "Badan Penanggulangan Bencana Daerah"
    assert [(called.unit, called.state, called.reason) for called in report.called] == [
        ("BPBD-2", "onScene", ""),
        ("", "refused", "not-ours:city"),
    ]


def test_times_stand_against_the_targets_of_the_city_for_its_priority() -> None:
    targets = flood_report().targets
    arrive, resolve = target(targets, "arrive"), target(targets, "resolve")
    assert (arrive.allowed, arrive.took, arrive.difference, arrive.kept) == (30 * 60, 37 * 60, 7 * 60, "missed")
    assert (resolve.took, resolve.difference, resolve.kept) == (150 * 60, (150 - 8 * 60) * 60, "kept")


def test_a_clock_that_runs_is_measured_up_to_the_moment_of_the_report() -> None:
    early = flood_report(STORY[:5], now=20)
    arrive = target(early.targets, "arrive")
    assert (arrive.kept, arrive.took, arrive.met_at) == ("running", 16 * 60, None)
    assert target(flood_report(STORY[:5], now=60).targets, "arrive").kept == "overdue"


def test_decisions_are_told_with_the_reason_that_was_given() -> None:
    decided = [(line.act, line.words) for line in flood_report().decisions]
    assert decided == [
        ("triage", "Air sepinggang"),
        ("assign", ""),
        ("assign", ""),
        ("refuse", "not-ours:city"),
        ("resolve", "Pompa bekerja, air turun 40 cm"),
        ("verify", "Dilihat lewat kamera Antang"),
        ("close", "Warga sudah pulang"),
    ]


def test_a_step_that_was_skipped_is_told_with_its_reason_and_who_skipped_it() -> None:
    (procedure,) = flood_report().procedures
    done, skipped = (next(step for step in procedure.steps if step.state == state) for state in ("done", "skipped"))
    assert (done.by, done.words, done.ended) == ("Siti", "Lurah membenarkan", day(moment(3)))
    assert (skipped.by, skipped.words) == ("Siti", "Tidak ada jalan lain")
    assert len(procedure.steps) == 17


def test_what_is_not_there_is_said() -> None:
    assert missing() == {"steps-open": 15, "steps-skipped": 1, "entered-late": 1}
    assert missing(followed=False) == {"no-procedure": 1, "entered-late": 1}
    early = {each.what for each in flood_report(STORY[:2]).missing}
    assert early == {"not-closed", "nobody-sent", "steps-open", "steps-skipped"}
    unseen = flood_report(STORY[:9], followed=False).missing
    assert Missing("not-verified", 1) in unseen and Missing("not-closed", 1) in unseen


def test_a_decision_without_a_written_reason_is_counted() -> None:
    bare = Line(at=day(0), by="Siti", act="reopen")
    assert bare.lacks_reason
    assert not msgspec.structs.replace(bare, reason="Air naik lagi").lacks_reason
    assert not Line(at=day(0), by="Siti", act="close", outcome="prank").lacks_reason


@pytest.mark.parametrize("deed", [acts.Shelve, acts.Withdraw, acts.Refuse, acts.Reject, acts.BreakGlass, acts.Reopen])
def test_what_has_to_have_a_reason_is_known_to_the_report(deed: type[acts.Deed]) -> None:
    assert acts.act_word(deed()) in REASONED


def test_a_report_of_an_exercise_says_so() -> None:
    assert flood_report(exercise=True).exercise
    assert not flood_report().exercise
    case, told = flood_case()
    replayed = Sources(case=case, story=told, operations=makassar().operations, exercise=True)
    assert after_action(replayed, moment(200)).exercise


def test_the_same_commit_tells_the_same_story() -> None:
    assert flood_report() == flood_report()
    assert flood_report().position == 4711


def test_a_unit_is_called_by_its_name_and_one_that_left_the_roster_by_the_end_of_its_id() -> None:
    known, gone = "urn:ngsi-ld:Unit:makassar-damkar-1", "urn:ngsi-ld:Unit:makassar-damkar-2"
    case, told = flood_case()
    sources = Sources(case=case, story=told, operations=makassar().operations, units={known: "Damkar 1"})
    assert [sources.unit(id) for id in (known, gone, "")] == ["Damkar 1", "makassar-damkar-2", ""]
