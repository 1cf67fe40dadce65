"""The command `pinisi`: reads the words and hands them to `pinisi.commands`."""

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from pinisi.command_line import beginning, bringing, judging, opening, playing, trusting
from pinisi.command_line.words import Words, command


def main(words: Sequence[str] | None = None) -> int:
    """Run one command and answer its exit code: 0 done, 1 could not be done (and why), 2 not understood."""
    parser = build_parser(sys.argv[1:] if words is None else words)
    given = parser.parse_args(words)
    if not hasattr(given, "act"):
        parser.print_help()
        return 2
    try:
        return given.act(given)
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        from pinisi.commands.failure import is_told

        if not is_told(error):
            raise
        print(f"pinisi: {error}", file=sys.stderr)
        return 1


def build_parser(words: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The grammar of the command line; that of the services too, unless the words ask for a command of the house."""
    parser = argparse.ArgumentParser(prog="pinisi", description="Pinisi, the open war room of a city.")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for room in (opening, beginning, bringing, playing, judging, trusting):
        room.add(commands)
    command(commands, "version", _version, "print the version")
    if not words or words[0] not in commands.choices:
        _add_those_of_services(commands)
    return parser


def _add_those_of_services(commands: Any) -> None:
    """Commands that services bring: entry points of the group `pinisi.commands`, called with the list of commands.

    One that cannot be loaded is told, and the others stay.
    """
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group="pinisi.commands"), key=lambda point: point.name):
        try:
            point.load()(commands)
        except Exception as error:
            print(f"The command {point.name} of {point.value} cannot be loaded: {error!r}", file=sys.stderr)


def _version(words: Words) -> int:
    from pinisi import __version__

    print(f"pinisi {__version__}")
    return 0
