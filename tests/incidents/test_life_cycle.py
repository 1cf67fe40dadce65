"""The life of an incident: which act fits which state, what it leads to, and how a story retells the record."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from pinisi.city.operations import VerificationRule
from pinisi.incidents import acts
from pinisi.incidents.acts import Act, AnyDeed, act_word, decoded_act, encoded_act
from pinisi.incidents.life_cycle import FROM, after, begun, fits, retold
from pinisi.incidents.record import Record, Sent
from pinisi.incidents.requirements import TEXT_LIMIT, ActDoesNotFit, BadAct
from pinisi.incidents.states import ALARM, OPEN, STATES, UNDER_WAY, State
from pinisi.incidents.verification import asked_of

SYSTEM_DEEDS: list[AnyDeed] = [acts.Return(), acts.Resume()]
DEEDS: list[AnyDeed] = [
    acts.Take(),
    acts.Give(),
    acts.Note(note="seen"),
    acts.Hand(to="account:budi", to_name="Budi"),
    *SYSTEM_DEEDS,
    acts.Shelve(reason="works", until=1_000),
    acts.Unshelve(),
    acts.Suppress(rule="parent down"),
    acts.Release(),
    acts.Open(),
    acts.Triage(priority=3, category="flood", lead="bpbd"),
    acts.Assign(agency="bpbd", role="lead"),
    acts.Withdraw(agency="pu"),
    acts.Accept(agency="pu"),
    acts.Refuse(agency="pu", reason="not-ours:nation"),
    acts.Arrive(agency="pu"),
    acts.Finish(agency="pu"),
    acts.Resolve(note="pumped"),
    acts.Verify(),
    acts.Reject(reason="still wet"),
    acts.BreakGlass(reason="alone at night"),
    acts.Review(),
    acts.Answer(note="called back"),
    acts.Close(reason="over"),
    acts.Reopen(reason="wet again"),
    acts.Merge(into="urn:other"),
    acts.Unmerge(reason="two places"),
    acts.Absorb(of="urn:third"),
    acts.CallAgain(),
    acts.Part(of="urn:merged"),
    acts.KeptApart(of="urn:merged"),
    acts.CallAgain(),
    acts.Task(task="call the school"),
    acts.Follow(procedure="flood", did="done", step="confirm"),
    acts.Told(contact="duty", way="email", became="taken", said="SMTP 250"),
]
BY_WORD = {act_word(deed): deed for deed in DEEDS}


def act(deed: AnyDeed | str, by: str = "ani", at: int = 100, **more: Any) -> Act:
    return Act(deed=BY_WORD[deed] if isinstance(deed, str) else deed, at=at, by=by, name=by.title(), **more)


def raised(begins: State = "unacknowledged", **more: Any) -> Record:
    return begun(Act(deed=acts.Raise(begins=begins, **more), at=1, by="rule", name="Rule"), 1)


SENT = Sent(agency="pu", state="accepted", sent_at=60, at=61)


def in_state(state: State) -> Record:
    """A record as it plausibly is in that state: owned by Siti where anybody owns it."""
    owned = {} if state in ("unacknowledged", "returned") else {"owner": "siti", "owner_name": "Siti"}
    known: dict[State, dict[str, Any]] = {
        "returned": {"over": True},
        "shelved": {"until": 900, "reason": "works"},
        "suppressed": {"suppressed_by": "rule"},
        "resolved": {"resolved_by": "siti", "asked": "priority"},
        "verified": {"resolved_by": "siti", "verified_by": "budi"},
        "closed": {"closed_by": "Siti", "closed_at": 90},
    }
    sent = {"sent": (SENT,)} if state in ("dispatched", "onScene", "resolved", "verified") else {}
    arrived = {"sent": (replace(SENT, state="onScene", arrived_at=70),)} if state == "onScene" else {}
    more = {**owned, **sent, **arrived, **known.get(state, {})}
    return Record(state, 1, "Rule", acts=5, caller=True, answered_at=50, absorbed=("urn:merged",), **more)


REFUSED = "-"
TABLE = """
             unacknowledged acknowledged returned shelved   suppressed open     triaged   dispatched onScene  resolved verified closed
take         acknowledged   acknowledged returned shelved   suppressed open     triaged   dispatched onScene  resolved verified -
give-back    -              -            -        -         -          -        -         -          -        -        -        -
note         =              =            =        =         =          =        =         =          =        =        =        =
call-again   =              =            =        =         =          =        =         =          =        =        =        -
task         =              =            =        =         =          =        =         =          =        =        =        -
hand         acknowledged   =            =        =         =          =        =         =          =        =        =        -
return       returned       returned     -        =         =          =        =         =          =        =        =        -
resume       -              -            unacknowledged - - - - - - - - -
shelve       shelved        shelved      shelved  -         -          -        -         -          -        -        -        -
unshelve     -              -            -        acknowledged -       -        -         -          -        -        -        -
suppress     suppressed     suppressed   suppressed -       suppressed     -        -         -          -        -        -        -
release      -              -            -        -         acknowledged -      -         -          -        -        -        -
open         open           open         open     open      open       -        -         -          -        -        -        -
triage       -              -            -        -         -          triaged  =         =          =        -        -        -
assign       -              -            -        -         -          -        dispatched =         =        -        -        -
withdraw     -              -            -        -         -          -        -         triaged    triaged  -        -        -
accept       -              -            -        -         -          -        -         -          -        -        -        -
refuse       -              -            -        -         -          -        -         triaged    -        -        -        -
arrive       -              -            -        -         -          -        -         onScene    -        -        -        -
finish       -              -            -        -         -          -        -         =          =        -        -        -
resolve      -              -            -        -         -          resolved resolved  resolved   resolved -        -        -
verify       -              -            -        -         -          -        -         -          -        verified -        -
reject       -              -            -        -         -          -        -         -          -        open     -        -
break-glass  -              -            -        -         -          -        -         -          -        verified -        -
review       -              -            -        -         -          -        -         -          -        -        -        -
answer       =              =            =        =         =          =        =         =          =        =        =        =
close        closed         closed       closed   closed    closed     -        -         -          -        -        closed   -
reopen       -              -            -        -         -          -        -         -          -        open     open     open
merge        closed         closed       closed   closed    closed     closed   closed    closed     closed   -        -        -
unmerge      -              -            -        -         -          -        -         -          -        -        -        -
absorb       =              =            =        =         =          =        =         =          =        -        -        -
part         =              =            =        =         =          =        =         =          =        =        =        =
keep-apart   =              =            =        =         =          =        =         =          =        =        =        =
call-again   =              =            =        =         =          =        =         =          =        =        =        -
procedure    =              =            =        =         =          =        =         =          =        =        =        =
told         =              =            =        =         =          =        =         =          =        =        =        =
"""  # noqa: E501
"""Every act of Ani in every state of an incident that Siti owns and resolved; `=`: the state stays, `-`: refused."""

LINES = [line.split() for line in TABLE.strip().splitlines()]
ROWS = {line[0]: dict(zip(LINES[0], line[1:], strict=True)) for line in LINES[1:]}


def test_the_table_has_every_act_and_every_state() -> None:
    assert ROWS.keys() == BY_WORD.keys()
    assert {act_word(deed()) for deed in FROM} == {*ROWS, "raise"}
    assert tuple(LINES[0]) == STATES


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("word", sorted(BY_WORD))
def test_every_act_in_every_state(word: str, state: State) -> None:
    expected, before = ROWS[word][state], in_state(state)
    if expected == REFUSED:
        with pytest.raises(ActDoesNotFit):
            after(before, act(word, alone=True))
        return
    done = after(before, act(word, alone=True))
    assert done.state == (state if expected == "=" else expected)
    assert done.acts == before.acts + 1
    assert word in fits(before)


def test_an_incident_begins_without_an_owner() -> None:
    assert raised() == Record("unacknowledged", 1, "Rule", since=1, acts=1, rang_at=1)
    assert raised("open").opened_at == 1


def test_whoever_takes_it_owns_it_from_then_on() -> None:
    taken = after(raised(), act("take"))
    assert (taken.state, taken.owner, taken.owner_name, taken.since) == ("acknowledged", "ani", "Ani", 100)
    assert after(taken, act("take", "budi")).owner == "budi"
    with pytest.raises(ActDoesNotFit, match="you own"):
        after(taken, act("take"))


def test_taking_is_undone_by_giving_back() -> None:
    taken = after(raised(), act("take"))
    assert replace(after(taken, act("give-back")), acts=1, since=1) == raised()
    opened = after(after(raised("open"), act("take")), act("give-back"))
    assert (opened.state, opened.owner) == ("open", "")
    with pytest.raises(ActDoesNotFit, match="only its owner"):
        after(taken, act("give-back", "budi"))


def test_shelving_is_undone_and_comes_back_as_it_was() -> None:
    shelved = after(raised(), act("shelve"))
    assert (shelved.state, shelved.until, shelved.reason) == ("shelved", 1_000, "works")
    back = after(shelved, act("unshelve"))
    assert (back.state, back.until, back.reason, back.rang_at) == ("unacknowledged", 0, "", 100)
    assert after(after(after(raised(), act("take")), act("shelve")), act("unshelve")).state == "acknowledged"


def test_a_condition_that_ends_while_it_is_shelved_comes_back_as_returned() -> None:
    ended = after(after(raised(), act("shelve")), act("return"))
    assert (ended.state, ended.over) == ("shelved", True)
    assert after(ended, act("unshelve")).state == "returned"


def test_a_returned_alarm_rings_again_when_its_condition_resumes() -> None:
    again = after(after(raised(), act("return")), act("resume", at=500))
    assert (again.state, again.over, again.rang_at) == ("unacknowledged", False, 500)
    owned = after(after(after(raised(), act("take")), act("return")), act("resume"))
    assert owned.state == "acknowledged"


def test_a_crew_without_account_owns_it_by_name() -> None:
    handed = after(raised(), act(acts.Hand(to_name="Regu 3")))
    assert (handed.owner, handed.owner_name, handed.state) == ("", "Regu 3", "acknowledged")


def test_the_one_who_opens_or_triages_what_nobody_owns_owns_it() -> None:
    assert after(raised(), act("open")).owner == "ani"
    assert after(raised("open"), act("triage")).owner == "ani"
    assert after(after(raised(), act("take", "budi")), act("open")).owner == "budi"


def test_a_milder_triage_does_not_spare_the_second_person() -> None:
    grave = after(raised("open"), act(acts.Triage(priority=1, injured=2)))
    mild = after(grave, act(acts.Triage(priority=4, injured=0)))
    assert (mild.priority, mild.injured, mild.gravest, mild.hurt) == (4, 0, 1, True)
    assert asked_of(VerificationRule(), "urn:x", mild) == "priority"


def test_the_first_sent_dispatches_the_first_arrived_is_on_scene_and_the_last_gone_waits_again() -> None:
    triaged = after(raised("open"), act("triage"))
    one = after(triaged, act(acts.Assign(agency="bpbd", role="lead"), at=110))
    two = after(one, act(acts.Assign(agency="pu"), at=120))
    assert (two.state, two.lead, two.dispatched_at) == ("dispatched", "bpbd", 110)
    there = after(two, act(acts.Arrive(agency="pu"), at=130))
    assert (there.state, there.on_scene_at) == ("onScene", 130)
    fewer = after(there, act(acts.Withdraw(agency="pu")))
    assert (fewer.state, fewer.on_scene_at) == ("dispatched", 0)
    none = after(fewer, act(acts.Refuse(agency="bpbd", reason="not-ours:nation")))
    assert (none.state, none.dispatched_at, none.active) == ("triaged", 0, ())
    again = after(none, act(acts.Assign(agency="pu"), at=140))
    assert [each.state for each in again.sent] == ["refused", "withdrawn", "sent"]


def test_units_of_one_agency_are_told_apart() -> None:
    triaged = after(raised("open"), act("triage"))
    both = triaged
    for unit in ("truck 1", "truck 2"):
        both = after(both, act(acts.Assign(agency="damkar", unit=unit)))
    there = after(both, act(acts.Arrive(agency="damkar", unit="truck 2")))
    assert [each.state for each in there.sent] == ["sent", "onScene"]
    with pytest.raises(ActDoesNotFit, match="sent already"):
        after(both, act(acts.Assign(agency="damkar", unit="truck 1")))
    with pytest.raises(ActDoesNotFit, match="was not sent"):
        after(both, act(acts.Accept(agency="damkar")))
    with pytest.raises(ActDoesNotFit, match="already"):
        after(there, act(acts.Arrive(agency="damkar", unit="truck 2")))


def resolved(asked: acts.Asked = "priority", **more: Any) -> Record:
    return after(after(raised("open", **more), act("triage")), act("resolve", asked=asked))


@pytest.mark.parametrize("word", ["verify", "reject"])
def test_nobody_verifies_his_own_work(word: str) -> None:
    with pytest.raises(ActDoesNotFit, match="second person"):
        after(resolved(), act(word, "ani"))
    handed = after(resolved(), act("hand"))
    for person in ("ani", "account:budi"):
        with pytest.raises(ActDoesNotFit, match="second person"):
            after(handed, act(word, person))
    assert after(handed, act(word, "cici")).state in ("verified", "open")


def test_what_has_to_be_verified_is_not_closed_before() -> None:
    with pytest.raises(ActDoesNotFit, match="second person"):
        after(resolved(), act("close", "budi"))
    assert after(resolved(""), act("close")).state == "closed"
    assert after(after(resolved(), act("verify", "budi")), act("close")).state == "closed"


def test_glass_is_broken_only_when_nobody_else_is_on_duty_and_another_reviews_it() -> None:
    with pytest.raises(ActDoesNotFit, match="on duty"):
        after(resolved(), act("break-glass"))
    broken = after(resolved(), act("break-glass", alone=True))
    assert (broken.state, broken.glass, broken.reviewed_at) == ("verified", "alone at night", 0)
    with pytest.raises(ActDoesNotFit, match="second person"):
        after(broken, act("review"))
    closed = after(broken, act("close"))
    reviewed = after(closed, act(acts.Review(upheld=False), "budi"))
    assert (reviewed.reviewed_by, reviewed.upheld, reviewed.state) == ("Budi", False, "closed")
    with pytest.raises(ActDoesNotFit, match="no broken glass"):
        after(reviewed, act("review", "budi"))


def test_nothing_closes_before_its_caller_is_answered_or_a_reason_stands() -> None:
    for how, answered in ((acts.Answer(note="called back"), True), (acts.Answer(reason="no number"), False)):
        owed = resolved("", caller=True)
        assert owed.answer_is_owed
        with pytest.raises(ActDoesNotFit, match="not answered"):
            after(owed, act("close"))
        done = after(after(owed, act(how)), act("close"))
        assert (done.state, bool(done.answered_at)) == ("closed", answered)
    with pytest.raises(ActDoesNotFit, match="nobody waits"):
        after(resolved(""), act("answer"))


@pytest.mark.parametrize("outcome", ["prank", "information"])
@pytest.mark.parametrize("begins", ["unacknowledged", "open"])
def test_a_prank_ends_with_one_key(outcome: acts.Outcome, begins: State) -> None:
    done = after(raised(begins, caller=True, priority=1), act(acts.Close(outcome=outcome)))
    assert (done.state, done.outcome, done.reason, done.owner) == ("closed", outcome, outcome, "ani")


def test_it_is_no_prank_once_people_were_sent_or_somebody_is_hurt() -> None:
    prank = act(acts.Close(outcome="prank"))
    for before in (in_state("dispatched"), in_state("resolved"), raised("open", injured=1)):
        with pytest.raises(ActDoesNotFit, match="resolve it"):
            after(before, prank)


def test_what_is_reopened_runs_anew_and_is_answered_anew() -> None:
    closed = after(after(resolved("", caller=True), act("answer")), act("close", at=150))
    again = after(closed, act("reopen", "budi", at=200))
    assert (again.state, again.opened_at, again.triaged_at, again.resolved_at, again.closed_at) == (
        "open",
        200,
        0,
        0,
        0,
    )
    assert again.answer_is_owed
    assert again.gravest == closed.gravest


def test_merging_hands_over_what_is_owed_and_is_undone() -> None:
    other = after(raised("open", caller=True, priority=1, injured=1), act("take"))
    merged = after(other, act("merge"))
    assert (merged.state, merged.outcome, merged.group, merged.before) == ("closed", "merged", "urn:other", "open")
    owed = act(acts.Absorb(of="urn:x", caller=True, gravest=1, hurt=True))
    kept = after(raised("open", priority=4), owed)
    assert (kept.absorbed, kept.answer_is_owed, kept.gravest, kept.hurt) == (("urn:x",), True, 1, True)
    with pytest.raises(ActDoesNotFit, match="merged"):
        after(merged, act("reopen"))
    back = after(merged, act("unmerge"))
    assert (back.state, back.outcome, back.group, back.owner) == ("open", "", "", "ani")
    assert after(kept, act(acts.Part(of="urn:x"))).absorbed == ()


def test_what_was_shelved_when_it_was_merged_does_not_come_back_shelved_without_an_end() -> None:
    back = after(after(in_state("shelved"), act("merge")), act("unmerge"))
    assert (back.state, back.until) == ("acknowledged", 0)


@pytest.mark.parametrize(
    ("deed", "field"),
    [
        (acts.Note(note="  "), "note"),
        (acts.Hand(to_name=" "), "to"),
        (acts.Shelve(until=500), "reason"),
        (acts.Shelve(reason="x", until=100), "until"),
        (acts.Suppress(), "rule"),
        (acts.Triage(), "priority"),
        (acts.Triage(priority=6), "priority"),
        (acts.Triage(priority=1, injured=-1), "injured"),
        (acts.Assign(), "agency"),
        (acts.Refuse(agency="pu"), "reason"),
        (acts.Resolve(), "note"),
        (acts.Reject(), "reason"),
        (acts.BreakGlass(reason=" "), "reason"),
        (acts.Answer(), "note"),
        (acts.Close(), "reason"),
        (acts.Close(outcome="merged"), "outcome"),
        (acts.Reopen(), "reason"),
        (acts.Merge(), "into"),
        (acts.Unmerge(), "reason"),
        (acts.Note(note="x" * (TEXT_LIMIT + 1)), "note"),
        (acts.Take(note="x" * (TEXT_LIMIT + 1)), "note"),
    ],
    ids=lambda value: value if isinstance(value, str) else act_word(value),
)
def test_an_act_that_lacks_something_names_it(deed: AnyDeed, field: str) -> None:
    with pytest.raises(BadAct) as bad:
        after(in_state("resolved"), act(deed))
    assert bad.value.field == field


# stories: whatever people wish, in whatever order

PEOPLE = ("ani", "budi", "cici")
WISHES = st.tuples(
    st.one_of(
        st.sampled_from(DEEDS),
        st.builds(acts.Triage, priority=st.integers(1, 5), injured=st.integers(0, 2)),
        st.builds(acts.Assign, agency=st.sampled_from(["pu", "bpbd"]), role=st.sampled_from(["lead", "support"])),
        st.builds(acts.Close, outcome=st.sampled_from(["prank", "information"])),
        st.builds(
            acts.Absorb, of=st.just("urn:y"), gravest=st.integers(0, 5), hurt=st.booleans(), caller=st.booleans()
        ),
        st.builds(acts.Raise, begins=st.sampled_from(["unacknowledged", "open"]), caller=st.booleans()),
    ),
    st.sampled_from(PEOPLE),
    st.booleans(),
)
RULE = VerificationRule(share=0.5)
FIRST = st.builds(
    acts.Raise,
    begins=st.sampled_from(["unacknowledged", "open"]),
    priority=st.integers(0, 5),
    injured=st.integers(0, 1),
    caller=st.booleans(),
)


def lived(first: acts.Raise, wishes: list[tuple[AnyDeed, str, bool]]) -> tuple[list[Act], list[Record]]:
    """The acts that were possible, and the record after each."""
    story = [Act(deed=first, at=1, by="rule", name="Rule")]
    records = [begun(story[0], 1)]
    for at, (deed, by, alone) in enumerate(wishes, start=2):
        asked = asked_of(RULE, "urn:ngsi-ld:Incident:x", records[-1]) if isinstance(deed, acts.Resolve) else ""
        done = act(deed, by, at, asked=asked, alone=alone)
        if isinstance(deed, acts.Raise):
            if records[-1].state != "closed":
                continue
            records.append(begun(done, records[-1].acts + 1))
        else:
            try:
                records.append(after(records[-1], done))
            except ActDoesNotFit:
                continue
        story.append(done)
    return story, records


@given(FIRST, st.lists(WISHES, max_size=40))
def test_a_story_retells_every_record_that_there_was(
    first: acts.Raise, wishes: list[tuple[AnyDeed, str, bool]]
) -> None:
    story, records = lived(first, wishes)
    kept = [decoded_act(encoded_act(done)) for done in story]
    assert kept == story
    assert retold(Record("unacknowledged", 0, ""), kept) == records
    assert [record.acts for record in records] == list(range(1, len(records) + 1))


@given(FIRST, st.lists(WISHES, max_size=60))
def test_no_story_breaks_the_rules_of_the_room(first: acts.Raise, wishes: list[tuple[AnyDeed, str, bool]]) -> None:
    story, records = lived(first, wishes)
    for before, done, now in zip(records, story[1:], records[1:], strict=False):
        check_state(now)
        if now.state == "closed" and before.state != "closed":
            check_end(before, done, now)
        if isinstance(done.deed, acts.Verify | acts.Reject):
            assert done.by not in (before.resolved_by, before.owner)
        if now.state == "verified" and before.state == "resolved" and not now.glass:
            assert now.verified_by != now.resolved_by
        if before.gravest and not isinstance(done.deed, acts.Raise):
            assert 0 < now.gravest <= before.gravest


def check_state(now: Record) -> None:
    assert (now.state == "shelved") == bool(now.until), "what is shelved has an end, and nothing else has"
    assert (now.state in ("dispatched", "onScene")) <= bool(now.active), "what is dispatched has somebody on the way"
    assert now.state not in UNDER_WAY or now.opened_at
    assert now.state != "triaged" or now.priority
    assert now.state == "closed" or now.outcome == ""
    assert now.state not in OPEN or not now.closed_at
    assert now.state != "unacknowledged" or not now.owner
    assert now.state != "returned" or now.over


def check_end(before: Record, done: Act, now: Record) -> None:
    assert now.closed_by and now.reason
    assert before.state in (*ALARM, "resolved", "verified") or now.outcome
    assert not (before.state == "resolved" and before.asked), "closed without the second person"
    assert not before.answer_is_owed or now.outcome, "closed before the caller was answered"
    assert now.outcome not in ("prank", "information") or not (before.hurt or before.active)


def test_the_story_of_one_from_outside_begins_without_being_raised() -> None:
    start = Record("unacknowledged", 7, "", since=7)
    assert [record.state for record in retold(start, [act("take"), act("close")])] == ["acknowledged", "closed"]


def test_stories_of_the_first_slice_are_read() -> None:
    lines = [
        b'{"act":"raise","at":1,"by":"system","name":"Pinisi"}',
        b'{"act":"take","at":2,"by":"account:ani","name":"Ani","note":"mine","reason":"left over"}',
        b'{"act":"hand","at":3,"by":"account:ani","name":"Ani","to":"account:budi","to_name":"Budi"}',
        b'{"act":"close","at":4,"by":"account:budi","name":"Budi","reason":"over"}',
    ]
    records = retold(Record("unacknowledged", 0, ""), map(decoded_act, lines))
    assert [record.state for record in records] == ["unacknowledged", "acknowledged", "acknowledged", "closed"]
    assert (records[-1].owner_name, records[-1].closed_by) == ("Budi", "Budi")
