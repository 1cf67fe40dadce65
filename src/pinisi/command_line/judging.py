"""Judging files: `procedures check`, `cap check`."""

from pathlib import Path
from typing import Any

from pinisi.command_line.words import Words, command, group


def add(commands: Any) -> None:
    _add_procedures(commands)
    _add_cap(commands)


def _add_procedures(commands: Any) -> None:
    inner = group(commands, "procedures", "look at the procedures of a city")
    check = command(inner, "check", _procedures_check, "say what is wrong with them, with file and line")
    check.add_argument("city", nargs="?", default="makassar", metavar="CITY", help="folder or shipped name")


def _procedures_check(words: Words) -> int:
    from pinisi.commands.procedures import check

    return check(words.city)


def _add_cap(commands: Any) -> None:
    inner = group(commands, "cap", "warnings in the Common Alerting Protocol")
    check = command(inner, "check", _cap_check, "judge warnings: standard, rules, signature; and say why")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a CAP message; - is the standard input")
    check.add_argument("--trust", action="append", default=[], type=Path, metavar="FILE", help="certificates, PEM")
    check.add_argument("--language", choices=("id", "en", "ja"), default="en", help="of the words (default: en)")
    check.add_argument("--json", action="store_true", help="for a program: one line a file")


def _cap_check(words: Words) -> int:
    from pinisi.commands.cap import check

    return check(words.files, words.trust, words.language, as_json=words.json)
