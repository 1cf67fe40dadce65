"""Commands of the harbour: a siren with a safety layer and a second person, and a gate with every kind of answer.

The world outside is a file: a line for each effect, so that tests can count what has really come about.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from pinisi.city.entry import Fault
from pinisi.city.text import Text
from pinisi.runtime.action import Action, NotDone, Situation
from pinisi.runtime.asked import asked

OUTSIDE = "HARBOUR_OUTSIDE"
"""Environment variable: the file that is the world outside."""


class Sound(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    siren: Annotated[str, asked(Text("Sirene", "Siren", "サイレン"), entity=("Siren",))]
    seconds: Annotated[int, asked(Text("Lama", "Duration", "長さ"), unit="SEC", ge=1, le=180)]


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`answer`: how the gate takes it."""

    answer: Literal["yes", "no", "noise", "silence", "nonsense"]


def outside(line: str) -> None:
    with Path(os.environ[OUTSIDE]).open("a") as file:
        file.write(line + "\n")


def whole_fives(command: Sound) -> Sequence[Fault]:
    if command.seconds % 5:
        return [Fault("seconds", Text("kelipatan lima", "in steps of five", "5 秒単位"))]
    return []


def nobody_on_the_tower(command: Sound, situation: Situation) -> Sequence[Text]:
    siren = situation.targets[command.siren]
    if siren.get("occupancy", {}).get("value", 0) > 0:
        return [Text("Ada orang di menara", "Somebody is on the tower", "塔に人がいる")]
    return []


async def sound(command: Sound, id: str) -> Sequence[Mapping[str, Any]]:
    outside(f"sound {id} {command.seconds}")
    return [{"id": command.siren, "type": "Siren", "lastSounded": {"type": "Property", "value": command.seconds}}]


async def move(command: Move, id: str) -> Sequence[Mapping[str, Any]]:
    if command.answer == "no":
        raise NotDone(Text("Pintu terkunci", "The gate is locked", "水門は施錠中"))
    outside(f"move {id}")
    if command.answer == "noise":
        raise ConnectionResetError("the line broke")
    if command.answer == "silence":
        await asyncio.sleep(3600)
    return [{"type": "Gate"}] if command.answer == "nonsense" else []


SIREN = Action(
    name="siren",
    title=Text("Bunyikan sirene", "Sound the siren", "サイレンを鳴らす"),
    command=Sound,
    effect=sound,
    check=whole_fives,
    safety=nobody_on_the_tower,
    targets=lambda command: (command.siren,),
    two_persons=lambda command: command.seconds > 60,
)
DRAWBRIDGE = Action(
    name="drawbridge",
    title=Text("Jembatan angkat", "Drawbridge", "跳ね橋"),
    command=Move,
    effect=move,
    safety=lambda _command, _situation: (),
    targets=lambda _command: (),
    seconds=3600,
)
HASTY = msgspec.structs.replace(SIREN, name="hasty", wait_seconds=0.2)
GATE = Action(
    name="gate",
    title=Text("Gerakkan pintu air", "Move the gate", "水門を動かす"),
    command=Move,
    effect=move,
    safety=lambda _command, _situation: (),
    targets=lambda _command: (),
    seconds=3,
)
