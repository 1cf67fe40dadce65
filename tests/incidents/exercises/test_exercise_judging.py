"""How a room did: met, late, wrong, missed, or still time; judged from what was kept, without a clock of its own."""

import msgspec

from pinisi.city.text import Text
from pinisi.incidents.exercises.judging import Rung, Score, Seen, Worked, judge, score_of
from pinisi.incidents.exercises.script import Expectation, Inject, ReadingIn, RingIn, Script
from pinisi.incidents.record import Record, Sent
from pinisi.vocabulary.instant import SECOND

AT = 1_000 * SECOND
SAME = Text("x", "x", "x")
CALL = RingIn(number="0811", caller="x", spot=SAME, words=SAME)
SAVED = Rung(
    answered_at=AT + 9 * SECOND,
    saved_at=AT + 40 * SECOND,
    agent="Operator 1",
    kind="emergency",
    category="flood/houses",
    place="Katimbang",
    incident="i",
)
RECORD = Record(
    "triaged",
    AT,
    "x",
    triaged_at=AT + 400 * SECOND,
    category="flood",
    subcategory="people-trapped",
    dispatched_at=AT + 60 * SECOND,
    sent=(Sent(agency="damkar", sent_at=AT + 60 * SECOND),),
)


def script(*expected: Expectation, happening: RingIn | ReadingIn = CALL) -> Script:
    inject = Inject(id="a", at=0, title=SAME, happening=happening, expected=expected)
    other = Inject(id="b", at=0, title=SAME, happening=CALL)
    return Script(
        id="x", version=1, title=SAME, purpose=SAME, length=900, origins=(), players=(), units=(), feeds=(),
        injects=(inject, other),
    )  # fmt: skip


def seen(now: int = 500, over: int = 0, **more: object) -> Seen:
    told: dict[str, object] = {"given": {"a": AT}, "calls": {"a": SAVED}, "cases": {"a": Worked(id="i", record=RECORD)}}
    return Seen(now=AT + now * SECOND, over=over, **(told | more))  # type: ignore[arg-type]


def states(of: Script, what: Seen) -> list[tuple[str, int | None]]:
    return [(result.state, result.took) for result in judge(of, what)[0].results]


def test_what_was_done_in_time_is_met_and_later_is_late() -> None:
    wanted = script(Expectation(what="answered", within=15), Expectation(what="triaged", within=300))
    assert states(wanted, seen()) == [("met", 9), ("late", 400)]
    first = judge(wanted, seen())[0]
    assert (first.noticed, first.by, first.incident) == (9, "Operator 1", "i")


def test_what_was_not_done_waits_until_its_time_or_the_exercise_is_over() -> None:
    wanted = script(Expectation(what="verified", within=600), Expectation(what="closed"))
    assert states(wanted, seen(now=599)) == [("waiting", None), ("waiting", None)]
    assert states(wanted, seen(now=601)) == [("missed", None), ("waiting", None)]
    assert states(wanted, seen(now=300, over=AT + 200 * SECOND)) == [("missed", None), ("missed", None)]


def test_a_wrong_place_kind_or_agency_is_wrong_and_says_what_there_was() -> None:
    wanted = script(
        Expectation(what="place", wanted="Berua"),
        Expectation(what="kind", wanted="prank"),
        Expectation(what="dispatched", wanted="bpbd"),
        Expectation(what="dispatched", wanted="damkar", within=90),
    )
    results = judge(wanted, seen())[0].results
    assert [(result.state, result.got) for result in results] == [
        ("wrong", "Katimbang"),
        ("wrong", "emergency"),
        ("waiting", ""),
        ("met", "damkar"),
    ]


def test_a_category_counts_as_the_triage_corrected_it() -> None:
    wanted = script(Expectation(what="category", wanted="flood/people-trapped"))
    assert states(wanted, seen()) == [("met", 40)]
    untriaged = msgspec.structs.replace(RECORD, triaged_at=0)
    assert states(wanted, seen(cases={"a": Worked(id="i", record=untriaged)})) == [("wrong", 40)]


def test_a_call_joins_only_the_incident_that_it_is_about() -> None:
    wanted = script(Expectation(what="joins", wanted="b"))
    mine = Worked(id="i", record=RECORD)
    assert states(wanted, seen(cases={"a": mine, "b": mine})) == [("met", 40)]
    assert states(wanted, seen(cases={"a": mine, "b": Worked(id="j", record=RECORD)})) == [("wrong", 40)]


def test_an_alarm_is_noticed_when_somebody_takes_it_or_ends_it() -> None:
    wanted = script(
        Expectation(what="acknowledged", within=60), happening=ReadingIn(station="s", value=1)
    )  # fmt: skip
    taken = msgspec.structs.replace(RECORD, acknowledged_at=AT + 30 * SECOND, owner_name="Budi")
    first = judge(wanted, seen(calls={}, cases={"a": Worked(id="i", record=taken)}))[0]
    assert (first.noticed, first.by, first.results[0].state) == (30, "Budi", "met")


def test_nothing_is_expected_of_what_has_not_happened_yet() -> None:
    wanted = script(Expectation(what="answered", within=15))
    assert score_of(judge(wanted, seen(given={}))) == Score()
    assert score_of(judge(wanted, seen())) == Score(met=1)
