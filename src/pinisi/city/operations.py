"""How a city works on incidents: `operations.toml`, read and checked. A city without the file has the defaults.

What is ours and not the city's says so in the file ("default of Pinisi"); docs/reference/incidents.md has every field.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.reading import read_toml
from pinisi.city.text import Text, strange_place

FILE = "operations.toml"
HIGHEST, LOWEST = 1, 5
USUAL_PRIORITY = 3
MOST_NEEDED = 50
Severity = Literal["danger", "caution", "information"]
Level = Literal["city", "province", "nation"]
Scalar = str | int | float | bool


class Agency(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who comes when he is asked. `does` is what he does at an incident, `source` where that is written."""

    code: str
    name: Text
    level: Level = "city"
    does: Text | None = None
    source: str = ""


class Capability(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a unit can bring: `fire-engine`, `ambulance` ..."""

    code: str
    name: Text


class SubCategory(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`priority` and `needs` overrule those of the category."""

    code: str
    name: Text
    priority: int | None = None
    needs: dict[str, int] | None = None


class Category(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A sort of incident. `needs` says how many units of each capability are usually sent."""

    code: str
    name: Text
    lead: str
    supporting: tuple[str, ...] = ()
    priority: int = USUAL_PRIORITY
    subcategories: tuple[SubCategory, ...] = ()
    needs: dict[str, int] = {}
    source: str = ""


class PriorityRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What gives an incident a priority. Every condition that is written has to hold; of `words` one has to occur.

    `words` are compared without case, as whole words; `areas` are codes, and cover the areas within; `text` is the
    reason that is shown.
    """

    id: str
    priority: int
    text: Text
    categories: tuple[str, ...] = ()
    subcategories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    injured: int | None = None
    areas: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()


class Targets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Seconds for each priority, from the highest (1) to the lowest (5)."""

    acknowledge: tuple[int, int, int, int, int] = (60, 120, 300, 900, 3600)
    triage: tuple[int, int, int, int, int] = (120, 300, 900, 3600, 14400)
    dispatch: tuple[int, int, int, int, int] = (120, 300, 1800, 14400, 86400)
    arrive: tuple[int, int, int, int, int] = (900, 1800, 7200, 86400, 259200)
    resolve: tuple[int, int, int, int, int] = (14400, 28800, 86400, 259200, 604800)
    verify: tuple[int, int, int, int, int] = (3600, 7200, 86400, 86400, 86400)
    answer: tuple[int, int, int, int, int] = (14400, 28800, 86400, 86400, 259200)
    accept: tuple[int, int, int, int, int] = (120, 300, 900, 3600, 14400)


class VerificationRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A second person verifies these priorities, where somebody was injured, and a `share` of all the rest."""

    priorities: tuple[int, ...] = (1, 2)
    injury: bool = True
    share: float = 0.05


class Shelving(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For how long an alarm may be shelved at most."""

    hours: float = 8


class OnDuty(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """For how long a person counts as on duty after his last act or look."""

    minutes: float = 30


class Wall(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the wall shows in turn: for `seconds` each of the `most` gravest open incidents of these priorities.

    Between them it shows the whole city; with none to show it stays there.
    """

    seconds: int = 20
    most: int = 5
    priorities: tuple[int, ...] = (1, 2)


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an attribute (short name) has to be: one of `is_`, at least, at most; or that it is there at all."""

    attribute: str
    is_: tuple[Scalar, ...] = msgspec.field(default=(), name="is")
    at_least: float | None = None
    at_most: float | None = None


class Intake(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which entities of a service need people: all of `type` (short name) of which every condition holds.

    `title` may hold `{name}` and the name of any attribute in braces. `fresh_hours`: what was observed longer ago when
    it is looked at needs nobody any more (reports of a moment, not states that last).
    """

    id: str
    type: str
    fresh_hours: float | None = None
    conditions: tuple[Condition, ...] = ()
    channel: Literal["citizen-report", "sensor", "camera", "warning", "forecast", "other"]
    category: str = ""
    subcategory: str = ""
    priority: int | None = None
    severity: Severity = "caution"
    caller: bool = False
    title: Text


class Operations(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. `note` says what in it is the city's and what is ours."""

    note: Text | None = None
    agencies: tuple[Agency, ...] = ()
    capabilities: tuple[Capability, ...] = ()
    categories: tuple[Category, ...] = ()
    priorities: tuple[PriorityRule, ...] = ()
    targets: Targets = Targets()
    verification: VerificationRule = VerificationRule()
    shelving: Shelving = Shelving()
    on_duty: OnDuty = OnDuty()
    wall: Wall = Wall()
    intake: tuple[Intake, ...] = ()

    def category(self, code: str) -> Category | None:
        return next((each for each in self.categories if each.code == code), None)

    def agency(self, code: str) -> Agency | None:
        return next((each for each in self.agencies if each.code == code), None)

    def needs(self, category: str, subcategory: str) -> Mapping[str, int]:
        """How many units of each capability are usually sent; empty where the city has not said."""
        known = self.category(category)
        if known is None:
            return {}
        sub = next((each for each in known.subcategories if each.code == subcategory), None)
        return known.needs if sub is None or sub.needs is None else sub.needs


DEFAULTS = Operations()


def read_operations(folder: Path) -> Operations:
    """The operations of a city folder; the defaults where it has no such file.

    Raises:
        CityError: naming the file, the field, and what is wrong with it.
    """
    path = folder / FILE
    if not path.is_file():
        return DEFAULTS
    operations = read_toml(path, Operations)
    for field, reason in _faults(operations):
        raise CityError(path, field, reason)
    return operations


def _faults(all: Operations) -> Iterator[tuple[str, str]]:
    """Field and reason of all that the types cannot say."""
    agencies = [agency.code for agency in all.agencies]
    categories = [category.code for category in all.categories]
    yield from _twice("agencies[{}].code", agencies)
    yield from _twice("capabilities[{}].code", [each.code for each in all.capabilities])
    yield from _twice("categories[{}].code", categories)
    yield from _twice("priorities[{}].id", [rule.id for rule in all.priorities])
    yield from _twice("intake[{}].id", [intake.id for intake in all.intake])
    for number, category in enumerate(all.categories):
        yield from _category_faults(f"categories[{number}]", category, agencies)
        yield from _need_faults(f"categories[{number}]", category, [each.code for each in all.capabilities])
    for number, rule in enumerate(all.priorities):
        yield from _rule_faults(f"priorities[{number}]", rule, all)
    for number, intake in enumerate(all.intake):
        yield from _intake_faults(f"intake[{number}]", intake, all)
    yield from _number_faults(all)


def _category_faults(at: str, category: Category, agencies: Collection[str]) -> Iterator[tuple[str, str]]:
    yield from _unknown(f"{at}.lead", [category.lead], agencies, "agencies")
    yield from _unknown(f"{at}.supporting", category.supporting, agencies, "agencies")
    yield from _no_priority(f"{at}.priority", category.priority)
    yield from _twice(at + ".subcategories[{}].code", [each.code for each in category.subcategories])
    for number, each in enumerate(category.subcategories):
        yield from _no_priority(f"{at}.subcategories[{number}].priority", each.priority)


def _need_faults(at: str, category: Category, known: Collection[str]) -> Iterator[tuple[str, str]]:
    wanted = [(f"{at}.needs", category.needs)]
    wanted += [(f"{at}.subcategories[{n}].needs", each.needs or {}) for n, each in enumerate(category.subcategories)]
    for field, needs in wanted:
        yield from _unknown(field, needs, known, "capabilities")
        if not all(0 < count <= MOST_NEEDED for count in needs.values()):
            yield field, f"is a number of units from 1 to {MOST_NEEDED}"


def _rule_faults(at: str, rule: PriorityRule, all: Operations) -> Iterator[tuple[str, str]]:
    yield from _no_priority(f"{at}.priority", rule.priority)
    yield from _unknown(f"{at}.categories", rule.categories, [each.code for each in all.categories], "categories")
    sub = [each.code for category in all.categories for each in category.subcategories]
    yield from _unknown(f"{at}.subcategories", rule.subcategories, sub, "subcategories")
    if any(not word.strip() for word in rule.words):
        yield f"{at}.words", "holds an empty word"


def _intake_faults(at: str, intake: Intake, all: Operations) -> Iterator[tuple[str, str]]:
    yield from _no_priority(f"{at}.priority", intake.priority)
    known = [each.code for each in all.categories]
    yield from _unknown(f"{at}.category", [intake.category] if intake.category else [], known, "categories")
    places = {"name", *(condition.attribute for condition in intake.conditions)}
    strange = strange_place(intake.title, places)
    if strange is not None:
        yield f"{at}.title", strange


def _number_faults(all: Operations) -> Iterator[tuple[str, str]]:
    for name in Targets.__struct_fields__:
        if min(getattr(all.targets, name)) <= 0:
            yield f"targets.{name}", "has to be seconds above 0 for each of the five priorities"
    for number in (*all.verification.priorities, *all.wall.priorities):
        yield from _no_priority("priorities of verification or wall", number)
    limits: tuple[tuple[str, float, Callable[[float], bool], str], ...] = (
        ("verification.share", all.verification.share, lambda n: 0 <= n <= 1, "is a share from 0 to 1"),
        ("shelving.hours", all.shelving.hours, lambda n: 0 < n <= 168, "is above 0 and at most a week"),
        ("on_duty.minutes", all.on_duty.minutes, lambda n: 0 < n <= 1440, "is above 0 and at most a day"),
        ("wall.seconds", all.wall.seconds, lambda n: 5 <= n <= 600, "is from 5 to 600"),
        ("wall.most", all.wall.most, lambda n: 0 <= n <= 20, "is from 0 to 20"),
    )
    for field, number, fits, reason in limits:
        if not fits(number):
            yield field, reason


def _no_priority(field: str, priority: int | None) -> Iterator[tuple[str, str]]:
    if priority is not None and not HIGHEST <= priority <= LOWEST:
        yield field, f"{priority} is not from {HIGHEST} (the highest) to {LOWEST}"


def _unknown(field: str, codes: Collection[str], known: Collection[str], where: str) -> Iterator[tuple[str, str]]:
    for code in codes:
        if code not in known:
            yield field, f"{code!r} is not among the {where} of this file"


def _twice(field: str, codes: list[str]) -> Iterator[tuple[str, str]]:
    for number, code in enumerate(codes):
        if code in codes[:number]:
            yield field.format(number), f"{code!r} occurs twice"
