"""Scripted players of an exercise: they do over HTTP what people do at the console, so that one can watch it run."""

import contextlib
import threading
import time
from collections.abc import Callable, Generator, Mapping
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from pinisi.commands.exercise_seat import Refused, Seat
from pinisi.incidents.exercises.script import Inject, Player, RingIn, Script

PAUSE_S = 0.3
LONGEST_TAIL_S = 600
"""How long they go on after the last inject, until nothing is left to wait for."""
TAKEN = (404, 409)
"""Somebody else was faster, or it is over: nothing to worry about."""


@contextlib.contextmanager
def unless_taken() -> Generator[None]:
    """A step that somebody else took first is left out; what comes behind it goes on."""
    try:
        yield
    except Refused as refused:
        if refused.status not in TAKEN:
            raise


def play(url: str, script: Script, passwords: Mapping[str, str]) -> None:
    """Play it to its end, and end it."""
    over = threading.Event()
    table = Table(url, script)
    threads = [threading.Thread(target=table.sit, args=(player, passwords, over)) for player in script.players]
    for thread in threads:
        thread.start()
    control = Seat(url, "kendali")
    control.sign_in(passwords["kendali"])
    try:
        _until_done(control)
    finally:
        control.post("exercise", {"act": "end"})
        over.set()
        for thread in threads:
            thread.join()


def _until_done(control: Seat) -> None:
    """Until every inject was given and no expectation waits."""
    last = 0.0
    while True:
        seen = control.get("exercise")
        given = all(each["givenAt"] for each in seen["injects"])
        if given and not last:
            last = time.monotonic()
        waits = sum(result["state"] == "waiting" for each in seen["injects"] for result in each["expected"])
        if given and (not waits or time.monotonic() - last > LONGEST_TAIL_S):
            return
        time.sleep(PAUSE_S)


class Table:
    """Where they sit: who they are, and what the script wants of them."""

    def __init__(self, url: str, script: Script) -> None:
        self._url = url
        self._script = script
        self._incidents: dict[str, str] = {}

    def sit(self, player: Player, passwords: Mapping[str, str], over: threading.Event) -> None:
        seat = Seat(self._url, player.account)
        seat.sign_in(passwords[player.account])
        rounds: Mapping[str, Callable[[Seat], None]] = {
            "operator": self._operate,
            "supervisor": self._supervise,
            "crew": self._drive,
        }
        while not over.is_set():
            with unless_taken():
                rounds[player.role](seat)
            over.wait(PAUSE_S)

    def _operate(self, seat: Seat) -> None:
        for call in seat.get("calls")["calls"]:
            if call["state"] != "ringing":
                continue
            with unless_taken():
                seat.post(f"calls/{call['key']}/acts", {"act": "pick-up"})
                self._take_down(seat, call["key"])
        self._work(seat)

    def _take_down(self, seat: Seat, key: str) -> None:
        voice = next(each for each in seat.get("exercise")["voices"] if each["call"] == key)
        inject = self._script.by_id[voice["inject"]]
        if inject.call_kind != "emergency":
            seat.post(f"calls/{key}/saved", {"kind": inject.call_kind})
            return
        answer = seat.post(f"calls/{key}/saved", self._form(seat, inject))
        self._incidents[inject.id] = answer["incident"]

    def _form(self, seat: Seat, inject: Inject) -> dict[str, Any]:
        told = inject.happening
        assert isinstance(told, RingIn)
        joins = inject.wanted("joins")
        model = self._script.by_id[joins] if joins else inject
        category, _, sub = model.wanted("category").partition("/")
        form = {"kind": "emergency", "category": category, "subcategory": sub, "said": told.words.id}
        form |= {"spot": told.spot.id, "caller": told.caller, "place": self._kelurahan(seat, model.wanted("place"))}
        return form | ({"incident": self._incidents[joins]} if joins in self._incidents else {})

    def _kelurahan(self, seat: Seat, name: str) -> str:
        found = seat.get(f"search?q={quote(name)}&limit=8")["results"]
        return next(each["id"] for each in found if each["name"] == name and "AdministrativeArea" in each["id"])

    def _work(self, seat: Seat) -> None:
        for incident in seat.get("incidents?state=open&limit=200")["incidents"]:
            fits, id = set(incident["fits"]), incident["id"]
            with unless_taken():
                if incident["owner"] is None and "take" in fits:
                    seat.act(id, "take")
                    return
                if incident["ownerId"] == f"account:{seat.account}":
                    self._next(seat, incident, fits)
                elif "verify" in fits and incident["asked"]:
                    seat.act(id, "verify")

    def _next(self, seat: Seat, incident: Mapping[str, Any], fits: set[str]) -> None:
        """The next step of an incident that one owns."""
        id, state = incident["id"], incident["state"]
        if state == "acknowledged" and incident["category"] == "room":
            return
        if "open" in fits:
            seat.act(id, "open")
        elif state == "open":
            seat.act(id, "triage", category=incident["category"], subcategory=incident["subcategory"])
        elif state == "triaged":
            self._follow(seat, incident)
            self._send(seat, incident)
        elif state == "onScene" and all(each["state"] in ("finished", "refused") for each in incident["sent"]):
            seat.act(id, "resolve", note="Latihan: warga aman, lokasi ditangani")
        elif state == "dispatched" and not [each for each in incident["sent"] if each["state"] != "refused"]:
            self._send(seat, incident)
        elif state in ("resolved", "verified") and "close" in fits and (state == "verified" or not incident["asked"]):
            if self._is_spoken_of_again(id):
                return
            if incident["answerOwed"]:
                seat.act(id, "answer", note="Latihan: ditelepon balik")
            seat.act(id, "close", reason="Latihan: selesai")

    def _is_spoken_of_again(self, incident: str) -> bool:
        """Whether a caller is still to come who belongs to it: an incident that is closed takes no call."""
        of = {inject for inject, one in list(self._incidents.items()) if one == incident}
        return any(each.wanted("joins") in of and each.id not in self._incidents for each in self._script.injects)

    def _follow(self, seat: Seat, incident: Mapping[str, Any]) -> None:
        if incident["category"] != "flood":
            return
        with unless_taken():
            seat.post(f"incidents/{quote(incident['id'], safe='')}/procedures", {"procedure": "flood", "drill": True})

    def _send(self, seat: Seat, incident: Mapping[str, Any]) -> None:
        """The lead agency, and the units that are recommended."""
        found = seat.get(f"incidents/{quote(incident['id'], safe='')}/recommendation")
        chosen = [each for each in found["candidates"] if each["chosen"]]
        if incident["leadAgency"] not in [unit["agency"] for unit in chosen]:
            seat.act(incident["id"], "assign", agency=incident["leadAgency"], role="lead")
        for unit in chosen:
            with unless_taken():
                seat.act(incident["id"], "assign", agency=unit["agency"], unit=unit["id"])

    def _supervise(self, seat: Seat) -> None:
        for incident in seat.get("incidents?state=open&limit=200")["incidents"]:
            if "verify" in incident["fits"] and incident["asked"]:
                with unless_taken():
                    seat.act(incident["id"], "verify")

    def _drive(self, seat: Seat) -> None:
        for task in seat.get("crew/assignments")["assignments"]:
            act = {"sent": "accept", "accepted": "arrive", "onScene": "finish"}.get(task["state"])
            if act is None:
                continue
            with unless_taken():
                body = {"act": act, "key": str(uuid4()), "unit": task["unit"]}
                seat.post(f"crew/assignments/{quote(task['incident'], safe='')}/acts", body)
