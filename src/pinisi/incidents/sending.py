"""Whom an incident has asked to come: agencies and their units, and what became of each."""

from msgspec.structs import replace

from pinisi.incidents.acts import Accept, Act, Arrive, Assign, Finish, Refuse, Withdraw
from pinisi.incidents.record import GONE, Record, Sent
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.incidents.states import State

Sending = Assign | Withdraw | Accept | Refuse | Arrive | Finish


def after_sending(record: Record, act: Act) -> Record:
    """The record after an agency or unit was sent, or told of itself.

    The first that is sent makes the incident `dispatched`, the first that arrives `onScene`; when the last one has gone
    it waits for somebody to be sent again.

    Raises:
        ActDoesNotFit: it is sent already, was never sent, or has gone.
    """
    deed = act.deed
    if isinstance(deed, Assign):
        return _assigned(record, act, deed)
    assert isinstance(deed, Withdraw | Accept | Refuse | Arrive | Finish)
    before = next((each for each in record.active if (each.agency, each.unit) == (deed.agency, deed.unit)), None)
    if before is None:
        raise ActDoesNotFit(f"{deed.unit or deed.agency} was not sent here, or has gone")
    now = _moved(before, act, deed)
    sent = tuple(now if each is before else each for each in record.sent)
    return _in_state(replace(record, sent=sent), act)


def _assigned(record: Record, act: Act, deed: Assign) -> Record:
    if any((each.agency, each.unit) == (deed.agency, deed.unit) for each in record.active):
        raise ActDoesNotFit(f"{deed.unit or deed.agency} was sent already")
    new = Sent(agency=deed.agency, unit=deed.unit, role=deed.role, sent_at=act.at, at=act.at)
    lead = deed.agency if deed.role == "lead" else record.lead
    led = replace(record, lead=lead, sent=(*record.sent, new))
    return _in_state(led, act)


def _moved(before: Sent, act: Act, deed: Withdraw | Accept | Refuse | Arrive | Finish) -> Sent:
    if isinstance(deed, Accept):
        _only(before, ("sent",))
        return replace(before, state="accepted", at=act.at, accepted_at=act.at)
    if isinstance(deed, Refuse):
        _only(before, ("sent", "accepted"))
        return replace(before, state="refused", at=act.at, reason=deed.reason)
    if isinstance(deed, Arrive):
        _only(before, ("sent", "accepted"))
        return replace(before, state="onScene", at=act.at, arrived_at=act.at, accepted_at=before.accepted_at or act.at)
    if isinstance(deed, Finish):
        _only(before, ("accepted", "onScene"))
        return replace(before, state="finished", at=act.at)
    _only(before, ("sent", "accepted", "onScene"))
    return replace(before, state="withdrawn", at=act.at, reason=deed.reason)


def _only(before: Sent, states: tuple[str, ...]) -> None:
    if before.state not in states:
        raise ActDoesNotFit(f"{before.unit or before.agency} is {before.state} already")


def _in_state(record: Record, act: Act) -> Record:
    """The state that follows from what became of all who were sent."""
    state: State = "triaged"
    if any(each.state not in GONE for each in record.sent):
        state = "onScene" if any(each.arrived_at and each.state not in GONE for each in record.sent) else "dispatched"
    if state == record.state:
        return record
    moved = replace(record, state=state, since=act.at)
    if state == "triaged":
        return replace(moved, dispatched_at=0, on_scene_at=0)
    if state == "dispatched":
        return replace(moved, dispatched_at=record.dispatched_at or act.at, on_scene_at=0)
    return replace(moved, on_scene_at=record.on_scene_at or act.at)
