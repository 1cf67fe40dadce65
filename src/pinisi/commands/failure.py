"""Which errors are told to the person at the command line in one line instead of a traceback."""


class CommandFailed(Exception):
    """A command cannot do what it was asked; the text says why and what to do."""


def is_told(error: Exception) -> bool:
    """Whether the error's own text is meant for the person who typed the command."""
    from pinisi.city.errors import CityError
    from pinisi.city.roads.extract import NeedsOsmium
    from pinisi.feed.address import BadFeedAddress
    from pinisi.people.errors import PeopleError, RefusedToStart
    from pinisi.runtime.archive import BackupError
    from pinisi.runtime.occupancy import Occupied
    from pinisi.settings import SettingsError
    from pinisi.store.change import StoreUnavailable

    told = (BackupError, CityError, CommandFailed, NeedsOsmium, Occupied, PeopleError, RefusedToStart, SettingsError)
    return isinstance(error, (*told, BadFeedAddress, StoreUnavailable))
