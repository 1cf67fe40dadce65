"""The commands that people give to a junction: how its signals run, and who is to get green early."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from pinisi.city.entry import Fault
from pinisi.city.facts import value_of
from pinisi.city.text import Text, fill
from pinisi.runtime.action import Action, Situation
from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.models.signals import JUNCTION

TEXTS = texts_of("pinisi.services.mobility")
ALLOWED = {"plan": ("plans", "bands", "groups"), "flash": ("plans", "bands", "groups")} | {
    "cyclic": ("bands", "groups"),
    "acyclic": ("groups",),
}
"""By mode, what the controller in the street must take from outside (`controlAllowed`)."""


PlanNumber = Annotated[int, msgspec.Meta(ge=1, le=255)]
Minutes = Annotated[int, msgspec.Meta(ge=1, le=240)]


class SignalMode(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`plan` None: the controller chooses by its own tables."""

    junction: Annotated[str, asked(TEXTS["mode-junction"], entity=(JUNCTION,))]
    mode: Annotated[
        Literal["plan", "cyclic", "acyclic", "flash"],
        asked(
            TEXTS["mode-mode"],
            choices={name: TEXTS[f"mode-{name}"] for name in ("plan", "cyclic", "acyclic", "flash")},
        ),
    ]
    plan: Annotated[PlanNumber | None, asked(TEXTS["mode-number"], hint=TEXTS["mode-number-hint"])] = None
    minutes: Annotated[Minutes | None, asked(TEXTS["mode-minutes"], unit="MIN")] = None


class SignalPriority(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A vehicle comes, `seconds` from now at the stop line of a signal group."""

    junction: Annotated[str, asked(TEXTS["mode-junction"], entity=(JUNCTION,))]
    group: Annotated[str, asked(TEXTS["priority-group"], min_length=1, max_length=60)]
    vehicle: Annotated[
        Literal["ambulance", "bus"],
        asked(
            TEXTS["priority-vehicle"],
            choices={"ambulance": TEXTS["priority-ambulance"], "bus": TEXTS["priority-bus"]},
        ),
    ]
    seconds: Annotated[int, asked(TEXTS["priority-seconds"], unit="SEC", ge=0, le=120)]


def unfit_mode(command: SignalMode) -> Sequence[Fault]:
    faults: list[Fault] = []
    if command.plan is not None and command.mode != "plan":
        faults.append(Fault("plan", TEXTS["mode-only-plan"]))
    if command.mode == "flash" and command.minutes is None:
        faults.append(Fault("minutes", TEXTS["mode-needs-minutes"]))
    if command.minutes is not None and command.mode != "flash":
        faults.append(Fault("minutes", TEXTS["mode-only-flash"]))
    return faults


def mode_safety(command: SignalMode, situation: Situation) -> Sequence[Text]:
    """What is known of the junction stands against it: nobody runs it, its controller does not take it, no such plan,
    or the shadow has not shown yet that the controller is no worse than the plan.
    """
    junction = situation.targets[command.junction]
    against: list[Text] = []
    allowed = value_of(junction, "controlAllowed")
    if allowed is None:
        return (TEXTS["mode-nobody"],)
    if allowed not in ALLOWED[command.mode]:
        against.append(fill(TEXTS["mode-not-allowed"], mode=TEXTS[f"mode-{command.mode}"]))
    stored = _stored(junction)
    if command.plan is not None and str(command.plan) not in stored:
        against.append(fill(TEXTS["mode-no-plan"], plan=command.plan, stored=", ".join(stored)))
    if command.mode in ("cyclic", "acyclic") and value_of(junction, "shadowVerdict") != "better":
        worse = value_of(junction, "shadowVerdict") == "worse"
        against.append(TEXTS["mode-shadow-worse"] if worse else TEXTS["mode-shadow-first"])
    return tuple(against)


def priority_safety(command: SignalPriority, situation: Situation) -> Sequence[Text]:
    """Only where a controller of ours has the junction; the stages must hold the group."""
    junction = situation.targets[command.junction]
    against: list[Text] = []
    if value_of(junction, "signalControl") not in ("cyclic", "acyclic"):
        against.append(TEXTS["priority-plan-runs"])
    stages: Any = value_of(junction, "signalStages") or ()
    groups = sorted({str(group) for stage in stages for group in stage["groups"]})
    if command.group not in groups:
        against.append(fill(TEXTS["priority-no-group"], group=command.group, groups=", ".join(groups)))
    return tuple(against)


def _stored(junction: Mapping[str, Any]) -> tuple[str, ...]:
    stored: Any = value_of(junction, "storedPlans")
    return tuple(str(each["plan"]) for each in stored) if isinstance(stored, list) else ()  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


async def set_mode(command: SignalMode, id: str) -> Sequence[Mapping[str, Any]]:
    from pinisi.services.mobility.atcs.effects import set_mode as carry_out

    return await carry_out(command, id)


async def give_priority(command: SignalPriority, id: str) -> Sequence[Mapping[str, Any]]:
    from pinisi.services.mobility.atcs.effects import give_priority as carry_out

    return await carry_out(command, id)


SIGNAL_MODE = Action(
    name="signal-mode",
    title=TEXTS["mode"],
    command=SignalMode,
    effect=set_mode,
    check=unfit_mode,
    safety=mode_safety,
    targets=lambda command: (command.junction,),
    two_persons=lambda command: command.mode != "plan",
)
"""Back to a plan takes one person: it is the safe way, and is wanted fast."""
SIGNAL_PRIORITY = Action(
    name="signal-priority",
    title=TEXTS["priority"],
    command=SignalPriority,
    effect=give_priority,
    safety=priority_safety,
    targets=lambda command: (command.junction,),
    seconds=5,
)
SIGNAL_ACTIONS = (SIGNAL_MODE, SIGNAL_PRIORITY)
