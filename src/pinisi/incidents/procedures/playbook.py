"""A playbook as it is followed: steps with owners, clocks, decisions, checks, messages. Text in three languages.

docs/how-to/write-a-procedure.md shows how one is written.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Literal

import msgspec

from pinisi.city.text import Text
from pinisi.incidents.states import Severity

Start = Literal["by-person", "automatic"]
Comparison = Literal["equal", "above", "at-least", "below", "at-most"]
Channel = Literal["radio", "phone", "whatsapp", "sms", "e-mail", "siren", "public"]
Holding = Literal["some", "all", "none"]
Effect = Literal["tick", "warn"]

ROLES = ("operator", "supervisor", "call-taker", "lead")
"""Who of the War Room a step can belong to; `lead` is the incident's lead agency, whichever it is."""


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Public guidance that the playbook follows; its sentences are our own."""

    title: str
    publisher: str
    year: int
    note: str = ""


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """An attribute of an entity compares so. `type` and `attribute` are short names; `unit` is a UN/CEFACT code."""

    type: str
    attribute: str
    comparison: Comparison
    value: str | float
    unit: str | None = None


class When(msgspec.Struct, frozen=True, kw_only=True):
    """When it is proposed: each of the parts that are given has to fit.

    `categories` are `flood` or, with a sub-category, `fire/landfill`; `priority`: this one or a higher one (1 is the
    highest, 0: any); `injured`: at least so many. `subject` looks at what the incident is about; `subject_types` are
    types of it.
    """

    categories: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    priority: int = 0
    injured: int = 0
    subject_types: tuple[str, ...] = ()
    subject: Condition | None = None


class Escalation(msgspec.Struct, frozen=True):
    """Seconds after which a step that is still open is also somebody else's."""

    after: int
    to: str


class Answer(msgspec.Struct, frozen=True):
    """One answer of a decision, and the steps that it leads to."""

    id: str
    text: Text
    to: tuple[str, ...] = ()


class Decision(msgspec.Struct, frozen=True):
    question: Text
    answers: tuple[Answer, ...]


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """What the house looks at by itself while the step is open. It ticks the step or warns; it does nothing else.

    `near`: metres from the incident; `within`: in the same area of this level as the incident; neither: anywhere.
    `newer`: only values that were true in so many seconds before now. `least`: how many entities `some` asks for.
    """

    condition: Condition
    effect: Effect
    text: Text
    near: float = 0
    within: Literal["", "kelurahan", "kecamatan", "city"] = ""
    newer: int = 0
    holds: Holding = "some"
    least: int = 1


class Message(msgspec.Struct, frozen=True):
    """Words ready to be sent; `{places}` are filled with what is known of the incident."""

    channel: Channel
    to: str
    text: Text


class Action(msgspec.Struct, frozen=True):
    """A command of a service, always given by a person."""

    service: str
    name: str

    def __str__(self) -> str:
        return f"{self.service}.{self.name}"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that somebody has to do. It is open when all of `after` are over.

    `due` in seconds from then, 0 for none. `skippable`: whether it may be left out, with a reason.
    """

    id: str
    text: Text
    owner: str
    after: tuple[str, ...] = ()
    due: int = 0
    escalation: Escalation | None = None
    skippable: bool = True
    decision: Decision | None = None
    check: Check | None = None
    message: Message | None = None
    action: Action | None = None


class Playbook(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """`digest` is that of the file: two texts of the same version are told apart by it."""

    id: str
    version: int
    title: Text
    purpose: Text
    sources: tuple[Source, ...]
    start: Start
    when: When
    steps: tuple[Step, ...]
    digest: str = ""

    @cached_property
    def by_id(self) -> Mapping[str, Step]:
        return {step.id: step for step in self.steps}

    @cached_property
    def leading(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        """Step -> the decisions and answers that lead to it, where it is only followed after one of them."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for step in self.steps:
            for answer in step.decision.answers if step.decision else ():
                for target in answer.to:
                    found[target] = (*found.get(target, ()), (step.id, answer.id))
        return found
