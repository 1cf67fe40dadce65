"""Messages that wait together are taken together, in their order, and a failure loses none that came before it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pinisi.runtime.gathering import gathered
from pinisi.runtime.source import Message

pytestmark = pytest.mark.anyio


def message(number: int) -> Message:
    return Message(body=b"%d" % number, origin="test", received=0)


async def told(*numbers: int, pause_before: int | None = None, fail: bool = False) -> AsyncIterator[Message]:
    for number in numbers:
        if number == pause_before:
            await asyncio.sleep(0.05)
        yield message(number)
    if fail:
        raise OSError("the line is cut")


async def test_what_is_there_is_taken_at_once() -> None:
    batches = [[int(each.body) for each in batch] async for batch in gathered(told(*range(600)), most=256)]
    assert [len(batch) for batch in batches] == [256, 256, 88]
    assert [number for batch in batches for number in batch] == list(range(600))


async def test_nobody_waits_for_what_has_not_come() -> None:
    batches = [len(batch) async for batch in gathered(told(1, 2, 3, 4, pause_before=3))]
    assert batches == [2, 2]


async def test_what_came_before_a_failure_is_taken_before_it_is_raised() -> None:
    seen: list[int] = []
    with pytest.raises(OSError, match="cut"):
        async for batch in gathered(told(1, 2, fail=True)):
            seen += [int(each.body) for each in batch]
    assert seen == [1, 2]
