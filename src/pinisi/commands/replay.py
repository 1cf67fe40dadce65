"""`pinisi replay`: lists what of the past can be replayed, and starts a replay; opens a server where none runs."""

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.commands.failure import CommandFailed
from pinisi.commands.running_server import NoAnswer, RunningServer
from pinisi.runtime import occupancy
from pinisi.settings import Settings

LOOK_SECONDS = 0.2
PATH = "/pinisi/v1/replays"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for; without `recording` a list."""

    recording: str | None
    speed: float = 60.0
    start: str | None = None
    folder: Path | None = None
    name: str = ""
    loop: bool = False
    paused: bool = False

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"recording": self.recording, "speed": self.speed, "name": self.name}
        body |= {"loop": self.loop, "paused": self.paused}
        if self.start is not None:
            body["from"] = self.start
        return body


def replay(settings: Settings, city: str | None, wanted: Wanted) -> int:
    """Ask the server on the data folder; without one, open the War Room and ask that.

    Raises:
        CommandFailed: the server refuses, and why.
    """
    occupant = occupancy.occupant(settings.data)
    if occupant is not None:
        folder = {} if wanted.folder is None else {"folder": str(wanted.folder.resolve())}
        print(told(_server(occupant), wanted, folder))
        return 0
    return _open(settings, city, wanted)


def _open(settings: Settings, city: str | None, wanted: Wanted) -> int:
    """Open the War Room; once it answers, start the replay in it."""
    from pinisi.commands.run import run

    threading.Thread(target=_when_open, args=(settings.data, wanted), daemon=True).start()
    return run(settings, city)


def _when_open(data: Path, wanted: Wanted) -> None:
    while True:
        time.sleep(LOOK_SECONDS)
        occupant = occupancy.occupant(data)
        if occupant is None or not occupant.url:
            continue
        try:
            print(told(_server(occupant), wanted, {}), flush=True)
        except NoAnswer:
            continue
        except CommandFailed as failure:
            print(f"pinisi: {failure}", flush=True)
        return


def _server(occupant: occupancy.Occupant) -> RunningServer:
    return RunningServer(occupant, "", os.environ.get("PINISI_TOKEN", ""), "replays.run")


def told(server: RunningServer, wanted: Wanted, folder: Mapping[str, str]) -> str:
    """Where the replay is to be seen, or the list of recordings.

    Raises:
        CommandFailed, NoAnswer: see `RunningServer.ask`.
    """
    if wanted.recording is None:
        return listing(server.ask("/pinisi/v1/recordings")["recordings"])
    started = server.ask(PATH, msgspec.json.encode(wanted.body() | dict(folder)))
    return f"{started['title']['en']}: {server.url}/?tenant={started['tenant']}"


def listing(recordings: list[dict[str, Any]]) -> str:
    lines: list[str] = []
    for each in recordings:
        lines.append(
            f"{each['id']}: {each['title']['en']} ({each['city']['name']}, {each['begin']} to {each['until']})"
        )
        if each["missing"]:
            lines.append(f"  {each['missing']['en']}")
    return "\n".join(lines) or "There is no recording: a city's folder declares them in recordings.toml."
