"""The life of an incident: which act fits which state, and how a story retells the record."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinisi.incidents.life_cycle import (
    TEXT_LIMIT,
    Act,
    ActDoesNotFit,
    ActName,
    BadAct,
    Record,
    after,
    begun,
    retold,
)


def act(name: ActName, by: str = "ani", at: int = 2, **words: str) -> Act:
    given = {"note": {"note": "seen"}, "hand": {"to": "budi", "to_name": "Budi"}, "close": {"reason": "over"}}
    return Act(name, at, by, by.title(), **{**given.get(name, {}), **words})


RAISED = begun(act("raise", "rule", at=1), 1)
TAKEN = after(RAISED, act("take"))
CLOSED = after(TAKEN, act("close", at=3))


def test_an_incident_begins_without_an_owner() -> None:
    assert Record("unacknowledged", 1, "Rule", since=1, acts=1) == RAISED


def test_whoever_takes_it_owns_it_from_then_on() -> None:
    assert (TAKEN.state, TAKEN.owner, TAKEN.owner_name, TAKEN.since) == ("acknowledged", "ani", "Ani", 2)


def test_another_may_take_it_over() -> None:
    assert after(TAKEN, act("take", "budi", at=5)).owner == "budi"


def test_handing_on_makes_the_receiver_the_owner() -> None:
    handed = after(TAKEN, act("hand", at=4))
    assert (handed.owner, handed.owner_name, handed.since, handed.state) == ("budi", "Budi", 4, "acknowledged")
    with pytest.raises(ActDoesNotFit):
        after(handed, act("take", "budi"))


def test_a_crew_without_account_owns_it_by_name() -> None:
    handed = after(TAKEN, act("hand", to="", to_name="Regu 3"))
    assert (handed.owner, handed.owner_name) == ("", "Regu 3")


def test_closing_keeps_who_when_and_why() -> None:
    assert (CLOSED.state, CLOSED.closed_by, CLOSED.closed_at, CLOSED.reason) == ("closed", "Ani", 3, "over")


@pytest.mark.parametrize("name", ["take", "note", "hand", "close"])
def test_closed_incidents_stay_closed(name: ActName) -> None:
    with pytest.raises(ActDoesNotFit, match="closed"):
        after(CLOSED, act(name))


@pytest.mark.parametrize("name", ["hand", "close"])
def test_only_an_owned_incident_is_handed_on_or_closed(name: ActName) -> None:
    with pytest.raises(ActDoesNotFit, match="take it over first"):
        after(RAISED, act(name))


def test_a_note_may_be_added_before_anybody_owns_it() -> None:
    assert after(RAISED, act("note")) == Record("unacknowledged", 1, "Rule", since=1, acts=2)


def test_nobody_takes_what_is_his_already() -> None:
    with pytest.raises(ActDoesNotFit, match="you own"):
        after(TAKEN, act("take"))


@pytest.mark.parametrize(
    ("name", "words", "field"),
    [
        ("note", {"note": "  "}, "note"),
        ("hand", {"to": "", "to_name": " "}, "to"),
        ("close", {"reason": ""}, "reason"),
        ("note", {"note": "x" * (TEXT_LIMIT + 1)}, "note"),
        ("close", {"reason": "x" * (TEXT_LIMIT + 1)}, "reason"),
        ("take", {"note": "x" * (TEXT_LIMIT + 1)}, "note"),
    ],
)
def test_an_act_that_lacks_something_names_it(name: ActName, words: dict[str, str], field: str) -> None:
    with pytest.raises(BadAct) as bad:
        after(TAKEN, act(name, **words))
    assert bad.value.field == field


ACTS = st.tuples(st.sampled_from(["raise", "take", "note", "hand", "close"]), st.sampled_from(["ani", "budi", "cici"]))


@given(st.lists(ACTS, max_size=30))
def test_a_story_retells_every_record_that_there_was(wishes: list[tuple[ActName, str]]) -> None:
    story = [act("raise", "rule", at=1)]
    records = [begun(story[0], 1)]
    for at, (name, by) in enumerate(wishes, start=2):
        done = act(name, by, at)
        if name == "raise":
            if records[-1].state != "closed":
                continue
            records.append(begun(done, records[-1].acts + 1))
        else:
            try:
                records.append(after(records[-1], done))
            except ActDoesNotFit:
                continue
        story.append(done)
    assert retold(Record("unacknowledged", 0, ""), story) == records
    assert [record.acts for record in records] == list(range(1, len(records) + 1))


def test_the_story_of_one_from_outside_begins_without_being_raised() -> None:
    start = Record("unacknowledged", 7, "", since=7)
    assert [record.state for record in retold(start, [act("take"), act("close")])] == ["acknowledged", "closed"]
