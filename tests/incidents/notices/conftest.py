"""A real store, the room of notices upon it, and real receivers; its time is moved by hand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from notices_at_hand import Bench, opened_bench
from receivers_at_hand import HttpReceiver, MailReceiver


@pytest.fixture
async def http() -> AsyncIterator[HttpReceiver]:
    receiver = HttpReceiver()
    await receiver.start()
    yield receiver
    await receiver.stop()


@pytest.fixture
def mailbox() -> "AsyncIterator[MailReceiver]":
    receiver = MailReceiver()
    receiver.start()
    yield receiver  # pyright: ignore
    receiver.stop()


@pytest.fixture
async def bench(tmp_path: Path, mailbox: MailReceiver) -> AsyncIterator[Bench]:
    async with opened_bench(tmp_path / "store", mailbox.address) as opened:
        yield opened
