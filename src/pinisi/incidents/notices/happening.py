"""Something that happened of which somebody may have to be told, and the notice that a rule makes of it. Pure."""

from collections.abc import Mapping
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

import msgspec

from pinisi.city.notices import AGENCY, LEAD, NAMED, NoticeRule, Occasion
from pinisi.city.text import Text
from pinisi.vocabulary.instant import MINUTE, Instant

NoticeState = Literal["told", "asks", "answered", "over", "unheard", "nobody"]
"""`told`: nobody has to answer; `asks`: somebody has, and has not yet; `answered`: a person said that he knows; `over`:
its cause ended first; `unheard`: nobody answered and nobody is left to be told; `nobody`: there was no contact.
"""


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """`key` is the same whenever the same thing is looked at again. `words` are what may stand in the places of a text:
    nothing in them names a person. `agency` and `unit` are those that it is about, `named` whom a procedure's step
    names, `late` how long ago a clock ended.
    """

    key: str
    on: Occasion
    at: Instant
    words: Mapping[str, Text | str]
    incident: str = ""
    about: str = ""
    priority: int = 0
    category: str = ""
    agency: str = ""
    unit: str = ""
    lead: str = ""
    named: str = ""
    clock: str = ""
    late: Instant = 0
    stage: int = 0
    exercise: bool = False


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule makes of one happening: to be told to the contacts of `to`, level by level.

    `about` is what it speaks of beside an incident (a source's card). `answer` is how long (microseconds) a level has
    to answer, 0: nobody has to. `level`: the last that was told; `next_at`: when the next one is, 0: no other is.
    """

    key: str
    rule: str
    on: Occasion
    at: Instant
    title: Text
    text: Text
    to: tuple[str, ...]
    then: tuple[str, ...] = ()
    incident: str = ""
    about: str = ""
    agency: str = ""
    unit: str = ""
    clock: str = ""
    priority: int = 0
    exercise: bool = False
    urgent: bool = False
    answer: Instant = 0
    level: int = 0
    next_at: Instant = 0
    state: NoticeState = "told"
    acknowledged_at: Instant = 0
    acknowledged_by: str = ""


def fits(rule: NoticeRule, happening: Happening) -> bool:
    """Whether every condition of the rule holds."""
    return (
        rule.on == happening.on
        and (not rule.priorities or happening.priority in rule.priorities)
        and (not rule.categories or happening.category in rule.categories)
        and (not rule.clocks or happening.clock in rule.clocks)
        and happening.stage >= rule.stage
        and happening.late >= rule.late_minutes * MINUTE
    )


def notice_of(rule: NoticeRule, happening: Happening, title: Text, text: Text) -> Notice:
    """The notice, before anybody is told."""
    return Notice(
        key=str(uuid5(NAMESPACE_URL, f"{happening.key} {rule.id}")),
        rule=rule.id,
        on=happening.on,
        at=happening.at,
        title=title,
        text=text,
        to=_groups(rule.to, happening),
        then=_groups(rule.then, happening),
        incident=happening.incident,
        about=happening.about,
        agency=happening.agency,
        unit=happening.unit,
        clock=happening.clock,
        priority=happening.priority,
        exercise=happening.exercise,
        urgent=rule.urgent,
        answer=round(rule.answer_minutes * MINUTE),
    )


def _groups(wanted: tuple[str, ...], happening: Happening) -> tuple[str, ...]:
    """With agencies and duties in the places of `agency`, `lead` and `named`."""
    meant = {AGENCY: happening.agency or happening.lead, LEAD: happening.lead}
    meant[NAMED] = meant[LEAD] if happening.named == LEAD else happening.named
    return tuple(dict.fromkeys(code for each in wanted if (code := meant.get(each, each))))
