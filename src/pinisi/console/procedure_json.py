"""Procedures as docs/reference/console-api.md writes them: playbooks, runs with their steps and clocks, tasks."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pinisi.city.text import Text
from pinisi.console.incident_json import incident_json, text_json
from pinisi.console.town import Town
from pinisi.incidents.incident import EXERCISE, word_of
from pinisi.incidents.procedures.followed import Followed
from pinisi.incidents.procedures.messages import Facts, filled
from pinisi.incidents.procedures.playbook import Check, Decision, Message, Playbook, Step
from pinisi.incidents.procedures.run import Progress, Run
from pinisi.incidents.procedures.run_clocks import due_at, escalates_at
from pinisi.incidents.procedures.shelf import Shelf
from pinisi.incidents.procedures.tasks import Task
from pinisi.incidents.queue import Case
from pinisi.vocabulary.instant import SECOND, Instant, format_instant

Json = dict[str, Any]


def playbook_json(playbook: Playbook) -> Json:
    """What a list says of a playbook."""
    return {
        "id": playbook.id,
        "version": playbook.version,
        "title": text_json(playbook.title),
        "purpose": text_json(playbook.purpose),
        "start": playbook.start,
        "steps": len(playbook.steps),
    }


def whole_playbook_json(town: Town, playbook: Playbook) -> Json:
    """All of it, as it would be followed."""
    return {
        **playbook_json(playbook),
        "digest": playbook.digest,
        "sources": [
            {"title": source.title, "publisher": source.publisher, "year": source.year, "note": source.note or None}
            for source in playbook.sources
        ],
        "steps": [_step_json(town, step) for step in playbook.steps],
    }


def shelf_json(shelf: Shelf) -> Json:
    return {
        "procedures": [playbook_json(playbook) for playbook in shelf.playbooks],
        "faults": [
            {"file": fault.file, "line": fault.line or None, "field": fault.field or None, "reason": fault.reason}
            for fault in shelf.faults
        ],
    }


def run_json(town: Town, case: Case, followed: Followed, shelf: Shelf) -> Json:
    """A run with all its steps. `newer`: the version that the city's folder has now, where its text is another."""
    run, playbook = followed.run, followed.playbook
    facts = facts_of(town, case)
    newest = shelf.by_id.get(playbook.id)
    counted = [step for step in playbook.steps if run.progress(step.id).state != "passed"]
    return {
        "id": run.id,
        "incident": run.incident,
        "procedure": playbook.id,
        "version": playbook.version,
        "newer": newest.version if newest is not None and newest.digest != playbook.digest else None,
        "title": text_json(playbook.title),
        "state": run.state,
        "drill": run.drill,
        "startedAt": format_instant(run.started),
        "startedBy": run.name,
        "endedAt": _moment(run.ended),
        "endedBy": run.ender or None,
        "pausedAt": _moment(run.paused),
        "reason": run.reason or None,
        "done": sum(run.progress(step.id).state in ("done", "skipped") for step in counted),
        "of": len(counted),
        "steps": [_followed_step(town, run, step, facts) for step in playbook.steps],
    }


def task_json(town: Town, case: Case, task: Task, *, mine: bool) -> Json:
    """A task with enough of its incident to be recognized."""
    incident = incident_json(town, case)
    run = task.followed.run
    return {
        "incident": {key: incident[key] for key in ("id", "title", "severity", "priority", "area", "owner")},
        "mine": mine,
        "run": run.id,
        "procedure": text_json(task.followed.playbook.title),
        "drill": run.drill,
        "step": task.step.id,
        "text": text_json(task.step.text),
        "owners": [owner_json(town, owner) for owner in task.owners],
        "since": format_instant(task.progress.since),
        "dueAt": _moment(task.due),
        "escalatesAt": _moment(task.escalates),
        "escalatedAt": _moment(task.progress.escalated),
    }


def owner_json(town: Town, owner: str) -> Json:
    """`name` is that of an agency; roles are named by the console."""
    agency = town.profile.operations.agency(owner)
    return {"code": owner, "name": None if agency is None else text_json(agency.name)}


def facts_of(town: Town, case: Case) -> Facts:
    """What a message may say of an incident: nothing that names a person."""
    incident = incident_json(town, case)
    operations, record = town.profile.operations, case.record
    category, lead = operations.category(record.category), operations.agency(record.lead)
    words: dict[str, Text | str] = {
        "incident": Text(**incident["title"]) if incident["title"].keys() == {"id", "en", "ja"} else "",
        "place": incident["area"] or _coordinates(incident["location"]),
        "time": local_time(town, record.raised_at),
        "severity": _SEVERITIES.get(incident["severity"], ""),
        "category": category.name if category else "",
        "lead": lead.name if lead else "",
        "city": town.profile.city.name,
        "number": short_number(run_incident=case.entity.id),
    }
    return Facts(words)


_SEVERITIES: Mapping[str, Text] = {
    "danger": Text("bahaya", "danger", "危険"),
    "caution": Text("waspada", "caution", "注意"),
    "information": Text("informasi", "information", "情報"),
}


def short_number(run_incident: str) -> str:
    """The end of an incident's id, short enough to be read out over the radio."""
    return run_incident.rpartition(":")[2][:8].upper()


def is_exercise(town: Town, case: Case) -> bool:
    """Whether what is done here must not reach anybody outside."""
    return town.exercise or word_of(case.entity, EXERCISE) is True


def _coordinates(location: Any) -> str:
    return f"{location[1]:.5f}, {location[0]:.5f}" if isinstance(location, list | tuple) else ""


def local_time(town: Town, moment: Instant) -> Text:
    """Hour and day in the city, as each language writes them."""
    local, zone = datetime.fromtimestamp(moment / SECOND, UTC).astimezone(town.profile.zone), town.profile.city
    return Text(
        f"{local:%H.%M} {zone.time_zone_name}, {local:%d/%m/%Y}",
        f"{local:%H:%M} {zone.time_zone_name}, {local.day} {_MONTHS[local.month - 1]} {local.year}",
        f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}（{zone.time_zone_name}）",
    )


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _followed_step(town: Town, run: Run, step: Step, facts: Facts) -> Json:
    progress = run.progress(step.id)
    return {
        **_step_json(town, step),
        "state": progress.state,
        "since": _moment(progress.since),
        "dueAt": _moment(due_at(step, progress)),
        "escalatesAt": _moment(escalates_at(step, progress)),
        "escalatedAt": _moment(progress.escalated),
        "endedAt": _moment(progress.ended),
        "by": progress.name or None,
        "answer": progress.answer or None,
        "words": progress.words or None,
        "command": progress.command or None,
        "check": _check_json(step.check, progress) if step.check else None,
        "message": _message_json(town, step.message, facts, progress, drill=run.drill) if step.message else None,
    }


def _step_json(town: Town, step: Step) -> Json:
    escalation = step.escalation
    return {
        "id": step.id,
        "text": text_json(step.text),
        "owner": owner_json(town, step.owner),
        "after": step.after,
        "due": step.due or None,
        "escalation": {"after": escalation.after, "to": owner_json(town, escalation.to)} if escalation else None,
        "skippable": step.skippable,
        "decision": _decision_json(step.decision) if step.decision else None,
        "action": str(step.action) if step.action else None,
        "check": _check_json(step.check, None) if step.check else None,
        "message": _message_json(town, step.message, None, None, drill=False) if step.message else None,
    }


def _decision_json(decision: Decision) -> Json:
    return {
        "question": text_json(decision.question),
        "answers": [{"id": each.id, "text": text_json(each.text), "to": each.to} for each in decision.answers],
    }


def _check_json(check: Check, progress: Progress | None) -> Json:
    found = progress.finding if progress else None
    return {
        "text": text_json(check.text),
        "effect": check.effect,
        "holds": found.holds if found else None,
        "looked": found.looked if found else 0,
        "entities": found.entities if found else (),
    }


def _message_json(town: Town, message: Message, facts: Facts | None, progress: Progress | None, *, drill: bool) -> Json:
    return {
        "channel": message.channel,
        "to": owner_json(town, message.to),
        "text": text_json(message.text if facts is None else filled(message.text, facts, drill=drill)),
        "sentAt": _moment(progress.sent) if progress else None,
        "sentBy": (progress.sender or None) if progress else None,
    }


def _moment(at: Instant | None) -> str | None:
    return format_instant(at) if at else None
