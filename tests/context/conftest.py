"""A real Mosquitto that lets anybody in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mosquitto import OPEN, Mosquitto


@pytest.fixture
async def mosquitto(tmp_path: Path) -> AsyncIterator[Mosquitto]:
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Mosquitto(folder, OPEN)
    await made.start()
    yield made
    await made.stop()
