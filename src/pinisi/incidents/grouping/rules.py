"""The written rules of grouping: which kinds belong together, how near, how long; and how much an operator can take.

`rules.toml` beside this file holds the defaults with their reasons. A city that decides otherwise gives a file of the
same form: its families replace the default ones of the same name, its `load` the default load.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from pinisi.vocabulary.instant import HOUR, MINUTE

LANGUAGES = ("id", "en", "ja")


class BadRules(ValueError):
    """A file of rules that cannot be read; names the file, the family and the reason."""


class Family(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How events of some kinds form groups and call operators.

    Args:
        kinds: what belongs together; empty in `other`, where each kind stands alone.
        near_m: two events nearer than this may be the same.
        quiet_min: and so may two that are less than this apart in time; a group ends after as long without an event.
        widest_m: how far from its first event a group reaches, so that a chain of neighbours does not become one.
        longest_h: how long a group may last.
        spread_m: around a group that has called an operator, others of the family call none by themselves.
        own_alarm: unless they have as many events.
        grows_by: a group calls again when it, with those around it, has as many times the events it called with.
        reason: why these numbers, by language.
    """

    name: str
    kinds: tuple[str, ...] = ()
    near_m: float
    quiet_min: float
    widest_m: float
    longest_h: float
    spread_m: float
    own_alarm: int = 5
    grows_by: float = 5.0
    reason: Mapping[str, str]

    @property
    def quiet(self) -> int:
        return round(self.quiet_min * MINUTE)

    @property
    def longest(self) -> int:
        return round(self.longest_h * HOUR)


class Load(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """At most one new alarm an operator in `minutes` (EEMUA 191, ISA-18.2 table 6); danger to life comes on top.

    `patience_min`: what has waited so long is next, whatever else waits. `fewest`: below so many events a group that
    grows does not call again.
    """

    operators: int = 3
    minutes: float = 10.0
    patience_min: float = 60.0
    fewest: int = 10

    @property
    def window(self) -> int:
        return round(self.minutes * MINUTE)

    @property
    def patience(self) -> int:
        return round(self.patience_min * MINUTE)


class GroupRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    families: tuple[Family, ...] = ()
    other: Family | None = None
    load: Load | None = None

    def family_of(self, kind: str) -> Family:
        """The family of a kind; of one that no rule names, a family of its own by the rule `other`."""
        found = next((family for family in self.families if kind in family.kinds), None)
        if found is not None:
            return found
        assert self.other is not None
        return msgspec.structs.replace(self.other, name=f"other {kind}", kinds=(kind,))


@cache
def default_rules() -> GroupRules:
    return _read(files("pinisi.incidents.grouping").joinpath("rules.toml").read_bytes(), "rules.toml")


def group_rules(folder: Path) -> GroupRules:
    """The rules of a city's folder: the default ones, with what its `grouping.toml` decides otherwise.

    Raises:
        BadRules: naming file, family and reason.
    """
    path = folder / "grouping.toml"
    return city_rules(path.read_bytes(), str(path)) if path.is_file() else default_rules()


def city_rules(text: bytes, file: str) -> GroupRules:
    """The default rules with what a city's file decides otherwise.

    Raises:
        BadRules: naming file, family and reason.
    """
    default, own = default_rules(), _read(text, file)
    replaced = {family.name: family for family in (*default.families, *own.families)}
    merged = GroupRules(
        families=tuple(replaced.values()), other=own.other or default.other, load=own.load or default.load
    )
    _check(merged, file)
    return merged


def _read(text: bytes, file: str) -> GroupRules:
    try:
        rules = msgspec.toml.decode(text, type=GroupRules)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadRules(f"{file}: {error}") from None
    _check(rules, file)
    return rules


def _check(rules: GroupRules, file: str) -> None:
    owners: dict[str, str] = {}
    for family in (*rules.families, *((rules.other,) if rules.other else ())):
        if wrong := _wrong(family):
            raise BadRules(f"{file}: family {family.name!r}: {wrong}")
        for kind in family.kinds:
            if owners.setdefault(kind, family.name) != family.name:
                raise BadRules(f"{file}: family {family.name!r}: {kind!r} belongs to {owners[kind]!r} already")
    if rules.load is not None and not _bearable(rules.load):
        raise BadRules(f"{file}: load: needs 1 to 200 operators, and minutes above 0 and up to a day")


def _bearable(load: Load) -> bool:
    return 1 <= load.operators <= 200 and 0 < load.minutes <= 1_440 and 0 < load.patience_min <= 1_440


def _wrong(family: Family) -> str:
    """What cannot be in a family; empty when it can."""
    limits = (
        ("near_m", 50_000),
        ("quiet_min", 10_080),
        ("widest_m", 200_000),
        ("longest_h", 720),
        ("spread_m", 200_000),
    )
    for field, most in limits:
        if not 0 < getattr(family, field) <= most:
            return f"{field} is not above 0 and at most {most:,}"
    if family.widest_m < family.near_m:
        return "widest_m is less than near_m"
    if family.own_alarm < 1 or not family.grows_by > 1:
        return "own_alarm is at least 1, grows_by above 1"
    missing = [language for language in LANGUAGES if not family.reason.get(language)]
    return f"reason lacks {', '.join(missing)}" if missing else ""
