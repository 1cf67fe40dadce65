"""What tells whom in a city: `notices.toml`, read and checked. A city without the file tells nobody by itself.

docs/reference/notices.md has every field.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec
from msgspec import Meta

from pinisi.city.errors import CityError
from pinisi.city.operations import Operations
from pinisi.city.reading import read_toml
from pinisi.city.text import Text, strange_place

FILE = "notices.toml"

Occasion = Literal[
    "raised", "assigned", "withdrawn", "overdue", "step", "message", "stage", "warning", "source", "fault", "test"
]
"""What happened: an incident is as grave as the rule says, an agency was sent or called back, a clock ended, a step of
a procedure escalated, the message of one was sent, the stage was changed, a warning went out, a source went quiet, rows
wait in quarantine, somebody tries his own address."""
ClockWord = Literal["acknowledge", "triage", "dispatch", "arrive", "resolve", "verify", "answer", "accept"]

DUTIES = ("operator", "supervisor", "call-taker", "technician", "steward", "public")
"""Who can be told beside the agencies: duties of the room, and whoever passes on what is meant for everyone."""
AGENCY, LEAD, NAMED = "agency", "lead", "named"
"""Places of `to`: the agency that it is about, the one that leads, and whom the procedure's step names."""

_INCIDENT = frozenset({"incident", "place", "time", "severity", "category", "city", "number", "lead", "priority"})
PLACES: Mapping[Occasion, frozenset[str]] = {
    "raised": _INCIDENT,
    "assigned": _INCIDENT | {"agency", "unit"},
    "withdrawn": _INCIDENT | {"agency", "unit"},
    "overdue": _INCIDENT | {"agency", "clock", "minutes"},
    "step": _INCIDENT | {"procedure", "step"},
    "message": _INCIDENT | {"procedure", "message"},
    "stage": frozenset({"city", "time", "stage", "word", "reason"}),
    "warning": frozenset({"city", "time", "kind", "headline", "description", "instruction"}),
    "source": frozenset({"city", "time", "source", "state"}),
    "fault": frozenset({"city", "time", "source"}),
    "test": frozenset({"city", "time"}),
}
"""What may stand in braces in the words of each."""


class Wording(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How it is told: the subject of a mail, and the text. A text may be left out where the title says it all."""

    title: Text
    text: Text


class Bundle(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A contact gets at most `most` messages in `minutes`; what comes beyond waits and comes as one. Urgent ones never
    wait.
    """

    minutes: Annotated[float, Meta(gt=0, le=1440)] = 10
    most: Annotated[int, Meta(ge=1, le=1000)] = 5


class NoticeRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """On what is told to whom. Every condition that is written has to hold.

    `to` and `then` are agencies, duties, or the places `agency`, `lead`, `named`. `urgent`: quiet hours and bundles do
    not hold it back. `answer_minutes`: so long the first level has to say that it knows; then the next is told, in the
    end those of `then`; 0: nobody has to. `late_minutes`: so long after a clock's end. `stage`: this one or higher.
    """

    id: str
    on: Occasion
    to: tuple[str, ...]
    then: tuple[str, ...] = ()
    priorities: tuple[Annotated[int, Meta(ge=1, le=5)], ...] = ()
    categories: tuple[str, ...] = ()
    clocks: tuple[ClockWord, ...] = ()
    stage: Annotated[int, Meta(ge=0, le=5)] = 0
    late_minutes: Annotated[float, Meta(ge=0, le=10_080)] = 0
    answer_minutes: Annotated[float, Meta(ge=0, le=10_080)] = 0
    urgent: bool = False


class Notices(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. `note` says what in it is the city's and what is ours; `words` replace the house's own."""

    note: Text | None = None
    bundle: Bundle = Bundle()
    rules: tuple[NoticeRule, ...] = ()
    words: dict[Occasion, Wording] = {}

    def on(self, occasion: Occasion) -> tuple[NoticeRule, ...]:
        return tuple(rule for rule in self.rules if rule.on == occasion)


NONE = Notices()


def read_notices(folder: Path, operations: Operations) -> Notices:
    """The notices of a city folder; none where it has no such file.

    Raises:
        CityError: naming the file, the field, and what is wrong with it.
    """
    path = folder / FILE
    if not path.is_file():
        return NONE
    notices = read_toml(path, Notices)
    for field, reason in _faults(notices, operations):
        raise CityError(path, field, reason)
    return notices


def groups_of(operations: Operations) -> tuple[str, ...]:
    """Everybody who can be told, by his code."""
    return (*(agency.code for agency in operations.agencies), *DUTIES)


def _faults(all: Notices, operations: Operations) -> Iterator[tuple[str, str]]:
    """Field and reason of all that the types cannot say."""
    ids = [rule.id for rule in all.rules]
    known = groups_of(operations)
    categories = [category.code for category in operations.categories]
    for number, rule in enumerate(all.rules):
        at = f"rules[{number}]"
        if rule.id in ids[:number] or not rule.id:
            yield f"{at}.id", f"{rule.id!r} occurs twice or is empty"
        if not rule.to:
            yield f"{at}.to", "names nobody"
        yield from _strangers(f"{at}.to", rule.to, {*known, *_places(rule.on)})
        yield from _strangers(f"{at}.then", rule.then, {*known, *_places(rule.on)})
        for code in rule.categories:
            if code not in categories:
                yield f"{at}.categories", f"{code!r} is not among the categories of operations.toml"
        yield from _idle(at, rule)
    for occasion, wording in all.words.items():
        for name in ("title", "text"):
            strange = strange_place(getattr(wording, name), PLACES[occasion])
            if strange is not None:
                yield f"words.{occasion}.{name}", strange


def _places(on: Occasion) -> tuple[str, ...]:
    """Which places of `to` mean somebody on such an occasion."""
    if on in ("assigned", "withdrawn", "overdue"):
        return AGENCY, LEAD
    if on in ("step", "message"):
        return NAMED, LEAD
    return (LEAD,) if on == "raised" else ()


def _idle(at: str, rule: NoticeRule) -> Iterator[tuple[str, str]]:
    """Conditions that mean nothing on such an occasion: whoever wrote them meant something else."""
    if rule.clocks and rule.on != "overdue":
        yield f"{at}.clocks", "has a meaning on overdue alone"
    if rule.late_minutes and rule.on != "overdue":
        yield f"{at}.late_minutes", "has a meaning on overdue alone"
    if rule.stage and rule.on != "stage":
        yield f"{at}.stage", "has a meaning on stage alone"
    if (rule.priorities or rule.categories) and PLACES[rule.on].isdisjoint({"incident"}):
        yield f"{at}.priorities", f"what happens on {rule.on} has neither a priority nor a category"
    if rule.then and not rule.answer_minutes:
        yield f"{at}.then", "is told when nobody answers: say after how many minutes (answer_minutes)"


def _strangers(field: str, codes: Collection[str], known: Collection[str]) -> Iterator[tuple[str, str]]:
    for code in codes:
        if code not in known:
            yield field, f"{code!r} is neither an agency, a duty ({', '.join(DUTIES)}) nor a place that fits here"


OCCASIONS: tuple[Occasion, ...] = get_args(Occasion)
