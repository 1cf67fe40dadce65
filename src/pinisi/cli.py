"""The command `pinisi`: reads the words and hands them to `pinisi.commands`.

Imports stay inside the functions, so that a command loads only what it needs.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pinisi.settings import Settings
    from pinisi.vocabulary.instant import Instant

Words = argparse.Namespace
Act = Callable[[Words], int]


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
    _add_run(commands)
    _add_broker(commands)
    _add_keeping(commands)
    _add_new_city(commands)
    _add_new_source(commands)
    _add_new_service(commands)
    _add_import(commands)
    _add_import_roads(commands)
    _add_replay(commands)
    _add_exercise(commands)
    _add_backtest(commands)
    _add_procedures(commands)
    _add_cap(commands)
    _add_account(commands)
    _add_token(commands)
    _add_audit(commands)
    _command(commands, "version", _version, "print the version")
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


def _command(commands: Any, name: str, act: Act, help: str, *, settings: bool = False) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    parser.set_defaults(act=act)
    if settings:
        parser.add_argument("--data", metavar="FOLDER", help="the data folder (default: data)")
        parser.add_argument("--settings", type=Path, metavar="FILE", help="the settings file")
    return parser


def _group(commands: Any, name: str, help: str) -> Any:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=help, description=help)
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def _add_run(commands: Any) -> None:
    parser = _command(commands, "run", _run, "open the War Room of a city", settings=True)
    parser.add_argument("city", nargs="?", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--data-from", metavar="FOLDER", help="where files lie that the city reads from elsewhere")
    parser.add_argument("--store", help="postgresql://… that several processes share (default: the data folder)")
    parser.add_argument("--feed", help="nats://host:port,… by which processes hear of changes (default: the store)")
    parser.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", help="port to listen at (default: 9090)")


def _add_broker(commands: Any) -> None:
    parser = _command(commands, "broker", _broker, "serve the context broker alone", settings=True)
    parser.add_argument("--store", help="postgresql://… that several processes share (default: the data folder)")
    parser.add_argument("--feed", help="nats://host:port,… by which processes hear of changes (default: the store)")
    parser.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", help="port to listen at (default: 9090)")


def _add_keeping(commands: Any) -> None:
    doctor = _command(commands, "doctor", _doctor, "say in plain words what is wrong", settings=True)
    doctor.add_argument("what", nargs="?", choices=["data"], help="the faults of the data instead of the installation")
    doctor.add_argument("files", nargs="*", type=Path, metavar="FILE", help="whose faults; else the city's registers")
    doctor.add_argument("--json", action="store_true", help="with data: as JSON")
    doctor.add_argument("--host", help="address to look at (default: 127.0.0.1)")
    doctor.add_argument("--port", help="port to look at (default: 9090)")
    backup = _command(commands, "backup", _backup, "write the data folder into one file", settings=True)
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = _command(commands, "restore", _restore, "put a backup in place of the data folder", settings=True)
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--replace", action="store_true", help="even if the data folder is not empty; the old is kept")


def _add_new_city(commands: Any) -> None:
    parser = _command(commands, "new-city", _new_city, "write a minimal city folder")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    parser.add_argument("--id", required=True, help="short name: letters, digits and dashes")
    parser.add_argument("--name", required=True, help="the city's name as people write it")


def _add_new_source(commands: Any) -> None:
    parser = _command(
        commands, "new-source", _new_source, "begin a source of one's own: a package with a test that runs"
    )
    parser.add_argument("name", metavar="NAME", help="lower-case letters and digits")
    parser.add_argument("--service", metavar="NAME", help="add it to the package of this service instead")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the package is written (default: here)")


def _add_new_service(commands: Any) -> None:
    help = "begin a service of one's own: a package of the standard shape with tests that run"
    parser = _command(commands, "new-service", _new_service, help)
    parser.add_argument("name", metavar="NAME", help="lower-case letters and digits")
    parser.add_argument("--folder", type=Path, default=Path(), help="where the package is written (default: here)")


def _add_replay(commands: Any) -> None:
    parser = _command(
        commands, "replay", _replay, "live through a recorded day again; opens Pinisi if none runs", settings=True
    )
    parser.add_argument("recording", nargs="?", metavar="RECORDING", help="which; without it they are listed")
    parser.add_argument("--speed", type=float, default=60.0, help="seconds of that day in one of ours (default: 60)")
    parser.add_argument("--from", dest="start", metavar="MOMENT", help="where to begin, as 2017-02-21T06:00+07:00")
    parser.add_argument("--data-from", type=Path, metavar="FOLDER", help="where the files of the recording are")
    parser.add_argument("--name", default="", help="for a second replay of the same recording beside the first")
    parser.add_argument("--loop", action="store_true", help="begin again at the end")
    parser.add_argument("--paused", action="store_true", help="stand still at the beginning")
    parser.add_argument("--city", metavar="CITY", help="the city to open when no Pinisi runs (default: as pinisi run)")
    parser.add_argument("--host", help="address to listen at, if it has to be opened (default: 127.0.0.1)")
    parser.add_argument("--port", help="port to listen at, if it has to be opened (default: 9090)")


def _add_exercise(commands: Any) -> None:
    help = "run an exercise of the war room on a folder that is thrown away"
    parser = _command(commands, "exercise", _exercise, help)
    parser.add_argument("city", nargs="?", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--name", default="", help="which of the city's exercises, where it has several")
    parser.add_argument("--list", action="store_true", help="only list them, and say what is wrong with their files")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast its script is played (default: 1)")
    parser.add_argument("--now", action="store_true", help="begin at once; else somebody starts it on the page Events")
    parser.add_argument("--play", action="store_true", help="let scripted players play it to its end, and stop")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="for its documents (default: exercise-NAME)")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="the settings file")
    parser.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    parser.add_argument("--port", help="port to listen at (default: 9090)")


def _add_backtest(commands: Any) -> None:
    parser = _command(
        commands, "backtest", _backtest, "what a service said in the past, beside what came", settings=True
    )
    parser.add_argument("service", metavar="SERVICE")
    parser.add_argument("--reaction", default="", help="which of its reactions, where several say something of later")
    parser.add_argument("--from", dest="since", required=True, metavar="DAY", help="2026-02-01, or a moment in UTC")
    parser.add_argument("--to", dest="until", required=True, metavar="DAY", help="the end, left out itself")
    parser.add_argument("--every", type=float, default=1.0, metavar="HOURS", help="from one moment to the next (1)")
    parser.add_argument(
        "--known-by",
        choices=("received", "observed"),
        default="received",
        help="what was known then: what had come in (received), or, of history that was imported, had been measured",
    )
    parser.add_argument("--tenant", default="", help="which tenant, where there are several")
    parser.add_argument("--json", action="store_true", help="the whole report as JSON")


def _add_import(commands: Any) -> None:
    help = "examine a file and load it: CSV, GeoJSON, shapefile, XLSX, NGSI-LD"
    parser = _command(commands, "import", _import, help, settings=True)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--mapping", type=Path, metavar="FILE", help="how rows become entities (default: as proposed)")
    parser.add_argument("--propose", action="store_true", help="only print the mapping that is proposed")
    parser.add_argument("--save-mapping", type=Path, metavar="FILE", help="write the mapping that is used")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be found; nothing is written")
    parser.add_argument("--json", action="store_true", help="with --dry-run: every fault as JSON")
    parser.add_argument("--type", default="", metavar="TYPE", help="type of the entities, for the proposal")
    parser.add_argument("--city", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--source-title", metavar="TEXT", help="title of the source card")


def _add_import_roads(commands: Any) -> None:
    help = "bring roads into a city: an OpenStreetMap extract (.osm.pbf) or a shapefile"
    parser = _command(commands, "import-roads", _import_roads, help, settings=True)
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("city", nargs="?", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--as-of", metavar="PERIOD", help="when the roads were so, if the file is silent")
    parser.add_argument("--bounds", type=_bounds, metavar="W,S,E,N", help="only roads that touch these degrees")
    parser.add_argument("--source", default="roads", metavar="ID", help="id of the source card (default: roads)")
    parser.add_argument("--source-title", metavar="TEXT", help="title of the source card")
    parser.add_argument("--publisher", metavar="TEXT", help="who publishes the file (default: by its kind)")
    parser.add_argument("--licence", metavar="TEXT", help="its licence (default: by its kind)")
    parser.add_argument("--url", default="", metavar="ADDRESS", help="where it is published")
    parser.add_argument("--remove-missing", action="store_true", help="take roads away that the file no longer has")


def _bounds(text: str) -> tuple[float, float, float, float]:
    """Raises `ValueError` for what is not west, south, east, north."""
    west, south, east, north = (float(part) for part in text.split(","))
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise ValueError(text)
    return west, south, east, north


def _add_procedures(commands: Any) -> None:
    group = _group(commands, "procedures", "look at the procedures of a city")
    check = _command(group, "check", _procedures_check, "say what is wrong with them, with file and line")
    check.add_argument("city", nargs="?", default="makassar", metavar="CITY", help="folder or shipped name")


def _add_cap(commands: Any) -> None:
    group = _group(commands, "cap", "warnings in the Common Alerting Protocol")
    check = _command(group, "check", _cap_check, "judge warnings: standard, rules, signature; and say why")
    check.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a CAP message; - is the standard input")
    check.add_argument("--trust", action="append", default=[], type=Path, metavar="FILE", help="certificates, PEM")
    check.add_argument("--language", choices=("id", "en", "ja"), default="en", help="of the words (default: en)")
    check.add_argument("--json", action="store_true", help="for a program: one line a file")


def _add_account(commands: Any) -> None:
    group = _group(commands, "account", "make, list and disable accounts (of a stopped Pinisi)")
    add = _command(group, "add", _account_add, "make an account; the password is asked for", settings=True)
    add.add_argument("account", metavar="NAME", help="what the person signs in with")
    add.add_argument("--name", dest="shown", help="the name to show (default: NAME)")
    add.add_argument("--role", required=True, help="administrator, operator, viewer ...; see docs/reference/people.md")
    add.add_argument("--area", action="append", default=[], metavar="CODE", help="only this area; can be repeated")
    add.add_argument("--no-password", action="store_true", help="nobody signs in with it; it only owns tokens")
    _command(group, "list", _account_list, "list the accounts", settings=True)
    disable = _command(group, "disable", _account_disable, "disable an account at once", settings=True)
    disable.add_argument("account", metavar="NAME")


def _add_token(commands: Any) -> None:
    group = _group(commands, "token", "make, list and revoke tokens (of a stopped Pinisi)")
    add = _command(group, "add", _token_add, "make a token of an account and print it once", settings=True)
    add.add_argument("account", metavar="ACCOUNT", help="whose token it is")
    add.add_argument("--label", required=True, help="what it is for")
    add.add_argument("--permission", action="append", required=True, help="what it may do; can be repeated")
    add.add_argument("--days", type=int, help="how long it is good (default: 90)")
    _command(group, "list", _token_list, "list the tokens", settings=True)
    revoke = _command(group, "revoke", _token_revoke, "revoke a token at once", settings=True)
    revoke.add_argument("token", metavar="TOKEN", help="its id: the part after pinisi_")


def _add_audit(commands: Any) -> None:
    group = _group(commands, "audit", "check the audit trail, take it out, sign it")
    check = _command(group, "verify", _audit_verify, "check a data folder or an exported trail", settings=True)
    check.add_argument("place", nargs="?", type=Path, metavar="PLACE", help="folder or export (default: --data)")
    check.add_argument("--checkpoints", type=Path, metavar="FILE", help="checkpoints that were kept outside")
    check.add_argument("--key", type=Path, metavar="FILE", help="the public keys that you trust")
    export = _command(group, "export", _audit_export, "write the trails of every tenant into one file", settings=True)
    export.add_argument("file", type=Path, metavar="FILE")
    _command(group, "checkpoint", _audit_checkpoint, "sign, and print keys and newest checkpoints", settings=True)
    verifier = _command(group, "verifier", _audit_verifier, "pack the verifier into one file that needs only Python")
    verifier.add_argument("file", type=Path, metavar="FILE")


def _given(words: Words) -> dict[str, object]:
    """What the command line says of settings; None where it is silent."""
    return {key: getattr(words, key, None) for key in ("data", "data_from", "store", "feed", "host", "port")}


def _settings(words: Words) -> "Settings":
    from pinisi.settings import load_settings

    return load_settings(given=_given(words), file=words.settings)


def _now() -> "Instant":
    import time

    return time.time_ns() // 1000


def _run(words: Words) -> int:
    from pinisi.commands.run import run

    return run(_settings(words), words.city)


def _broker(words: Words) -> int:
    from pinisi.commands.broker import broker

    return broker(_settings(words))


def _doctor(words: Words) -> int:
    if words.what == "data":
        import time

        from pinisi.commands.data_doctor import doctor_data

        return doctor_data(_settings(words), words.files, words.json, time.strftime("%Y-%m-%d"))
    from pinisi.commands.keeping import doctor

    return doctor(_given(words), words.settings, _now())


def _backup(words: Words) -> int:
    from pinisi.commands.keeping import backup

    return backup(_settings(words), words.file, _now())


def _restore(words: Words) -> int:
    from pinisi.commands.keeping import restore

    return restore(_settings(words), words.file, replace=words.replace)


def _new_city(words: Words) -> int:
    from pinisi.commands.cities import new_city

    return new_city(words.folder, words.id, words.name)


def _new_source(words: Words) -> int:
    from pinisi.commands.sources import new_source

    return new_source(words.name, words.service, words.folder)


def _backtest(words: Words) -> int:
    from pinisi.commands.backtest import Wish, run

    wish = Wish(
        service=words.service,
        reaction=words.reaction,
        since=words.since,
        until=words.until,
        every=words.every * 3_600,
        known_by=words.known_by,
        tenant=words.tenant,
    )
    return run(_settings(words), wish, as_json=words.json)


def _new_service(words: Words) -> int:
    from pinisi.commands.services import new_service

    return new_service(words.name, words.folder)


def _replay(words: Words) -> int:
    from pinisi.commands.replay import Wanted, replay

    wanted = Wanted(
        recording=words.recording,
        speed=words.speed,
        start=words.start,
        folder=words.data_from,
        name=words.name,
        loop=words.loop,
        paused=words.paused,
    )
    return replay(_settings(words), words.city, wanted)


def _exercise(words: Words) -> int:
    from pinisi.commands.exercise import Wish, exercise, listed

    if words.list:
        return listed(words.city or "makassar")
    wish = Wish(
        city=words.city,
        name=words.name,
        speed=words.speed,
        at_once=words.now,
        play=words.play,
        report=words.report,
    )
    return exercise(_settings(words), wish)


def _import(words: Words) -> int:
    from pinisi.commands.importing import Wish, import_file

    wish = Wish(
        file=words.file,
        mapping=words.mapping,
        save_mapping=words.save_mapping,
        city=words.city,
        type=words.type,
        source_title=words.source_title,
        propose=words.propose,
        dry_run=words.dry_run,
        json=words.json,
    )
    return import_file(_settings(words), wish)


def _import_roads(words: Words) -> int:
    from pinisi.commands.roads import Wish, import_roads

    wish = Wish(
        file=words.file,
        city=words.city,
        as_of=words.as_of,
        bounds=words.bounds,
        source=words.source,
        title=words.source_title,
        publisher=words.publisher,
        licence=words.licence,
        url=words.url,
        remove_missing=words.remove_missing,
    )
    return import_roads(_settings(words), wish)


def _procedures_check(words: Words) -> int:
    from pinisi.commands.procedures import check

    return check(words.city)


def _cap_check(words: Words) -> int:
    from pinisi.commands.cap import check

    return check(words.files, words.trust, words.language, as_json=words.json)


def _account_add(words: Words) -> int:
    from pinisi.commands.people import add_account

    settings = _settings(words)
    return add_account(settings, words.account, words.shown, words.role, words.area, password=not words.no_password)


def _account_list(words: Words) -> int:
    from pinisi.commands.people import list_accounts

    return list_accounts(_settings(words))


def _account_disable(words: Words) -> int:
    from pinisi.commands.people import disable_account

    return disable_account(_settings(words), words.account)


def _token_add(words: Words) -> int:
    from pinisi.commands.people import add_token

    return add_token(_settings(words), words.account, words.label, words.permission, words.days)


def _token_list(words: Words) -> int:
    from pinisi.commands.people import list_tokens

    return list_tokens(_settings(words))


def _token_revoke(words: Words) -> int:
    from pinisi.commands.people import revoke_token

    return revoke_token(_settings(words), words.token)


def _audit_verify(words: Words) -> int:
    from pinisi.commands.audit import Judge, verify

    return verify(_settings(words), words.place, Judge(checkpoints=words.checkpoints, key=words.key))


def _audit_export(words: Words) -> int:
    from pinisi.commands.audit import export

    return export(_settings(words), words.file)


def _audit_checkpoint(words: Words) -> int:
    from pinisi.commands.audit import checkpoint

    return checkpoint(_settings(words))


def _audit_verifier(words: Words) -> int:
    from pinisi.commands.audit import verifier

    return verifier(words.file)


def _version(words: Words) -> int:
    from pinisi import __version__

    print(f"pinisi {__version__}")
    return 0
