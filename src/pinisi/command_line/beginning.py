"""Beginning a city, a source, a service: `new-city`, `new-source`, `new-service`."""

from pathlib import Path
from typing import Any

from pinisi.command_line.words import Words, command


def add(commands: Any) -> None:
    _add_new_city(commands)
    _add_new_source(commands)
    _add_new_service(commands)


def _add_new_city(commands: Any) -> None:
    parser = command(commands, "new-city", _new_city, "write a minimal city folder")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--id", required=True, help="short name: letters, digits and dashes")
    parser.add_argument("--name", required=True, help="the city's name as people write it")


def _new_city(words: Words) -> int:
    from pinisi.commands.cities import new_city

    return new_city(words.folder, words.id, words.name)


def _add_new_source(commands: Any) -> None:
    parser = command(
        commands, "new-source", _new_source, "begin a source of one's own: a package with a test that runs"
    )
    parser.add_argument("name", metavar="NAME", help="lower-case letters and digits")
    parser.add_argument("--service", metavar="NAME", help="add it to the package of this service instead")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the package is written (default: here)")


def _new_source(words: Words) -> int:
    from pinisi.commands.sources import new_source

    return new_source(words.name, words.service, words.folder)


def _add_new_service(commands: Any) -> None:
    help = "begin a service of one's own: a package of the standard shape with tests that run"
    parser = command(commands, "new-service", _new_service, help)
    parser.add_argument("name", metavar="NAME", help="lower-case letters and digits")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the package is written (default: here)")


def _new_service(words: Words) -> int:
    from pinisi.commands.services import new_service

    return new_service(words.name, words.folder)
