"""The command that gives neighbouring signals the offsets that were found, and the way back to those stored."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import msgspec

from pinisi.city.facts import value_of
from pinisi.city.text import Text, fill
from pinisi.runtime.action import Action, NotDone, Situation
from pinisi.runtime.asked import asked
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.models.arterials import ARTERIAL, arterial_entity

TEXTS = texts_of("pinisi.services.mobility")


class ArterialOffsets(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    arterial: Annotated[str, asked(TEXTS["arterial"], entity=(ARTERIAL,))]
    offsets: Annotated[
        Literal["wanted", "stored"],
        asked(TEXTS["offsets-which"], choices={"wanted": TEXTS["offsets-wanted"], "stored": TEXTS["offsets-stored"]}),
    ]


def offsets_safety(command: ArterialOffsets, situation: Situation) -> Sequence[Text]:
    """Wanted ones only where all junctions run their plan with the common cycle, and less delay was shown. Offsets move
    whole plans: what a junction shows stays behind its own safety layer.
    """
    arterial = situation.targets[command.arterial]
    if command.offsets == "stored":
        return ()
    against: list[Text] = []
    if fault := value_of(arterial, "offsetsFault"):
        against.append(fill(TEXTS["offsets-fault"], why=str(fault)))
    verdict = value_of(arterial, "offsetsVerdict") or "early"
    if verdict != "better":
        against.append(TEXTS[f"offsets-{verdict}"])
    return tuple(against)


async def set_offsets(command: ArterialOffsets, id: str) -> Sequence[Mapping[str, Any]]:
    """Raises NotDone: nobody runs the arterial, or one of its controllers would not; then all are as they were."""
    from pinisi.services.mobility.atcs.adapter import LineDown, OrderRefused
    from pinisi.services.mobility.atcs.duty import arterial

    found = arterial(command.arterial.rpartition(":SignalArterial:")[2])
    if found is None:
        raise NotDone(TEXTS["offsets-nobody"])
    room, desk = found
    wanted = command.offsets == "wanted"
    if wanted and (fault := room.unfit(desk)):
        raise NotDone(fill(TEXTS["offsets-fault"], why=fault))
    try:
        await room.move(desk, wanted, id)
    except (OrderRefused, LineDown, TimeoutError) as error:
        raise NotDone(fill(TEXTS["mode-refused"], why=str(error)[:300] or "no answer")) from None
    return [arterial_entity(room.arterial_report(desk))]


ARTERIAL_OFFSETS = Action(
    name="arterial-offsets",
    title=TEXTS["offsets"],
    command=ArterialOffsets,
    effect=set_offsets,
    safety=offsets_safety,
    targets=lambda command: (command.arterial,),
    two_persons=lambda command: command.offsets == "wanted",
    seconds=60,
)
