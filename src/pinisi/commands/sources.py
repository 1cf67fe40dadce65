"""Sources of one's own: beginning one."""

from pathlib import Path

from pinisi.commands.failure import CommandFailed
from pinisi.runtime.source_scaffold import CannotBegin, add_source
from pinisi.runtime.source_scaffold import new_source as write


def new_source(name: str, service: str | None, folder: Path) -> int:
    """Write a package with one source, its texts and its test; or add the source to the package of a service."""
    try:
        place = write(name, folder) if service is None else add_source(name, service, folder)
    except CannotBegin as error:
        raise CommandFailed(str(error)) from None
    except OSError as error:
        raise CommandFailed(f"{folder}: cannot be written: {error.strerror or error}") from None
    print(f"{place}: a source that passes its test. Next: pip install -e {place}, and docs/how-to/write-a-source.md")
    return 0
