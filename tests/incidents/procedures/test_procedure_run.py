"""A procedure that is followed: what is open, what an act makes of it, and what is refused."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playbook_at_hand import small, with_line

from pinisi.incidents.procedures.run import Finding, Run, RunAct, after, begun
from pinisi.incidents.procedures.run_clocks import due_at, escalates_at, escalating, next_escalation
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.vocabulary.instant import MINUTE

PLAYBOOK = small()
BEGIN = 1_000 * MINUTE


def act(name: str, minute: int = 1, **more: object) -> RunAct:
    told = {"act": name, "at": BEGIN + minute * MINUTE, "by": "account:ani", "name": "Ani", **more}
    return msgspec.convert(told, RunAct)


def start(*, drill: bool = False) -> Run:
    return begun("r1", "urn:ngsi-ld:Incident:1", PLAYBOOK, act("start", 0), drill=drill)


def walked(run: Run, *acts: RunAct) -> Run:
    for each in acts:
        run = after(run, PLAYBOOK, each)
    return run


def states(run: Run) -> dict[str, str]:
    return {step.id: run.progress(step.id).state for step in PLAYBOOK.steps}


def test_at_its_beginning_what_waits_for_nothing_is_open() -> None:
    assert states(start()) == {
        "confirm": "open",
        "ask": "waiting",
        "rescue": "waiting",
        "power": "waiting",
        "finish": "waiting",
    }


def test_what_comes_after_the_same_step_is_open_side_by_side() -> None:
    run = walked(start(), act("done", step="confirm"))
    assert (states(run)["ask"], states(run)["power"]) == ("open", "open")


def test_an_answer_opens_its_steps() -> None:
    run = walked(start(), act("done", step="confirm"), act("answer", step="ask", answer="yes-trapped"))
    assert (states(run)["rescue"], states(run)["finish"]) == ("open", "waiting")


def test_a_step_of_another_answer_is_passed_over_and_holds_up_nothing() -> None:
    run = walked(
        start(),
        act("done", step="confirm"),
        act("answer", step="ask", answer="no-trapped"),
        act("done", step="power"),
    )
    assert (states(run)["rescue"], states(run)["finish"]) == ("passed", "open")


def test_it_is_over_when_nothing_is_left() -> None:
    run = walked(
        start(),
        act("done", step="confirm"),
        act("answer", step="ask", answer="no-trapped"),
        act("skip", step="power", words="no power lines there"),
        act("done", 9, step="finish"),
    )
    assert (run.state, run.ended, run.ender) == ("finished", BEGIN + 9 * MINUTE, "Ani")
    with pytest.raises(ActDoesNotFit, match="over"):
        walked(run, act("done", step="finish"))


def test_who_did_what_and_when_is_kept() -> None:
    progress = walked(start(), act("done", 7, step="confirm", words="knee deep")).progress("confirm")
    assert (progress.name, progress.ended, progress.words) == ("Ani", BEGIN + 7 * MINUTE, "knee deep")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (act("done", step="finish"), "waiting, not open"),
        (act("done", step="nothing"), "there is no step 'nothing'"),
        (act("skip", step="confirm", words="no time"), "must not be skipped"),
        (act("answer", step="confirm", answer="yes"), "asks nothing"),
        (act("sent", step="confirm"), "has no message"),
        (act("command", step="confirm"), "has no command"),
        (act("pause"), "say why"),
        (act("cancel", words=" "), "say why"),
        (act("resume"), "not paused"),
        (act("reopen", step="confirm"), "nothing to take back"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_reason(wrong: RunAct, reason: str) -> None:
    with pytest.raises((ActDoesNotFit, BadAct), match=reason):
        after(start(), PLAYBOOK, wrong)


def test_a_skip_needs_a_reason_and_a_decision_one_of_its_answers() -> None:
    run = walked(start(), act("done", step="confirm"))
    with pytest.raises(BadAct, match="say why"):
        walked(run, act("skip", step="power"))
    with pytest.raises(BadAct, match="yes-trapped, no-trapped"):
        walked(run, act("done", step="ask"))
    with pytest.raises(BadAct, match="yes-trapped, no-trapped"):
        walked(run, act("answer", step="ask", answer="perhaps"))


def test_a_step_is_taken_back_while_nothing_after_it_is_done() -> None:
    run = walked(start(), act("done", step="confirm"), act("reopen", step="confirm"))
    assert (states(run)["confirm"], states(run)["ask"]) == ("open", "waiting")
    later = walked(start(), act("done", step="confirm"), act("done", step="power"))
    with pytest.raises(ActDoesNotFit, match="power"):
        walked(later, act("reopen", step="confirm"))


def test_a_changed_answer_leads_the_other_way() -> None:
    run = walked(
        start(),
        act("done", step="confirm"),
        act("answer", step="ask", answer="no-trapped"),
        act("reopen", step="ask"),
        act("answer", step="ask", answer="yes-trapped"),
    )
    assert states(run)["rescue"] == "open"


def test_a_paused_procedure_takes_no_step_and_its_clocks_stand_still() -> None:
    paused = walked(start(), act("pause", 5, words="power cut in the room"))
    with pytest.raises(ActDoesNotFit, match="paused"):
        walked(paused, act("done", step="confirm"))
    assert escalating(paused, PLAYBOOK, BEGIN + 900 * MINUTE) == []
    run = walked(paused, act("resume", 65))
    confirm = PLAYBOOK.by_id["confirm"]
    assert due_at(confirm, run.progress("confirm")) == BEGIN + 70 * MINUTE
    assert escalates_at(confirm, run.progress("confirm")) == BEGIN + 75 * MINUTE


def test_a_clock_counts_from_when_the_step_was_open_and_escalates_once() -> None:
    run = start()
    assert next_escalation(run, PLAYBOOK) == BEGIN + 15 * MINUTE
    assert escalating(run, PLAYBOOK, BEGIN + 15 * MINUTE - 1) == []
    assert escalating(run, PLAYBOOK, BEGIN + 15 * MINUTE) == ["confirm"]
    escalated = walked(run, act("escalate", 15, step="confirm"))
    assert escalating(escalated, PLAYBOOK, BEGIN + 99 * MINUTE) == []
    assert states(escalated)["confirm"] == "open"
    on = walked(escalated, act("done", 20, step="confirm"), act("answer", 21, step="ask", answer="yes-trapped"))
    assert next_escalation(on, PLAYBOOK) == BEGIN + 51 * MINUTE


def test_a_check_that_ticks_ends_its_step_and_one_that_warns_does_not() -> None:
    found = Finding(True, ("urn:ngsi-ld:FloodReport:1",), 1)
    ticked = walked(start(), act("check", step="confirm", check=found))
    assert states(ticked)["confirm"] == "done"
    warning = small(with_line("then: tick", "then: warn"))
    warned = after(
        begun("r1", "urn:i", warning, act("start", 0), drill=False), warning, act("check", step="confirm", check=found)
    )
    assert warned.progress("confirm").state == "open"
    assert warned.progress("confirm").finding == found


def test_a_check_that_does_not_hold_or_saw_nothing_ticks_nothing() -> None:
    for found in (Finding(False, (), 3), Finding(None)):
        assert states(walked(start(), act("check", step="confirm", check=found)))["confirm"] == "open"


def test_a_drill_is_marked_from_its_beginning() -> None:
    assert start(drill=True).drill and not start().drill


def test_a_run_is_the_same_after_it_was_kept_and_read_again() -> None:
    run = walked(start(drill=True), act("done", step="confirm"), act("answer", step="ask", answer="yes-trapped"))
    assert msgspec.json.decode(msgspec.json.encode(run), type=Run) == run


ACTS = st.sampled_from(["done", "answer", "skip", "reopen", "pause", "resume", "escalate", "sent", "check"])
STEPS = st.sampled_from([step.id for step in PLAYBOOK.steps])
ANSWERS = st.sampled_from(["yes-trapped", "no-trapped", ""])


@given(st.lists(st.tuples(ACTS, STEPS, ANSWERS), max_size=40))
@settings(max_examples=200)
def test_whatever_is_done_in_whatever_order_nothing_is_stuck(wishes: list[tuple[str, str, str]]) -> None:
    """A run that is not over has something open, however it came there, and no step is done before its forerunners."""
    run = start()
    for minute, (name, step, answer) in enumerate(wishes):
        try:
            run = after(run, PLAYBOOK, act(name, minute, step=step, answer=answer, words="why"))
        except (ActDoesNotFit, BadAct):
            continue
        now = states(run)
        assert run.state == "finished" or "open" in now.values()
        for each in PLAYBOOK.steps:
            if now[each.id] in ("open", "done", "skipped"):
                assert all(now[id] in ("done", "skipped", "passed") for id in each.after)
