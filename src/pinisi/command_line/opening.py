"""Opening the War Room or the broker, looking after its folder: `run`, `broker`, `doctor`, `backup`, `restore`."""

from pathlib import Path
from typing import Any

from pinisi.command_line.words import Words, add_address, add_sharing, command, given, now, settings_of


def add(commands: Any) -> None:
    _add_run(commands)
    _add_broker(commands)
    _add_keeping(commands)


def _add_run(commands: Any) -> None:
    parser = command(commands, "run", _run, "open the War Room of a city", settings=True)
    parser.add_argument("city", nargs="?", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--data-from", metavar="FOLDER", help="where files lie that the city reads from elsewhere")
    add_sharing(parser)


def _run(words: Words) -> int:
    from pinisi.commands.run import run

    return run(settings_of(words), words.city)


def _add_broker(commands: Any) -> None:
    parser = command(commands, "broker", _broker, "serve the context broker alone", settings=True)
    add_sharing(parser)


def _broker(words: Words) -> int:
    from pinisi.commands.broker import broker

    return broker(settings_of(words))


def _add_keeping(commands: Any) -> None:
    doctor = command(commands, "doctor", _doctor, "say in plain words what is wrong", settings=True)
    doctor.add_argument("what", nargs="?", choices=["data"], help="the faults of the data instead of the installation")
    doctor.add_argument("files", nargs="*", type=Path, metavar="FILE", help="whose faults; else the city's registers")
    doctor.add_argument("--json", action="store_true", help="with data: as JSON")
    add_address(doctor, "to look at")
    backup = command(commands, "backup", _backup, "write the data folder into one file", settings=True)
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = command(commands, "restore", _restore, "put a backup in place of the data folder", settings=True)
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="even if the data folder is not empty; the old is kept")


def _doctor(words: Words) -> int:
    if words.what == "data":
        import time

        from pinisi.commands.data_doctor import doctor_data

        return doctor_data(settings_of(words), words.files, words.json, time.strftime("%Y-%m-%d"))
    from pinisi.commands.keeping import doctor

    return doctor(given(words), words.settings, now())


def _backup(words: Words) -> int:
    from pinisi.commands.keeping import backup

    return backup(settings_of(words), words.file, now())


def _restore(words: Words) -> int:
    from pinisi.commands.keeping import restore

    return restore(settings_of(words), words.file, replace=words.replace)
