"""A playbook of the city's folder: read, checked, all faults at once, each with file and line."""

import hashlib
import re
from pathlib import Path

import msgspec

from pinisi.incidents.procedures.forms import Form
from pinisi.incidents.procedures.messages import PLACES
from pinisi.incidents.procedures.playbook import (
    ROLES,
    Action,
    Answer,
    Channel,
    Check,
    Comparison,
    Condition,
    Decision,
    Effect,
    Escalation,
    Holding,
    Message,
    Playbook,
    Source,
    Start,
    Step,
    When,
)
from pinisi.incidents.procedures.way import MOST_COMBINATIONS, circle, combinations, unreachable
from pinisi.incidents.procedures.yaml_lines import BadDocument, Faults, bytes_of, read_lines
from pinisi.incidents.states import Severity

MOST_STEPS = 60
SEVERITIES: tuple[Severity, ...] = ("danger", "caution", "information")
_CATEGORY = re.compile(r"[a-z][a-z0-9-]{0,59}(/[a-z][a-z0-9-]{0,59})?")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,79}")
_ACTION = re.compile(r"([a-z][a-z0-9-]*)\.([a-zA-Z][a-zA-Z0-9-]*)")


class Known(msgspec.Struct, frozen=True):
    """What a playbook may name: agencies of the city, and categories (`fire`, `fire/landfill`). `None`: the city has no
    list of them."""

    agencies: frozenset[str] | None = None
    categories: frozenset[str] | None = None


class BadPlaybook(BadDocument):
    """The file is no playbook that can be followed; `faults` says all that is wrong."""


def read_playbook(path: Path, known: Known) -> Playbook:
    """Raises `BadPlaybook`."""
    return parse_playbook(bytes_of(path, BadPlaybook), path.name, known)


def parse_playbook(body: bytes, file: str, known: Known) -> Playbook:
    """The playbook in a file's bytes; `file` is its name, and has to be that of the playbook with `.yaml`.

    Raises:
        BadPlaybook: see there.
    """
    faults = Faults(file)
    playbook = _read(body, file, known, faults)
    if playbook is None or faults.all:
        raise BadPlaybook(faults.all)
    return playbook


def _read(body: bytes, file: str, known: Known, faults: Faults) -> Playbook | None:
    node = read_lines(body, faults)
    if node is None:
        return None
    reader = _Reader(known, faults)
    playbook = reader.playbook(Form(node, "", faults), file)
    reader.check(playbook)
    return msgspec.structs.replace(playbook, digest=hashlib.sha256(body).hexdigest()[:16])


class _Reader:
    """Reads one file; remembers the lines of what has to be looked at when all of it is known."""

    def __init__(self, known: Known, faults: Faults) -> None:
        self._known = known
        self._faults = faults
        self._lines: dict[str, int] = {}
        self._named: list[tuple[int, str, str]] = []
        self._before: str | None = None
        self._targets: set[str] = set()

    def playbook(self, form: Form, file: str) -> Playbook:
        id = form.name("id")
        if id and file != f"{id}.yaml":
            form.fault("id", f"the file of {id!r} has to be called {id}.yaml")
        playbook = Playbook(
            id=id,
            version=form.whole("version", 1, 1_000_000),
            title=form.text("title"),
            purpose=form.text("purpose"),
            sources=form.parts("sources", _source),
            start=form.choice("start", Start, "by-person"),
            when=form.part("when", self._when) or When(),
            steps=form.parts("steps", self._step),
        )
        if not form.has("when"):
            form.fault("when", "is missing")
        form.end()
        return playbook

    def check(self, playbook: Playbook) -> None:
        """What can only be said of the whole."""
        for line, field, id in self._named:
            if id not in playbook.by_id:
                self._faults.add(line, field, f"there is no step {id!r}")
        if len(playbook.steps) > MOST_STEPS:
            self._faults.add(0, "steps", f"has {len(playbook.steps)} steps: at most {MOST_STEPS}")
        elif round := circle(playbook):
            self._faults.add(self._lines[round[-1]], "steps", f"go in a circle: {' -> '.join(reversed(round))}")
        elif combinations(playbook) > MOST_COMBINATIONS:
            self._faults.add(0, "steps", f"have more than {MOST_COMBINATIONS} combinations of answers")
        else:
            for id in unreachable(playbook):
                self._faults.add(self._lines[id], f"step {id}", "no answer leads to it and what it comes after")

    def _when(self, form: Form) -> When:
        categories = form.words("category")
        for category in categories:
            if _CATEGORY.fullmatch(category) is None:
                form.fault("category", f"{category[:80]!r}: a category is expected, as flood or fire/landfill")
                continue
            if self._known.categories is not None and category not in self._known.categories:
                form.fault("category", f"{category!r} is no category of operations.toml")
        severities = self._severities(form)
        types = form.words("type")
        for type in types:
            _check_term(form, "type", type)
        subject = form.part("subject", _condition)
        priority, injured = form.whole("priority", 1, 5, 0), form.whole("injured", 1, 10_000, 0)
        if not (categories or severities or types or subject or priority or injured):
            form.fault("", "says nothing: category, severity, priority, injured, type or subject is expected")
        return When(
            categories=categories,
            severities=severities,
            priority=priority,
            injured=injured,
            subject_types=types,
            subject=subject,
        )

    def _severities(self, form: Form) -> tuple[Severity, ...]:
        given = form.names("severity")
        for severity in given:
            if severity not in SEVERITIES:
                form.fault("severity", f"{severity!r} is not among {', '.join(SEVERITIES)}")
        return tuple(severity for severity in SEVERITIES if severity in given)

    def _step(self, form: Form) -> Step:
        id = form.name("id")
        if id in self._lines:
            form.fault("id", f"there is a step {id!r} already, in line {self._lines[id]}")
        elif id:
            self._lines[id] = form.line_of("id")
        decision = form.part("decision", self._decision)
        message = form.part("message", self._message)
        step = Step(
            id=id,
            text=form.text("text"),
            owner=self._owner(form, "owner"),
            after=self._after(form, id),
            due=form.duration("due"),
            escalation=form.part("escalate", self._escalation),
            skippable=form.yes_no("skip", decision is None),
            decision=decision,
            check=form.part("check", self._check),
            message=message,
            action=_action(form),
        )
        if decision and step.skippable:
            form.fault("skip", "a decision cannot be skipped: nobody would know which way to go")
        if decision and step.check and step.check.effect == "tick":
            form.fault("check", "a decision is answered by a person: a check can only warn here")
        self._before = id
        return step

    def _after(self, form: Form, id: str) -> tuple[str, ...]:
        """As written; else the step before, or only the decision where an answer leads here."""
        given = form.names("after")
        for other in given:
            self._named.append((form.line_of("after"), form.place("after"), other))
        if form.has("after") or id in self._targets or self._before is None:
            return given
        return (self._before,)

    def _decision(self, form: Form) -> Decision:
        question, answers = form.text("question"), form.parts("answers", self._answer)
        if len(answers) == 1:
            form.fault("answers", "a decision has at least two answers")
        ids = [answer.id for answer in answers]
        for id in {id for id in ids if ids.count(id) > 1}:
            form.fault("answers", f"there are two answers {id!r}")
        return Decision(question, answers)

    def _answer(self, form: Form) -> Answer:
        answer = Answer(form.name("id"), form.text("text"), form.names("to"))
        for target in answer.to:
            self._named.append((form.line_of("to"), form.place("to"), target))
            self._targets.add(target)
            if target in self._lines:
                form.fault("to", f"step {target!r} stands before this decision")
        return answer

    def _escalation(self, form: Form) -> Escalation:
        return Escalation(form.duration("after", optional=False), self._owner(form, "to"))

    def _check(self, form: Form) -> Check:
        check = Check(
            condition=_condition(form),
            effect=form.choice("then", Effect),
            text=form.text("text"),
            near=form.distance("near"),
            within=form.choice("within", ("kelurahan", "kecamatan", "city"), ""),
            newer=form.duration("newer"),
            holds=form.choice("holds", Holding, "some"),
            least=form.whole("least", 1, 10_000, 1),
        )
        if check.near and check.within:
            form.fault("near", "`near` and `within` do not go together")
        if check.least > 1 and check.holds != "some":
            form.fault("least", "only goes with `holds: some`")
        return check

    def _message(self, form: Form) -> Message:
        return Message(form.choice("channel", Channel), self._owner(form, "to", public=True), form.text("text", PLACES))

    def _owner(self, form: Form, name: str, *, public: bool = False) -> str:
        owner, agencies = form.name(name), self._known.agencies
        if not owner or owner in ROLES or (public and owner == "public"):
            return owner
        if agencies is not None and owner not in agencies:
            roles = ", ".join((*ROLES, "public") if public else ROLES)
            form.fault(name, f"{owner!r} is neither an agency of operations.toml nor one of {roles}")
        return owner


def _source(form: Form) -> Source:
    return Source(
        title=form.word("title"),
        publisher=form.word("publisher"),
        year=form.whole("year", 1900, 2100),
        note=form.word("note", optional=True),
    )


def _condition(form: Form) -> Condition:
    type, attribute = form.word("type"), form.word("attribute")
    _check_term(form, "type", type)
    _check_term(form, "attribute", attribute)
    condition = Condition(
        type=type,
        attribute=attribute,
        comparison=form.choice("is", Comparison),
        value=form.number_or_word("value"),
        unit=form.word("unit", optional=True) or None,
    )
    if condition.comparison != "equal" and isinstance(condition.value, str) and condition.value:
        form.fault("value", f"{condition.value!r}: a number is expected with `is: {condition.comparison}`")
    return condition


def _action(form: Form) -> Action | None:
    text = form.word("action", optional=True)
    found = _ACTION.fullmatch(text)
    if text and found is None:
        form.fault("action", f"{text!r}: a command as SERVICE.COMMAND is expected")
    return Action(found[1], found[2]) if found else None


def _check_term(form: Form, name: str, term: str) -> None:
    if term and _TYPE.fullmatch(term) is None:
        form.fault(name, f"{term[:80]!r}: a short name of the @context is expected, as FloodReport or floodDepth")
