"""`pinisi replay`: lists what of the past can be replayed, and starts a replay; opens a server where none runs."""

import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from pinisi.commands.failure import CommandFailed
from pinisi.runtime import occupancy
from pinisi.settings import Settings

LOOK_SECONDS = 0.2
ANSWER_SECONDS = 60.0
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
        if not occupant.url:
            raise CommandFailed(f"process {occupant.pid} holds the data folder but serves nothing; wait for its end")
        folder = {} if wanted.folder is None else {"folder": str(wanted.folder.resolve())}
        print(told(occupant.url, wanted, folder))
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
            print(told(occupant.url, wanted, {}), flush=True)
        except CommandFailed as failure:
            print(f"pinisi: {failure}", flush=True)
        except OSError:
            continue
        return


def told(url: str, wanted: Wanted, folder: Mapping[str, str]) -> str:
    """Where the replay is to be seen, or the list of recordings.

    Raises:
        CommandFailed: the server refuses.
        OSError: it does not answer.
    """
    if wanted.recording is None:
        return listing(ask(url, "/pinisi/v1/recordings")["recordings"])
    started = ask(url, PATH, wanted.body() | dict(folder))
    return f"{started['title']['en']}: {url}/?tenant={started['tenant']}"


def listing(recordings: list[dict[str, Any]]) -> str:
    lines: list[str] = []
    for each in recordings:
        lines.append(
            f"{each['id']}: {each['title']['en']} ({each['city']['name']}, {each['begin']} to {each['until']})"
        )
        if each["missing"]:
            lines.append(f"  {each['missing']['en']}")
    return "\n".join(lines) or "There is no recording: a city's folder declares them in recordings.toml."


def ask(url: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    from urllib.error import HTTPError, URLError
    from urllib.request import ProxyHandler, Request, build_opener

    request = Request(url + path, None if body is None else msgspec.json.encode(body))
    request.add_header("Content-Type", "application/json")
    token = os.environ.get("PINISI_TOKEN", "")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=ANSWER_SECONDS) as answer:
            return msgspec.json.decode(answer.read())
    except HTTPError as error:
        raise CommandFailed(_why(error.code, error.read())) from error
    except URLError as error:
        raise ConnectionError(f"{url} does not answer: {error.reason}") from error


def _why(status: int, body: bytes) -> str:
    if status == 401:
        return "the server asks who you are: set PINISI_TOKEN to a token that may replays.run (pinisi token add)"
    try:
        return str(msgspec.json.decode(body)["detail"])
    except (msgspec.DecodeError, KeyError, TypeError):
        return f"the server refused (HTTP {status})"
