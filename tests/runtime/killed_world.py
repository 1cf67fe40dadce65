"""The process that is killed: wells whose levels rise by one, reactions that answer them, until it dies.

`killed_world.py FOLDER rising` prints a line for each change; `killed_world.py FOLDER still` changes nothing, answers
what is owed and ends.
"""

import asyncio
import itertools
import sys
from collections.abc import Sequence
from pathlib import Path

from reaction_world import World, doubled, reaction, settled, state_of, well, world

from pinisi.runtime.known import Document, Inputs
from pinisi.runtime.reaction import WHOLE_CITY, Others, Past, Reaction, Wake

WELLS = 5


def newest(inputs: Inputs) -> Sequence[Document]:
    """The last value of the past, and a failure when it is not the one that is now."""
    values = inputs.past("waterLevel")
    assert values[-1].number == inputs.subject.number("waterLevel")
    return [state_of(inputs.subject.id.replace("Well", "Newest"), values[-1].number)]


def total(inputs: Inputs) -> Sequence[Document]:
    return [state_of(well(0), sum(known.number("waterLevel") or 0 for known in inputs.others("Well")))]


def reactions() -> tuple[Reaction, ...]:
    whole = (Wake(type="Well", subject=WHOLE_CITY),)
    past = Past(attributes=("waterLevel",), hours=1.0, most=10)
    return (
        reaction(doubled),
        reaction(newest, "newest", inputs=(past,), settle=0.01),
        reaction(total, "total", wakes=whole, inputs=(Others(type="Well"),), settle=0.05),
    )


async def rise(city: World) -> None:
    """One level after the other, from where they stand."""
    levels = [await city.instance(well(number), "waterLevel") for number in range(1, WELLS + 1)]
    counts = [0 if level is None else int(level.value) for level in levels]
    for step in itertools.count():
        number = step % WELLS
        counts[number] += 1
        await city.level(counts[number], number + 1)
        print(step, flush=True)


async def main(folder: Path, *, rising: bool) -> None:
    async with world(folder) as city, city.running(*reactions()) as reactor:
        if rising:
            await rise(city)
        await settled(reactor)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), rising=sys.argv[2] == "rising"))
