"""`pinisi exercise`: a war room for an exercise, on a folder that is thrown away; nothing of the city is touched."""

import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pinisi.commands.cities import find_city
from pinisi.commands.failure import CommandFailed
from pinisi.commands.run import address, refuse_taken_port, with_port
from pinisi.incidents.exercises.reading import BadExercise, Known, exercises_of, read_exercise
from pinisi.incidents.exercises.script import Script
from pinisi.settings import Settings

SLOWEST, FASTEST = 0.1, 600.0


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """`name`: which exercise, where the city has several; `report`: the folder for the documents of its end."""

    city: str | None
    name: str = ""
    speed: float = 1.0
    at_once: bool = False
    play: bool = False
    report: Path | None = None


def exercise(settings: Settings, wish: Wish) -> int:
    """Open it, tell who signs in with what, and keep its documents when it has ended.

    Raises:
        CommandFailed: there is no such exercise, or the port cannot be had.
    """
    from pinisi.commands.exercise_room import Attendant
    from pinisi.console.exercise_room import CONTROL_ACCOUNT, Rehearsal
    from pinisi.console.server import serve
    from pinisi.people.first_run import one_time_password

    if not SLOWEST <= wish.speed <= FASTEST:
        raise CommandFailed(f"--speed: between {SLOWEST:g} and {FASTEST:g}")
    city = find_city(wish.city or settings.city or "makassar")
    script = chosen(city, wish.name)
    settings = with_port(settings)
    refuse_taken_port(settings.host, settings.port)
    accounts = [CONTROL_ACCOUNT, *(player.account for player in script.players)]
    passwords = {account: one_time_password() for account in accounts}
    rehearsal = Rehearsal(script=script, passwords=passwords, speed=wish.speed, at_once=wish.at_once or wish.play)
    with tempfile.TemporaryDirectory(prefix="pinisi-exercise-") as folder:
        settings = _apart(settings, Path(folder))
        url = address(settings.host, settings.port)
        attendant = Attendant(url, script, passwords, wish.report or Path(f"exercise-{script.id}"), play=wish.play)
        threading.Thread(target=attendant.attend, daemon=True).start()
        try:
            code = serve(settings, city, rehearsal)
        except KeyboardInterrupt:
            if not attendant.ended:
                raise
            code = 0
    return attendant.code or code


def _apart(settings: Settings, folder: Path) -> Settings:
    """Only how the house is reached: no other way in or out of the city's own is opened."""
    return Settings(
        data=folder / "data",
        keys_folder=folder / "keys",
        host=settings.host,
        port=settings.port,
        allowed_hosts=settings.allowed_hosts,
        allowed_origins=settings.allowed_origins,
        notification_targets=(),
        context_sources=(),
        log_level="warning",
    )


def listed(city_name: str) -> int:
    """Print the exercises of a city, and every fault with file and line; 1 where there is a fault."""
    city = find_city(city_name)
    known = known_of_city(city)
    faulty = False
    for path in exercises_of(city):
        try:
            script = read_exercise(path, known)
        except BadExercise as error:
            faulty = True
            for fault in error.faults:
                print(f"{path.parent}/{fault}")
            continue
        minutes = script.length / 60
        calls = len(script.calls)
        print(f"{script.id}: {script.title.en}, {minutes:g} minutes, {len(script.injects)} injects, {calls} calls")
    if not exercises_of(city):
        print(f"{city}: no exercises; docs/how-to/run-an-exercise.md shows how one is written")
    return 1 if faulty else 0


def chosen(city: Path, name: str) -> Script:
    """Raises `CommandFailed`: there is none, there are several and none is named, or its file is faulty."""
    files: Mapping[str, Path] = {path.stem: path for path in exercises_of(city)}
    if not files:
        raise CommandFailed(f"{city}: has no exercises; docs/how-to/run-an-exercise.md shows how one is written")
    if name not in files and (name or len(files) > 1):
        which = f"there is no exercise {name!r}" if name else "there are several exercises"
        raise CommandFailed(f"{which}; choose with --name: {', '.join(files)}")
    try:
        return read_exercise(files[name] if name else next(iter(files.values())), known_of_city(city))
    except BadExercise as error:
        raise CommandFailed(str(error)) from None


def known_of_city(city: Path) -> Known:
    """What an exercise of this city may name."""
    from pinisi.city.profile import load_profile
    from pinisi.incidents.procedures.shelf import known_of, read_shelf

    profile = load_profile(city)
    words = known_of(profile.operations)
    places = frozenset(area.name for area in profile.areas if area.level == "kelurahan")
    return Known(words, places, frozenset(read_shelf(city, words).by_id))
