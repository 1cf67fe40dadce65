"""All playbooks of a city: the files `procedures/*.yaml` of its folder, read again when one has changed."""

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

import msgspec

from pinisi.city.operations import Operations
from pinisi.incidents.procedures.playbook import Playbook
from pinisi.incidents.procedures.reading import BadPlaybook, Known, read_playbook
from pinisi.incidents.procedures.yaml_lines import Fault

FOLDER = "procedures"
MOST_PLAYBOOKS = 200


def known_of(operations: Operations) -> Known:
    """The agencies and categories of a city that a playbook may name; a city without lists lets it name any."""
    agencies = frozenset(agency.code for agency in operations.agencies)
    categories = {category.code for category in operations.categories}
    for category in operations.categories:
        categories |= {f"{category.code}/{sub.code}" for sub in category.subcategories}
    return Known(agencies or None, frozenset(categories) or None)


class Shelf(msgspec.Struct, frozen=True, dict=True):
    """What can be followed, by id, and what is wrong with the rest."""

    playbooks: tuple[Playbook, ...] = ()
    faults: tuple[Fault, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, Playbook]:
        return {playbook.id: playbook for playbook in self.playbooks}


def read_shelf(folder: Path, known: Known) -> Shelf:
    """The playbooks of a city folder, in the order of their ids; one that is faulty keeps no other from being used."""
    found: list[Playbook] = []
    faults: list[Fault] = []
    for path in _files(folder)[:MOST_PLAYBOOKS]:
        try:
            found.append(read_playbook(path, known))
        except BadPlaybook as error:
            faults += error.faults
    return Shelf(tuple(found), (*faults, *_strangers(folder)))


class Shelves:
    """The shelf of one city as it is on the disk now."""

    def __init__(self, folder: Path, known: Known) -> None:
        self._folder = folder
        self._known = known
        self._read_at: tuple[tuple[str, int, int], ...] | None = None
        self._shelf = Shelf()

    def now(self) -> Shelf:
        """Read anew where a file came, went or changed; it takes up to a second, so never in the event loop."""
        stamp = tuple(_stamp(path) for path in _files(self._folder))
        if stamp != self._read_at:
            self._shelf = read_shelf(self._folder, self._known)
            self._read_at = stamp
        return self._shelf


def _files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.yaml"))


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        status = path.stat()
    except OSError:
        return path.name, 0, 0
    return path.name, status.st_mtime_ns, status.st_size


def _strangers(folder: Path) -> list[Fault]:
    """Files that somebody may take for playbooks."""
    names = sorted(path.name for path in (folder / FOLDER).glob("*.yml"))
    return [Fault(name, 0, "", "is not read: a playbook's file ends in .yaml") for name in names]
