"""The five stages of a city, with public criteria and the rules that propose them: `stages.toml`.

Numbers, colours and the idea of public criteria are those of Rio de Janeiro's operations centre; a city writes its own
words, criteria and rules. A rule only proposes; a person decides.
"""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from pinisi.city.errors import CityError
from pinisi.city.reading import read_toml
from pinisi.city.text import Text

FILE = "stages.toml"
FIRST, LAST = 1, 5
MOST_RULES = 20


class Counted(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """So many entities of a type (short name) whose attributes are among the given values."""

    type: str
    where: dict[str, tuple[str | int, ...]] = {}
    at_least: int = 1


class StageRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All that is counted has to be there at the same time; `text` is the reason that is shown."""

    id: str
    text: Text
    counted: tuple[Counted, ...]


class Stage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One stage: `word` is shown beside its number and colour, `criteria` are what the public reads."""

    level: int
    word: Text
    criteria: tuple[Text, ...]
    rules: tuple[StageRule, ...] = ()


class Stages(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file. Without it the stage of the city cannot be set."""

    note: Text | None = None
    stages: tuple[Stage, ...] = ()

    def stage(self, level: int) -> Stage | None:
        return next((stage for stage in self.stages if stage.level == level), None)


def read_stages(folder: Path) -> Stages:
    """The stages of a city folder; none where it has no such file.

    Raises:
        CityError: naming the file, the field, and what is wrong with it.
    """
    path = folder / FILE
    if not path.is_file():
        return Stages()
    stages = read_toml(path, Stages)
    for field, reason in _faults(stages):
        raise CityError(path, field, reason)
    return stages


def _faults(all: Stages) -> Iterator[tuple[str, str]]:
    levels = [stage.level for stage in all.stages]
    if levels != list(range(FIRST, LAST + 1)):
        yield "stages", f"are {levels}: they go from {FIRST} to {LAST} in order, each once"
    for number, stage in enumerate(all.stages):
        at = f"stages[{number}]"
        if not stage.criteria:
            yield f"{at}.criteria", "are missing: the public has to know what the stage means"
        if len(stage.rules) > MOST_RULES:
            yield f"{at}.rules", f"are more than {MOST_RULES}"
        for index, rule in enumerate(stage.rules):
            yield from _rule_faults(f"{at}.rules[{index}]", rule)
    ids = [rule.id for stage in all.stages for rule in stage.rules]
    for id in {id for id in ids if ids.count(id) > 1}:
        yield "stages.rules.id", f"{id!r} occurs twice"


def _rule_faults(at: str, rule: StageRule) -> Iterator[tuple[str, str]]:
    if not rule.counted:
        yield f"{at}.counted", "counts nothing: it would always hold"
    for number, counted in enumerate(rule.counted):
        if counted.at_least < 1:
            yield f"{at}.counted[{number}].at_least", f"{counted.at_least} is not above 0"
        if any(not values for values in counted.where.values()):
            yield f"{at}.counted[{number}].where", "an attribute without values fits nothing"
