"""Procedures of a city at the command line: are they fit to be followed?"""

from pinisi.city.operations import read_operations
from pinisi.commands.cities import find_city
from pinisi.incidents.procedures.shelf import FOLDER, known_of, read_shelf


def check(city: str) -> int:
    """Print every fault with file and line, or what there is; 1 where there is a fault."""
    folder = find_city(city)
    shelf = read_shelf(folder, known_of(read_operations(folder)))
    for fault in shelf.faults:
        print(f"{folder / FOLDER}/{fault}")
    for playbook in shelf.playbooks:
        print(f"{playbook.id}: version {playbook.version}, {len(playbook.steps)} steps: {playbook.title.en}")
    if shelf.faults:
        print(f"{len(shelf.faults)} faults: what is faulty is not offered")
    elif not shelf.playbooks:
        print(f"{folder / FOLDER}: no procedures; docs/how-to/write-a-procedure.md shows how one is written")
    return 1 if shelf.faults else 0
