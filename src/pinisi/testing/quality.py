"""The quality scale of a service, `quality.toml`: each rule is done, and shown by a test or a file, or exempt.

```toml
level = "bronze"

[rules]
bad-input = { done = "tests/test_tide.py::test_the_service" }
docs = { done = "README.md" }
view = { exempt = "Nothing to draw: it only counts." }

[unitless]
state = "a word, not a quantity"
```
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

Level = Literal["bronze", "silver", "gold"]
BRONZE = (
    "manifest",
    "units-and-meaning",
    "real-source",
    "view",
    "contract-tests",
    "bad-input",
    "strings",
    "docs",
)
SILVER = (
    "engine-checked",
    "bench",
    "actions-audited",
    "stale-data",
    "simulated-labelled",
    "browser-test",
)
GOLD = (
    "reference-matched",
    "property-and-fault-tests",
    "ten-times-the-load",
    "clustered",
    "accessibility",
    "runbook",
)
SCALE: Mapping[Level, tuple[str, ...]] = {
    "bronze": BRONZE,
    "silver": BRONZE + SILVER,
    "gold": BRONZE + SILVER + GOLD,
}
"""The rules that a level demands."""
_LEAST_REASON = 12


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`done` names files, or tests as `file::test_name`; `exempt` is the reason why it need not be."""

    done: str | tuple[str, ...] = ()
    exempt: str = ""

    @property
    def shown(self) -> Sequence[str]:
        return (self.done,) if isinstance(self.done, str) else self.done


class Quality(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a service says of itself. `unitless`: numbers that have no unit, and why."""

    level: Level
    rules: dict[str, Rule]
    unitless: dict[str, str] = {}


def quality_of(package: str) -> Quality:
    """Raises ValueError: the file is no TOML or has another shape; names the field."""
    document = (files(package) / "quality.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(document), Quality)


def quality_faults(quality: Quality, root: Path) -> list[str]:
    """What is not true of it, one line each. `root` is where the paths of tests and files begin."""
    known = SCALE["gold"]
    faults = [f"{name}: no such rule" for name in quality.rules if name not in known]
    faults += [
        f"{name}: {quality.level} demands it, and nothing is said of it"
        for name in SCALE[quality.level]
        if name not in quality.rules
    ]
    for name, rule in quality.rules.items():
        faults += [f"{name}: {fault}" for fault in _of_rule(rule, root)]
    faults += [f"unitless: {name}: no reason" for name, reason in quality.unitless.items() if not reason.strip()]
    return faults


def _of_rule(rule: Rule, root: Path) -> Iterator[str]:
    if bool(rule.shown) == bool(rule.exempt):
        yield "is either done, and shown by something, or exempt"
    elif rule.exempt and len(rule.exempt.strip()) < _LEAST_REASON:
        yield "is exempt without a reason"
    for shown in rule.shown:
        path, _, test = shown.partition("::")
        if not (root / path).is_file():
            yield f"{path} is not there"
        elif test and not re.search(rf"def {re.escape(test)}\(", (root / path).read_text(encoding="utf-8")):
            yield f"{path} has no {test}"
