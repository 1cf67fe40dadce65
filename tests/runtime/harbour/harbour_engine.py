"""Computations of the harbour: one that goes well, and every way in which one can go wrong."""

import math
import os
import signal
import subprocess
import time
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from pinisi.city.text import Text
from pinisi.runtime.asked import asked
from pinisi.runtime.computation import JobFailed, Progress


class Days(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    days: Annotated[int, msgspec.Meta(ge=1, le=30)]
    station: str = "paotere"


class Heights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Metres above the datum at noon of each day."""

    metres: list[float]


class Soundings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a form can ask for."""

    draught: Annotated[float, asked(Text("Sarat kapal", "Draught", "喫水"), unit="MTR", ge=0, le=20)]
    berths: Annotated[list[str], asked(Text("Tambatan", "Berths", "岸壁"), entity=("Siren",), min_length=1)]
    begins: Annotated[datetime, asked(Text("Mulai", "Begins", "開始"))]
    day: Annotated[date, asked(Text("Hari", "Day", "日"))]
    bottom: Annotated[
        Literal["mud", "rock"],
        asked(
            Text("Dasar", "Bottom", "海底"),
            choices={"mud": Text("Lumpur", "Mud", "泥"), "rock": Text("Batu", "Rock", "岩")},
        ),
    ] = "mud"
    night: Annotated[bool, asked(Text("Malam juga", "Also at night", "夜間も"))] = False
    depths: Annotated[tuple[float, ...], asked(Text("Kedalaman", "Depths", "水深"), unit="MTR")] = ()


class Notes(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file in which a computation says who it is and what it has begun."""

    file: str


def soundings(given: Soundings, progress: Progress) -> Heights:
    return Heights([given.draught, *given.depths])


def tide_table(given: Days, progress: Progress) -> Heights:
    metres: list[float] = []
    for day in range(given.days):
        progress(day / given.days, f"day {day + 1}")
        metres.append(round(0.7 + 0.4 * math.sin(day / 2), 3))
    return Heights(metres)


def endless(given: Notes, progress: Progress) -> Heights:
    """Says how far it is, for ever; with a program of its own beside it."""
    helper = subprocess.Popen(["sleep", "3600"])
    with Path(given.file).open("a") as file:
        file.write(f"{os.getpid()} {helper.pid}\n")
    share = 0.0
    while True:
        share = min(0.9, share + 0.05)
        progress(share, "dredging")
        time.sleep(0.05)


def again(given: Notes, progress: Progress) -> Heights:
    """Endless the first time, done the second."""
    if Path(given.file).exists():
        return Heights([1.25])
    return endless(given, progress)


def noting(given: Notes, progress: Progress) -> Heights:
    """Done at once; each run leaves a line."""
    with Path(given.file).open("a") as file:
        file.write(f"{os.getpid()}\n")
    return Heights([2.5])


def growing(_given: Days, _progress: Progress) -> Heights:
    kept: list[bytes] = []
    while True:
        kept.append(os.urandom(1 << 20) * 4)
        time.sleep(0.01)


def grabbing(_given: Days, _progress: Progress) -> Heights:
    return Heights([float(len(bytearray(1 << 40)))])


def killed(_given: Days, _progress: Progress) -> Heights:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def wordless(_given: Days, _progress: Progress) -> Heights:
    os._exit(0)


def raising(_given: Days, _progress: Progress) -> Heights:
    print("this must not reach the server's ear")
    raise ZeroDivisionError("no water")


def refusing(given: Days, _progress: Progress) -> Heights:
    name = given.station
    raise JobFailed(Text(f"Stasiun {name} tidak ada", f"There is no station {name}", f"{name} はない"))


def without_engine(_given: Days, _progress: Progress) -> Heights:
    import a_tide_engine_that_nobody_has_installed  # type: ignore[import-not-found]

    return a_tide_engine_that_nobody_has_installed.run()


def environment(_given: Days, _progress: Progress) -> Heights:
    """How many settings of the server it can see."""
    return Heights([float(sum(name.startswith("PINISI_") for name in os.environ))])


def other_output(given: Days, _progress: Progress) -> Heights:
    return given  # type: ignore[return-value]


def false_output(_given: Days, _progress: Progress) -> Heights:
    return Heights(["high"])  # type: ignore[list-item]
