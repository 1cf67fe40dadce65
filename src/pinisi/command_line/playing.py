"""Living through a day again, or one that is made up: `replay`, `exercise`, `backtest`."""

from pathlib import Path
from typing import Any

from pinisi.command_line.words import Words, add_address, command, settings_of


def add(commands: Any) -> None:
    _add_replay(commands)
    _add_exercise(commands)
    _add_backtest(commands)


def _add_replay(commands: Any) -> None:
    parser = command(
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
    add_address(parser, "to listen at, if it has to be opened")


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
    return replay(settings_of(words), words.city, wanted)


def _add_exercise(commands: Any) -> None:
    help = "run an exercise of the war room on a folder that is thrown away"
    parser = command(commands, "exercise", _exercise, help)
    parser.add_argument("city", nargs="?", metavar="CITY", help="folder or shipped name (default: makassar)")
    parser.add_argument("--name", default="", help="which of the city's exercises, where it has several")
    parser.add_argument("--list", action="store_true", help="only list them, and say what is wrong with their files")
    parser.add_argument("--speed", type=float, default=1.0, help="how fast its script is played (default: 1)")
    parser.add_argument("--now", action="store_true", help="begin at once; else somebody starts it on the page Events")
    parser.add_argument("--play", action="store_true", help="let scripted players play it to its end, and stop")
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="for its documents (default: exercise-NAME)")
    parser.add_argument("--settings", type=Path, metavar="FILE", help="the settings file")
    add_address(parser, "to listen at")


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
    return exercise(settings_of(words), wish)


def _add_backtest(commands: Any) -> None:
    parser = command(
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
    return run(settings_of(words), wish, as_json=words.json)
