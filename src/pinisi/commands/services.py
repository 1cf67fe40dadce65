"""Services of one's own: beginning one."""

from pathlib import Path

from pinisi.commands.failure import CommandFailed
from pinisi.runtime.service_scaffold import new_service as write
from pinisi.runtime.source_scaffold import CannotBegin


def new_service(name: str, folder: Path) -> int:
    """Write a package of the standard shape."""
    try:
        place = write(name, folder)
    except CannotBegin as error:
        raise CommandFailed(str(error)) from None
    except OSError as error:
        raise CommandFailed(f"{folder}: cannot be written: {error.strerror or error}") from None
    print(f"{place}: a service that passes its tests. Next: pip install -e {place}, and docs/how-to/add-a-service.md")
    return 0
