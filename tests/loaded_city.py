"""Data folders in which Makassar is loaded already: to load it anew costs two seconds of a processor each time."""

import asyncio
import atexit
import functools
import shutil
import tempfile
import threading
from pathlib import Path

from pinisi.console.house import House
from pinisi.console.house_opening import open_house
from pinisi.settings import Settings

MAKASSAR = Path(__file__).parents[1] / "cities" / "makassar"


def lay_out(data: Path, city: Path = MAKASSAR) -> None:
    """Make the data folder as a start leaves it, where nothing is there yet and the city is Makassar as it ships.

    With the key that signed its trail: else the checkpoints in it would be those of a stranger.
    """
    if city == MAKASSAR and not (data / "tenants").exists():
        shutil.copytree(_loaded(), data, dirs_exist_ok=True)
        shutil.copytree(_keys(_loaded()), _keys(data), dirs_exist_ok=True)


def _keys(data: Path) -> Path:
    return data.with_name(data.name + ".keys")


@functools.cache
def _loaded() -> Path:
    """A data folder with the city loaded, closed; one for all tests of a process, gone with it."""
    folder = Path(tempfile.mkdtemp(prefix="pinisi-makassar-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    loading = threading.Thread(target=asyncio.run, args=(_load(folder / "data"),))
    loading.start()
    loading.join()
    return folder / "data"


async def _load(data: Path) -> None:
    house = House(Settings(data=data, commit_window_ms=0), MAKASSAR)
    await open_house(house)
    await house.close()
