"""Each rule of the safety layer broken once: the checker of the shown history must see it.

A copy of the package is made in which one rule is taken out, and hostile controllers run on it until something unsafe
is shown. A rule whose loss nobody sees would be no rule, or the checker none.
"""

import importlib
import random
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hostile import a_junction, behaves
from shown_history import broken_rules

from pinisi.services.mobility.engine import signals
from pinisi.services.mobility.engine.signals.demand import Demand

HOUSE = signals.__name__
FILES = Path(signals.__path__[0])
RUNS = 150
Edit = tuple[str, str, str]

UNWATCHED: Edit = ("safety.py", "if fault is not None:", "if False:")
"""The layer's own look at what is shown would turn a broken rule into flashing: the rule is judged alone."""

BROKEN: dict[str, tuple[str, tuple[Edit, ...]]] = {
    "conflict": (
        "conflict",
        (("safety.py", "if state.aspect is not Aspect.RED:\n                return False", "pass"),),
    ),
    "conflict in a demand": (
        "conflict",
        (
            ("safety_demand.py", "if any(foes[number] & groups for number in groups):", "if False:"),
            ("safety.py", "if state.aspect is not Aspect.RED:\n                return False", "pass"),
        ),
    ),
    "intergreen": ("intergreen", (("safety.py", "if green < state.green_ended + seconds:", "if False:"),)),
    "intergreen of the other direction": (
        "intergreen",
        (
            ("safety.py", "if entering == group.id", "if clearing == group.id"),
            ("safety.py", "(index[clearing],", "(index[entering],"),
        ),
    ),
    "minimum green": ("minimum green", (("safety.py", "and elapsed >= group.minimum_green:", ":"),)),
    "amber left out": ("order", (("safety.py", "Aspect.AMBER if group.amber > 0 else Aspect.RED", "Aspect.RED"),)),
    "amber cut": ("amber too short", (("safety.py", "Aspect.AMBER and elapsed >= group.amber:", "Aspect.AMBER:"),)),
    "amber for ever": (
        "amber too long",
        (("safety.py", "elapsed >= group.amber:", "elapsed >= 2 * group.amber + 9:"),),
    ),
    "red-amber left out": (
        "order",
        (("safety.py", "Aspect.RED_AMBER if self._groups[number].red_amber > 0 else Aspect.GREEN", "Aspect.GREEN"),),
    ),
    "red-amber cut": (
        "redAmber too short",
        (("safety.py", "Aspect.RED_AMBER and elapsed >= group.red_amber:", "Aspect.RED_AMBER:"),),
    ),
    "all red": (
        "all red",
        (
            ("safety.py", "if green < state.since + self.junction.all_red:", "if False:"),
            ("interstage.py", "rest = max(all_red, entering.red_amber)", "rest = entering.red_amber"),
            ("safety.py", "Aspect.AMBER and elapsed >= group.amber:", "Aspect.AMBER and elapsed >= group.amber + 0.6:"),
        ),
    ),
    "red too short": ("red too short", (("safety.py", "and now - state.since + EARLY >= LEAST_RED", ""),)),
    "pedestrian clearance": (
        "pedestrian clearance",
        (
            ("interstage.py", "clearing.amber + rest, clearing.pedestrian_clearance)", "clearing.amber + rest) * 0.5"),
            ("safety.py", "if green < state.since + self.junction.all_red:", "if False:"),
        ),
    ),
    "maximum red": ("maximum red", (("safety.py", "forced = self._force.stage(shown, now)", "forced = None"),)),
    "maximum red cut in too late": (
        "maximum red",
        (
            ("safety_force.py", "at += self._times[home]", "at += 1.0"),
            ("safety_force.py", "now + self._all <=", "now + 9 <="),
        ),
    ),
    "maximum red in no order": (
        "maximum red",
        (("safety_force.py", "return self._home[waiting[0][1]]", "return self._home[waiting[-1][1]]"),),
    ),
    "maximum red beside what conflicts": (
        "maximum red",
        (("safety_force.py", "wanted & shining - self._against[forced]", "wanted & shining"),),
    ),
}


def the_copy(folder: Path, name: str, edits: tuple[Edit, ...]) -> Path:
    """A package beside, its imports of itself by its own name, with the edits; each must find its place once."""
    package = folder / name
    shutil.copytree(FILES, package, ignore=shutil.ignore_patterns("__pycache__"))
    for file in package.glob("*.py"):
        file.write_text(file.read_text().replace(HOUSE, name))
    for name, old, new in edits:
        text = (package / name).read_text()
        assert text.count(old) == 1, f"{name} has {text.count(old)} times: {old}"
        (package / name).write_text(text.replace(old, new))
    return package


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("signals_"):
            del sys.modules[name]


def seen(package: str, seeds: int, expected: str | None = None) -> set[str]:
    """The rules that are broken in runs by these many seeds; ends with the first run that breaks what is expected."""
    found: set[str] = set()
    safety = importlib.import_module(f"{package}.safety")
    demand = importlib.import_module(f"{package}.demand")
    shape = importlib.import_module(f"{package}.junction").Junction
    for seed in range(seeds):
        draw = random.Random(seed)
        drawn = a_junction(draw)
        junction = msgspec.convert(msgspec.to_builtins(drawn), type=shape)
        layer, want, now = safety.SafetyLayer(junction), behaves(drawn, draw), 0.0
        shown, history = demand.all_red(junction, now), list[tuple[float, tuple[str, ...]]]()
        for _ in range(300):
            history.append((now, tuple(state.aspect.value for state in shown.groups)))
            now += draw.choice((1.0, 1.0, 0.5, 0.1)) * junction.step
            shown = layer.decide(shown, translated(want(now), demand), now).shown
        found |= {each.rule for each in broken_rules(junction, history)}
        if expected in found:
            break
    return found


def translated(wanted: object, demand: Any) -> object:
    return demand.Demand(green=wanted.green, at=wanted.at) if type(wanted) is Demand else wanted


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_taken_out_is_seen(rule: str, copies: Path) -> None:
    expected, edits = BROKEN[rule]
    name = f"signals_{list(BROKEN).index(rule)}"
    the_copy(copies, name, (UNWATCHED, *edits))
    assert expected in seen(name, RUNS, expected)


def test_the_copy_itself_breaks_no_rule(copies: Path) -> None:
    the_copy(copies, "signals_whole", ())
    assert seen("signals_whole", 20) == set()
