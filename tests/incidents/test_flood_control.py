"""Which group calls an operator, which waits, which only changes a list."""

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.incidents.grouping.flood_control import FloodControl, Notice
from pinisi.incidents.grouping.grouping import Grouping
from pinisi.incidents.grouping.happening import GRAVITY, Happening, Severity
from pinisi.incidents.grouping.rules import Load, default_rules
from pinisi.incidents.grouping.wording import why_noticed
from pinisi.vocabulary.instant import DAY, HOUR, MINUTE, Instant, parse_instant

sys.path.insert(0, str(Path(__file__).parents[2] / "bench"))

from load.flood_alarms import Alarmed, alarmed, happening, turns
from load.flood_archive import FloodArchive

NOON = parse_instant("2026-11-25T04:00:00Z")
DEGREES_A_KM = 1 / 110.574


class Room:
    """The two engines as the queue uses them; places are kilometres north of the harbour."""

    def __init__(self, load: Load | None = None) -> None:
        rules = default_rules()
        assert rules.load is not None
        self.grouping = Grouping(rules)
        self.control = FloodControl(load or rules.load)
        self.turned: list[Notice] = []
        self._number = 0

    def hears(self, km: float, minutes: float = 0, severity: Severity = "caution", kind: str = "flood") -> Notice:
        self._number += 1
        now = NOON + round(minutes * MINUTE)
        lat = -5.15 + km * DEGREES_A_KM
        id = f"{self._number}"
        event = Happening(id=id, kind=kind, at=now, severity=severity, lon=119.43, lat=lat)
        self.turned += turns(self.control, until=now)
        return self.control.take(event, self.grouping.add(event, now), self.grouping.family_of(kind), now)


@pytest.fixture
def room() -> Room:
    return Room()


def busy(room: Room) -> None:
    """All three operators have just been called, far away."""
    for km in (100, 200, 300):
        assert room.hears(km).outcome == "called"


def test_the_first_report_calls_the_next_ones_change_a_list(room: Room) -> None:
    first, second, third = room.hears(0), room.hears(0.2, 1), room.hears(2, 2)
    assert (first.outcome, first.reason, first.operator) == ("called", "first", 0)
    assert (second.outcome, second.of) == ("listed", "1")
    assert (third.group, third.outcome, third.of) == ("3", "part-of", "1")
    assert room.hears(5, 3).outcome == "called"


def test_another_kind_of_event_is_not_part_of_the_flood(room: Room) -> None:
    room.hears(0)
    assert room.hears(0, 1, kind="fire").outcome == "called"


def test_operators_are_called_in_turn_and_the_fourth_alarm_waits(room: Room) -> None:
    assert [room.hears(km).operator for km in (0, 10, 20)] == [0, 1, 2]
    fourth = room.hears(30, 1)
    assert (fourth.outcome, fourth.reason, fourth.wants, fourth.operator) == ("waits", "busy", "first", None)
    assert room.control.waiting() == ["4"]
    assert room.control.next_due() == NOON + 10 * MINUTE
    assert room.control.due(NOON + 9 * MINUTE) == []
    (turn,) = room.control.due(NOON + 10 * MINUTE)
    assert (turn.group, turn.outcome, turn.reason, turn.wants, turn.operator) == ("4", "called", "its-turn", "first", 0)
    assert room.control.waiting() == []


def test_the_graver_then_the_larger_group_goes_first(room: Room) -> None:
    busy(room)
    for km in (10, 20, 20.1, 30):
        room.hears(km, 1)
    assert room.control.waiting() == ["5", "4", "7"]
    assert [notice.group for notice in turns(room.control)] == ["5", "4", "7"]


def test_danger_to_life_calls_at_once_whatever_else_goes_on(room: Room) -> None:
    busy(room)
    danger = room.hears(10, 1, "danger")
    assert (danger.outcome, danger.reason, danger.above_load) == ("called", "danger", True)
    assert room.hears(20, 2, "danger").operator != danger.operator


def test_danger_inside_a_known_group_calls_again(room: Room) -> None:
    busy(room)
    again = room.hears(100.1, 1, "danger")
    assert (again.group, again.outcome, again.reason) == ("1", "called-again", "danger")
    assert room.hears(100.2, 2, "danger").outcome == "listed"


def test_danger_in_a_part_of_a_flood_calls_for_itself(room: Room) -> None:
    room.hears(0, 0, "danger")
    beside = room.hears(2, 1, "danger")
    assert (beside.outcome, beside.reason) == ("called", "danger")


def test_danger_in_a_waiting_group_waits_no_longer(room: Room) -> None:
    busy(room)
    assert room.hears(10, 1).outcome == "waits"
    assert room.hears(10.1, 2, "danger").outcome == "called"
    assert room.control.waiting() == []


def test_information_calls_nobody_until_somebody_says_more(room: Room) -> None:
    assert (told := room.hears(0, 0, "information")).outcome == "no-call"
    assert told.operator is None
    assert room.hears(0.1, 1, "caution").outcome == "called"


def test_a_flood_that_has_grown_tenfold_calls_again(room: Room) -> None:
    outcomes = [room.hears(0.01 * step, step).outcome for step in range(12)]
    assert outcomes == ["called", *["listed"] * 8, "called-again", *["listed"] * 2]


def test_a_part_with_five_reports_calls_for_itself(room: Room) -> None:
    room.hears(0)
    outcomes = [room.hears(2 + 0.01 * step, 1 + step) for step in range(6)]
    assert [notice.outcome for notice in outcomes] == [*["part-of"] * 4, "called", "listed"]
    assert outcomes[4].reason == "larger"


def test_what_waits_and_lies_beside_a_new_alarm_need_not_call(room: Room) -> None:
    busy(room)
    room.hears(10, 1)
    room.hears(12, 2)
    called, needless = room.control.due(NOON + 10 * MINUTE)
    assert (called.group, called.outcome) == ("4", "called")
    assert (needless.group, needless.outcome, needless.of) == ("5", "part-of", "4")


def test_what_has_waited_an_hour_is_next() -> None:
    room = Room(Load(operators=1))
    room.hears(0)
    room.hears(50, 1)
    for step in range(30):
        room.hears(100 + 10 * (step // 2), 2 + 2 * step)
    turned = [notice for notice in room.turned + turns(room.control) if notice.operator is not None]
    (small,) = [notice for notice in turned if notice.group == "2"]
    assert small.at == NOON + 70 * MINUTE
    assert turned.index(small) > 0


def test_a_closed_incident_covers_nothing(room: Room) -> None:
    room.hears(0)
    room.grouping.close("1")
    room.control.close("1")
    assert room.hears(0, 1).outcome == "called"
    room.control.close("unknown")


def test_a_flood_that_was_quiet_for_hours_calls_anew(room: Room) -> None:
    room.hears(0)
    assert room.hears(2, 179).outcome == "part-of"
    assert room.hears(2.2, 179 + 181).outcome == "called"


def test_a_larger_shift_takes_more(room: Room) -> None:
    busy(room)
    room.control.staff(5)
    assert [room.hears(km, 1).outcome for km in (10, 20, 30)] == ["called", "called", "waits"]
    room.control.staff(1)
    assert room.hears(40, 9).outcome == "waits"


def test_quiet_groups_are_let_go_and_waiting_ones_are_kept() -> None:
    room = Room(Load(operators=1))
    room.hears(0)
    room.hears(50, 1)
    assert room.control.waiting() == ["2"]
    for step in range(8):
        room.control.take(*later(room, step))
    assert room.control.waiting()[0] == "2"


def later(room: Room, step: int) -> tuple[Happening, object, object, Instant]:
    now = NOON + 3 * DAY + step * MINUTE
    event = Happening(id=f"later {step}", kind="flood", at=now, lon=100.0 + step, lat=0.0)
    return event, room.grouping.add(event, now), room.grouping.family_of("flood"), now


def most_in_a_window(calls: Sequence[Notice]) -> int:
    return Alarmed([], calls).most_at_once()


kinds = st.sampled_from(["flood", "fire", "health"])
severities = st.sampled_from(["information", "caution", "caution", "caution", "danger"])
storms = st.lists(st.tuples(st.floats(0, 40), st.floats(0, 20), severities, kinds), max_size=60)


def storm(drawn: list[tuple[float, float, Severity, str]]) -> list[Happening]:
    minutes, events = 0.0, list[Happening]()
    for number, (km, gap, severity, kind) in enumerate(drawn):
        minutes += gap
        moment = NOON + round(minutes * MINUTE)
        lat = -5.15 + km * DEGREES_A_KM
        events.append(Happening(id=f"{number}", kind=kind, at=moment, severity=severity, lon=119.43, lat=lat))
    return events


@given(storms)
def test_no_storm_overloads_an_operator_or_loses_an_event(drawn: list[tuple[float, float, Severity, str]]) -> None:
    events = storm(drawn)
    found = alarmed(events, default_rules())
    assert most_in_a_window([notice for notice in found.calls if notice.reason != "danger"]) <= 1
    assert not any(notice.above_load and notice.reason != "danger" for notice in found.calls)
    assert [notice.event for notice in found.notices if notice.reason != "its-turn"].count("0") <= 2
    told = {notice.event for notice in found.notices}
    assert all(why_noticed(notice, Load()) for notice in found.notices)
    assert told >= {event.id for event in events}
    assert_nobody_in_danger_waits(events, found)
    assert_each_leads_to_an_incident(events, found)


@given(storms, st.floats(0, 1))
def test_after_a_restart_the_decisions_go_on_as_they_would_have(
    drawn: list[tuple[float, float, Severity, str]], share: float
) -> None:
    events = storm(drawn)
    before = alarmed(events, default_rules())
    stop = round(share * len(events))
    grouping, control = recalled(events[:stop], before)
    notices: list[Notice] = []
    for event in events[stop:]:
        notices += turns(control, until=event.at)
        joined = grouping.add(event, event.at)
        notices.append(control.take(event, joined, grouping.family_of(event.kind), event.at))
    notices += turns(control)
    assert notices == list(before.notices[len(before.notices) - len(notices) :])


def recalled(events: Sequence[Happening], before: Alarmed) -> tuple[Grouping, FloodControl]:
    """New engines that were told what was decided on these events, and on the turns between them."""
    rules = default_rules()
    grouping, control = Grouping(rules), FloodControl(rules.load or Load())
    left = {event.id: (event, joined) for event, joined in zip(events, before.joined, strict=False)}
    for notice in before.notices:
        if not left:
            break
        if notice.reason == "its-turn" or notice.event not in left:
            control.recall(notice)
            continue
        event, joined = left.pop(notice.event)
        grouping.recall(event, joined, notice.at)
        control.recall(notice, event, grouping.family_of(event.kind))
    return grouping, control


def assert_nobody_in_danger_waits(events: Sequence[Happening], found: Alarmed) -> None:
    """By the moment of a group's first danger its alarm says so."""
    group_of = {joined.event: joined.group for joined in found.joined}
    calls = [(notice.group, notice.at) for notice in found.calls if notice.reason == "danger"]
    for event in events:
        if event.severity == "danger":
            assert any(group == group_of[event.id] and at <= event.at for group, at in calls)


def assert_each_leads_to_an_incident(events: Sequence[Happening], found: Alarmed) -> None:
    """Every event of a group that is more than information is in an incident that called somebody."""
    group_of = {joined.event: joined.group for joined in found.joined}
    grave = {group_of[event.id] for event in events if GRAVITY[event.severity] > 0}
    incident_of = found.incident_of()
    assert all(event.id in incident_of for event in events if group_of[event.id] in grave)


def test_the_flood_of_jakarta_gives_three_operators_one_alarm_in_ten_minutes(shared_data: Path) -> None:
    events = [happening(report) for report in FloodArchive(shared_data / "flood").reports]
    found = alarmed(events, default_rules())
    assert len(events) == 1_204
    assert found.most_at_once() == 1
    assert not any(notice.above_load for notice in found.calls)
    incident_of = found.incident_of()
    assert incident_of.keys() == {event.id for event in events}
    assert set(incident_of.values()) == found.incidents
    assert len(found.incidents) < 200
    assert max(found.waits_min()) <= 60
    deep = [event.id for event in events if event.severity == "danger"]
    by_event = {notice.event: notice for notice in found.notices if notice.reason != "its-turn"}
    assert deep
    assert all(by_event[id].outcome in ("called", "called-again", "listed") for id in deep)
    assert Counter(found.outcomes())["called"] == len(found.incidents)
    assert HOUR < found.calls[-1].at - found.calls[0].at < 3 * DAY
