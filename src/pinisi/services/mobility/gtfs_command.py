"""`pinisi gtfs`: check a feed, repair it; the engine does the work, this prints it."""

import argparse
import datetime
import sys
from pathlib import Path
from typing import Any

import msgspec


def add(commands: Any) -> None:
    """The grammar; what it needs is loaded when it is asked for."""
    parser: argparse.ArgumentParser = commands.add_parser("gtfs", help=_HELP, description=_HELP)
    acts = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    check = _act(acts, "check", "name every fault of a feed, by the names of the canonical validator")
    check.add_argument("--json", action="store_true", help="every fault as JSON")
    check.set_defaults(act=_check)
    repair = _act(acts, "repair", "write a feed that others can use, and say what was done")
    repair.add_argument("--out", type=Path, metavar="FILE", required=True, help="the repaired feed")
    repair.add_argument("--speed", type=_speed, default=18.0, metavar="KMH", help="where times are missing (18)")
    repair.add_argument("--start", type=_clock, default="05:00", metavar="HH:MM", help="of trips without times (05:00)")
    repair.add_argument("--headway", type=_headway, default=0, metavar="MINUTES", help="repeat such trips so often")
    repair.add_argument("--until", type=_clock, default="22:00", metavar="HH:MM", help="with --headway (22:00)")
    repair.add_argument("--json", action="store_true", help="the account as JSON")
    repair.set_defaults(act=_repair)
    make = _act(acts, "make", "write a timetable of a list of corridors (TOML)", of="a list of corridors")
    make.add_argument("--out", type=Path, metavar="FILE", required=True, help="the timetable")
    make.set_defaults(act=_make)


_HELP = "timetables as GTFS: check, repair, make"


def _act(acts: Any, name: str, help: str, of: str = "a feed: a zip file") -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = acts.add_parser(name, help=help, description=help)
    parser.add_argument("file", type=Path, metavar="FILE", help=of)
    parser.add_argument("--day", type=_day, metavar="DAY", help="as of 2026-11-26 (default: today)")
    return parser


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def _speed(text: str) -> float:
    speed = float(text)
    if not 1 <= speed <= 150:
        raise ValueError(text)
    return speed


def _headway(text: str) -> int:
    """Seconds of whole minutes."""
    minutes = int(text)
    if not 1 <= minutes <= 720:
        raise ValueError(text)
    return minutes * 60


def _clock(text: str) -> int:
    """Seconds of the day; up to 30 o'clock, as GTFS tells of the night after."""
    hours, minutes = text.split(":")
    if not (0 <= int(hours) <= 30 and 0 <= int(minutes) < 60):
        raise ValueError(text)
    return int(hours) * 3600 + int(minutes) * 60


def _today(words: argparse.Namespace) -> str:
    day: datetime.date = words.day or datetime.date.today()
    return f"{day:%Y%m%d}"


def _check(words: argparse.Namespace) -> int:
    """0: no error; 1: errors, or no feed."""
    from pinisi.services.mobility.engine.gtfs.checking import check_feed
    from pinisi.services.mobility.engine.gtfs.reading import read_feed
    from pinisi.services.mobility.gtfs_account import faults_shown
    from pinisi.services.mobility.gtfs_zip import NoFeed, read_zip

    try:
        feed, found = read_feed(read_zip(words.file))
    except NoFeed as error:
        return _failed(error)
    found += check_feed(feed, _today(words))
    print(_json(found) if words.json else faults_shown(found))
    return int(any(each.severity == "error" for each in found))


def _repair(words: argparse.Namespace) -> int:
    """0: the repaired feed has no error; 1: some are left, or there is no feed."""
    from pinisi.services.mobility.engine.gtfs.mend import Assumptions
    from pinisi.services.mobility.engine.gtfs.reading import read_feed
    from pinisi.services.mobility.engine.gtfs.repair import repair
    from pinisi.services.mobility.engine.gtfs.writing import write_feed
    from pinisi.services.mobility.gtfs_account import account, repair_shown
    from pinisi.services.mobility.gtfs_zip import NoFeed, read_zip, zipped

    if words.headway and words.until <= words.start:
        return _failed("--until: is not after --start")
    try:
        if words.out.exists() and words.out.samefile(words.file):
            return _failed(f"{words.out}: is the feed itself; the repaired one is written beside it")
        feed, found = read_feed(read_zip(words.file))
        assumed = Assumptions(speed=words.speed, start=words.start, headway=words.headway, until=words.until)
        done = repair(feed, found, assumed, _today(words))
        words.out.write_bytes(zipped(write_feed(done.feed)))
    except NoFeed as error:
        return _failed(error)
    except OSError as error:
        return _failed(f"{words.out}: cannot be written: {error.strerror or error}")
    print(_json(account(done)) if words.json else repair_shown(done))
    return int(done.errors(after=True) > 0)


def _make(words: argparse.Namespace) -> int:
    """0: the timetable has no error; 1: it has, or there is no list."""
    from pinisi.services.mobility.corridor_file import NoCorridors, made_of, read_corridors
    from pinisi.services.mobility.engine.gtfs.checking import check_feed
    from pinisi.services.mobility.engine.gtfs.writing import write_feed
    from pinisi.services.mobility.gtfs_account import faults_shown
    from pinisi.services.mobility.gtfs_zip import zipped

    try:
        made = made_of(read_corridors(words.file))
        words.out.write_bytes(zipped(write_feed(made.feed)))
    except NoCorridors as error:
        return _failed(error)
    except OSError as error:
        return _failed(f"{words.out}: cannot be written: {error.strerror or error}")
    found = check_feed(made.feed, _today(words))
    print("\n".join([f"assumed: {each}" for each in made.assumed] + [faults_shown(found)]))
    return int(any(each.severity == "error" for each in found))


def _failed(why: object) -> int:
    print(f"pinisi: {why}", file=sys.stderr)
    return 1


def _json(value: object) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=1).decode()
