"""`pinisi broker`: the context broker alone, without a city of its own and without services."""

from pinisi.city.scaffold import new_city
from pinisi.commands.run import run
from pinisi.settings import Settings

NAME = "city"


def broker(settings: Settings) -> int:
    """Serve until told to stop. What the broker needs of a city is begun in the data folder, once.

    Raises:
        CommandFailed, Occupied: as `run` does.
    """
    folder = settings.data / "broker"
    if not (folder / "city.toml").exists():
        new_city(folder, NAME, "Broker")
    return run(settings, str(folder), services=False)
