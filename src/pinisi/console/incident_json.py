"""An incident as docs/reference/console-api.md writes it: entity, record, clocks, and what fits it now."""

from typing import Any, cast

import msgspec

from pinisi.city.operations import Targets
from pinisi.city.text import Text
from pinisi.console.layers import point_of
from pinisi.console.town import Town
from pinisi.incidents.acts import Act, act_word
from pinisi.incidents.clocks import Clock, clocks_of, due_at, own_clocks
from pinisi.incidents.incident import DETAIL, EXERCISE, KIND, RULE, SEVERITY, SUBJECT, TITLE, word_of
from pinisi.incidents.life_cycle import fits
from pinisi.incidents.queue import Case
from pinisi.incidents.record import Record, Sent
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.terms import LOCATION


def incident_json(town: Town, case: Case) -> dict[str, Any]:
    entity, record = case.entity, case.record
    operations = town.profile.operations
    return {
        "id": entity.id,
        "title": _text(word_of(entity, TITLE)) or {},
        "detail": _text(word_of(entity, DETAIL)),
        "kind": word_of(entity, KIND) or "incident",
        "channel": record.channel,
        "state": record.state,
        "severity": word_of(entity, SEVERITY) or "information",
        "rule": _text(word_of(entity, RULE)),
        "area": town.area_name(case.areas),
        "areas": case.areas,
        "location": point_of(word_of(entity, LOCATION)),
        "subject": word_of(entity, SUBJECT),
        "exercise": word_of(entity, EXERCISE) is True,
        **_people(record),
        **_matter(record),
        "sent": [_sent_json(record, each, operations.targets) for each in record.sent],
        **_times(record),
        "dueAt": _moment(due_at(record, operations.targets)),
        "clocks": [clock_json(clock) for clock in clocks_of(record, operations.targets)],
        "fits": fits(record),
        "position": case.position,
    }


def _people(record: Record) -> dict[str, Any]:
    return {
        "raisedBy": record.raised_by,
        "owner": record.owner_name or None,
        "ownerId": record.owner or None,
        "resolvedBy": record.resolved_name or None,
        "resolvedById": record.resolved_by or None,
        "verifiedBy": record.verified_name or None,
        "closedBy": record.closed_by or None,
        "reviewedBy": record.reviewed_by or None,
    }


def _matter(record: Record) -> dict[str, Any]:
    return {
        "priority": record.priority or None,
        "category": record.category or None,
        "subcategory": record.subcategory or None,
        "injured": record.injured,
        "leadAgency": record.lead or None,
        "supportingAgencies": sorted({each.agency for each in record.active} - {record.lead}),
        "conditionEnded": record.over,
        "suppressedBy": record.suppressed_by or None,
        "group": record.group or None,
        "absorbed": record.absorbed,
        "asked": record.asked or None,
        "glass": record.glass or None,
        "upheld": record.upheld if record.reviewed_at else None,
        "caller": record.caller,
        "answerOwed": record.answer_is_owed,
        "unanswered": record.unanswered or None,
        "outcome": record.outcome or None,
        "reason": record.reason or None,
    }


def _times(record: Record) -> dict[str, Any]:
    return {
        "raisedAt": format_instant(record.raised_at),
        "since": format_instant(record.since or record.raised_at),
        "shelvedUntil": _moment(record.until),
        "acknowledgedAt": _moment(record.acknowledged_at),
        "openedAt": _moment(record.opened_at),
        "triagedAt": _moment(record.triaged_at),
        "dispatchedAt": _moment(record.dispatched_at),
        "onSceneAt": _moment(record.on_scene_at),
        "resolvedAt": _moment(record.resolved_at),
        "verifiedAt": _moment(record.verified_at),
        "answeredAt": _moment(record.answered_at),
        "reviewedAt": _moment(record.reviewed_at),
        "closedAt": _moment(record.closed_at),
    }


def _sent_json(record: Record, sent: Sent, targets: Targets) -> dict[str, Any]:
    accept, arrive = own_clocks(record, sent, targets)
    return {
        "agency": sent.agency,
        "unit": sent.unit or None,
        "role": sent.role,
        "state": sent.state,
        "sentAt": _moment(sent.sent_at),
        "acceptedAt": _moment(sent.accepted_at),
        "arrivedAt": _moment(sent.arrived_at),
        "finishedAt": _moment(sent.at if sent.state == "finished" else 0),
        "acceptBy": format_instant(accept.due),
        "arriveBy": format_instant(arrive.due),
        "since": _moment(sent.at),
        "reason": sent.reason or None,
    }


def clock_json(clock: Clock) -> dict[str, Any]:
    return {
        "clock": clock.name,
        "since": format_instant(clock.since),
        "due": format_instant(clock.due),
        "metAt": _moment(clock.met_at),
        "agency": clock.agency or None,
        "unit": clock.unit or None,
    }


def act_json(act: Act) -> dict[str, Any]:
    """One line of the story: what every deed has first, then its own members as they are written."""
    told = {name: value for name, value in msgspec.to_builtins(act.deed).items() if name != "to_name"}
    hand = getattr(act.deed, "to_name", "") or getattr(act.deed, "to", "")
    if until := told.pop("until", 0):
        told["until"] = format_instant(until)
    return {
        "reason": None,
        **told,
        "at": format_instant(act.at),
        "enteredAt": _moment(act.entered_at),
        "by": act.name,
        "act": act_word(act.deed),
        "note": act.deed.note or None,
        "to": hand or None,
        "asked": act.asked or None,
    }


def text_json(text: Text) -> dict[str, str]:
    return {"id": text.id, "en": text.en, "ja": text.ja}


def in_every_language(words: str) -> dict[str, str]:
    """What somebody typed, in the language that he typed it in: nobody has translated it."""
    return dict.fromkeys(("id", "en", "ja"), words)


def _text(value: Any) -> dict[str, str] | None:
    """Words in every language, also of an incident that came from outside with words in none."""
    if isinstance(value, str):
        return in_every_language(value)
    return cast("dict[str, str]", value) if isinstance(value, dict) else None


def _moment(at: Instant) -> str | None:
    return format_instant(at) if at else None
