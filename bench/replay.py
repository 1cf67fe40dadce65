"""The flood of Jakarta, 20 to 22 February 2017, replayed: six hours of it at 60x, and all of it at 3,600x.

The server is a process of its own; what arrived is read from its files afterwards, and compared with the archive.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from figure import figure
from pinisi.services.flood.petabencana import change_of, report_of
from pinisi.store.history import HistoryQuery
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import SECOND, Instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING
from shared import shared_folder

FIGURES = ("replay.jakarta.",)
ROOT = Path(__file__).parents[1]
RECORDING = "jakarta-flood-2017"
BEGIN = parse_instant("2017-02-19T17:00:00Z")
FROM, UNTIL = "2017-02-21T06:00:00+07:00", "2017-02-21T12:00:00+07:00"
AT_ONE = "2017-02-21T13:00:00+07:00"
FLOODED_AT_ONE = 168
CHANNEL, STATE = "urn:pinisi:term:channel", "urn:pinisi:term:floodState"
Event = tuple[Instant, str, Any]
"""When it arrives on that day, which entity, what it says."""


def archive() -> list[Event]:
    """Every event of the archive, read without the replay: what has to arrive, and when."""
    folder = shared_folder() / "data/flood/petabencana_2017"
    events: list[Event] = []
    for path in sorted(folder.glob("reports/*.geojson")):
        for feature in json.loads(path.read_text())["features"]:
            report = report_of(feature)
            events.append((parse_instant(report.at), f"urn:ngsi-ld:FloodReport:{report.id}", report.channel))
    for line in (folder / "floods/state_changes.jsonl").read_text().splitlines():
        change = change_of(json.loads(line))
        at = max(BEGIN, parse_instant(change.at))
        events.append((at, f"urn:ngsi-ld:FloodArea:{change.area}", change.state))
    return sorted(events, key=lambda event: event[0])


class Server:
    def __init__(self, data: Path) -> None:
        words = ["run", str(ROOT / "cities/makassar"), "--port", "0", "--data", str(data)]
        words += ["--data-from", str(shared_folder() / "data")]
        command = [sys.executable, "-m", "pinisi", *words]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        assert self.process.stdout is not None
        self.address = self.process.stdout.readline().strip()

    def ask(self, path: str, body: Any = None, tenant: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"content-type": "application/json"})
        if tenant is not None:
            request.add_header("NGSILD-Tenant", tenant)
            context = f'<{self.address}/pinisi/v1/context.jsonld>; rel="http://www.w3.org/ns/json-ld#context"'
            request.add_header("Link", context)
        with urllib.request.urlopen(request, timeout=120) as answer:
            return json.load(answer)

    def until(self, id: str, holds: Callable[[Any], bool]) -> Any:
        while True:
            found = self.ask(f"/pinisi/v1/replays/{id}")
            if found["state"] == "failed":
                sys.exit(f"the replay failed: {found['failure']}")
            if holds(found):
                return found
            time.sleep(0.5)

    def act(self, id: str, **act: Any) -> None:
        self.ask(f"/pinisi/v1/replays/{id}", act)

    def start(self, name: str, **wish: Any) -> str:
        started = self.ask("/pinisi/v1/replays", {"recording": RECORDING, "name": name, "paused": True, **wish})
        self.until(started["id"], lambda found: found["state"] == "paused")
        return started["id"]


async def arrived(data: Path, tenant: str) -> list[tuple[Event, Instant]]:
    """Every event in the order of the log, and when it was received."""
    events = archive()
    ids = sorted({id for _, id, _ in events})
    async with SqliteStore(data / "tenants", lambda: 0) as store:
        query = HistoryQuery(attributes=(CHANNEL, STATE), by="received", limit=100_000)
        stories = await store.stories(tenant, ids, query, EVERYTHING)
    found = [(moment, story.id) for story in stories for moment in story.moments if moment.instance is not None]
    found.sort(key=lambda pair: pair[0].position)
    return [((max(BEGIN, moment.observed), id, moment.instance.value), moment.received) for moment, id in found]


def judge(name: str, wanted: list[Event], came: list[tuple[Event, Instant]], note: str) -> None:
    """Lost or doubled: the two as bags. Out of order: received before what is older, or at another moment."""
    lost = sum((Counter(wanted) - Counter(event for event, _ in came)).values())
    doubled = sum((Counter(event for event, _ in came) - Counter(wanted)).values())
    pairs = pairwise(came)
    wrong = sum(later[0][0] < earlier[0][0] for earlier, later in pairs) + sum(event[0] != at for event, at in came)
    figure(f"replay.jakarta.{name}events", len(came), "count", f"{len(wanted)} in the archive", note)
    figure(f"replay.jakarta.{name}lost", lost + doubled, "count", "0 lost or doubled", note)
    figure(f"replay.jakarta.{name}out_of_order", wrong, "count", "0 out of order or at another moment", note)


def main() -> None:
    events = archive()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        server = Server(data)
        try:
            morning, elapsed_morning = _morning_at_60(server)
            whole, elapsed_whole = _whole_at_3600(server)
            flooded = _flooded_at_one(server)
        finally:
            server.process.terminate()
            server.process.wait()
        since, until = _utc(FROM), _utc(UNTIL)
        inside = [event for event in events if since < event[0] <= until]
        came = [pair for pair in asyncio.run(arrived(data, morning)) if since < pair[0][0] <= until]
        judge("60x.", inside, came, f"06:00 to 12:00 of 21 February at 60x, in {elapsed_morning:.0f} s")
        came = asyncio.run(arrived(data, whole))
        judge("", events, came, f"20 to 22 February, 72 hours, at 3,600x in {elapsed_whole:.0f} s")
    note = "neighbourhoods with floodState > 0 once the tenant was brought to 13:00 of 21 February (UTC+7)"
    figure(
        "replay.jakarta.flooded_at_13", flooded, "count", f"{FLOODED_AT_ONE} in the archive's picture of 13:00", note
    )


def _utc(text: str) -> Instant:
    return round(datetime.fromisoformat(text).timestamp()) * SECOND


def _morning_at_60(server: Server) -> tuple[str, float]:
    id = server.start("morning", speed=60, **{"from": FROM})
    began = time.monotonic()
    server.act(id, act="run")
    server.until(id, lambda found: parse_instant(found["moment"]) > _utc(UNTIL) + 10 * SECOND)
    elapsed = time.monotonic() - began
    server.act(id, act="pause")
    return id, elapsed


def _whole_at_3600(server: Server) -> tuple[str, float]:
    id = server.start("whole", speed=3600)
    began = time.monotonic()
    server.act(id, act="run")
    server.until(id, lambda found: found["state"] == "finished")
    return id, time.monotonic() - began


def _flooded_at_one(server: Server) -> int:
    id = server.start("one", **{"from": AT_ONE})
    found = server.ask("/ngsi-ld/v1/entities?type=FloodArea&q=floodState%3E0&limit=1000", tenant=id)
    return len(found)


if __name__ == "__main__":
    main()
