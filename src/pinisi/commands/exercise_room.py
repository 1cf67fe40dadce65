"""Beside the server of an exercise: says who signs in with what, how it goes, and keeps the documents of its end."""

import os
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pinisi.commands.exercise_seat import Refused, Seat
from pinisi.incidents.exercises.script import Script

LOOK_S = 0.5
LANGUAGES = ("id", "en", "ja")
CONTROL = "kendali"


class Attendant:
    """`code`: what the command answers when the exercise could not be played to its end; `ended`: it stopped it."""

    def __init__(self, url: str, script: Script, passwords: Mapping[str, str], report: Path, *, play: bool) -> None:
        self.url = url
        self.code = 0
        self.ended = False
        self._script = script
        self._passwords = passwords
        self._report = report
        self._play = play
        self._seat = Seat(url, CONTROL)
        self._told: dict[str, str] = {}

    def attend(self) -> None:
        try:
            self._wait()
            self._announce()
            if self._play:
                threading.Thread(target=self._let_play, daemon=True).start()
            self._follow()
        except (OSError, Refused, ValueError) as error:
            print(f"pinisi: the exercise was left: {error}", flush=True)
            self.code = 1
        if self._play:
            self.ended = True
            os.kill(os.getpid(), signal.SIGINT)

    def _let_play(self) -> None:
        from pinisi.commands.exercise_player import play

        play(self.url, self._script, self._passwords)

    def _wait(self) -> None:
        """Until somebody can sign in."""
        while True:
            try:
                return self._seat.sign_in(self._passwords[CONTROL])
            except OSError:
                time.sleep(LOOK_S)
            except Refused as refused:
                if refused.status not in (401, 503):
                    raise
                time.sleep(LOOK_S)

    def _announce(self) -> None:
        title = self._script.title.en
        print(f"{title}: {self.url}/?page=events", flush=True)
        print("Nothing here is the city's: the folder is thrown away when you stop it with Ctrl+C.")
        rows = [(CONTROL, "leads the exercise, may do everything")]
        rows += [(player.account, f"{player.name} ({player.role})") for player in self._script.players]
        for account, what in rows:
            print(f"  {account:<14} {self._passwords[account]}  {what}")
        print("Each player signs in in a browser (or private window) of his own; a crew opens", f"{self.url}/crew")
        print("Whoever leads starts and ends it on the page Events.", flush=True)

    def _follow(self) -> None:
        while True:
            seen = self._seat.get("exercise")
            self._tell(seen)
            if seen["state"] == "over":
                return self._keep(seen)
            time.sleep(LOOK_S)

    def _tell(self, seen: Mapping[str, Any]) -> None:
        """A line for what was brought, and one when the room has noticed it."""
        for each in seen["injects"]:
            told = "noticed" if each["noticed"] is not None else "given" if each["givenAt"] else ""
            if told and self._told.get(each["id"]) != told:
                self._told[each["id"]] = told
                after = f"noticed after {each['noticed']} s by {each['by']}" if told == "noticed" else "happens"
                print(f"{_minute(each['at'])} {each['title']['en']}: {after}", flush=True)

    def _keep(self, seen: Mapping[str, Any]) -> None:
        score = seen["score"]
        print(f"The exercise is over: {score['met']} expectations met, {score['late']} late, ", end="")
        print(f"{score['wrong']} wrong, {score['missed']} missed.", flush=True)
        self._report.mkdir(parents=True, exist_ok=True)
        (self._report / "exercise.json").write_bytes(self._seat.read("exercise/report?format=json"))
        try:
            self._print(seen)
        except Refused as refused:
            if refused.status != 501:
                raise
            print(f"No PDF: {refused}")
        print(f"Documents: {self._report.resolve()}", flush=True)

    def _print(self, seen: Mapping[str, Any]) -> None:
        """The report of the exercise, and that of each incident under the name of the inject it came of."""
        for language in LANGUAGES:
            pdf = self._seat.read(f"exercise/report?lang={language}")
            (self._report / f"exercise-{language}.pdf").write_bytes(pdf)
        done: set[str] = set()
        for each in seen["injects"]:
            if each["incident"] and each["incident"] not in done:
                done.add(each["incident"])
                for language in LANGUAGES:
                    pdf = self._seat.read(f"incidents/{quote(each['incident'], safe='')}/report?lang={language}")
                    (self._report / f"{each['id']}-{language}.pdf").write_bytes(pdf)


def _minute(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
