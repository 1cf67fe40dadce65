"""The worst hours of the flood at 60 times their speed through the real server: what its queue holds afterwards."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pinisi.incidents.acts import Act, Raise, Release, Suppress
from pinisi.incidents.queue import Case, Queue, Wanted
from pinisi.incidents.states import STATES
from pinisi.store.sqlite import SqliteStore
from pinisi.vocabulary.instant import MINUTE, Instant, parse_instant
from pinisi.vocabulary.principal import EVERYTHING

sys.path.insert(0, str(Path(__file__).parents[1]))

from replay import Server

FROM, UNTIL = "2017-02-21T04:00:00+07:00", "2017-02-21T10:00:00+07:00"
SINCE, END = parse_instant("2017-02-20T21:00:00Z"), parse_instant("2017-02-21T03:00:00Z")
SPEED = 60


class Held(msgspec.Struct, frozen=True):
    """One incident of a citizen's report: the report, the incident that it belongs to (its own if it rang), and when
    it rang; `quiet`: it is suppressed still.
    """

    id: str
    report: str
    within: str
    rang: Sequence[Instant]
    quiet: bool


def played(data: Path) -> str:
    """Run the server over those hours; the tenant that they were replayed in."""
    server = Server(data)
    try:
        tenant = server.start("worst", speed=SPEED, **{"from": FROM})
        server.act(tenant, act="run")
        server.until(tenant, lambda found: parse_instant(found["moment"]) > END + MINUTE)
        server.act(tenant, act="pause")
        return tenant
    finally:
        server.process.terminate()
        server.process.wait()


async def held(data: Path, tenant: str) -> list[Held]:
    """Every incident of a citizen's report, as the files have it."""
    async with SqliteStore(data / "tenants", lambda: 0) as store:
        queue = Queue(store)
        cases, _ = await queue.cases(tenant, Wanted(states=STATES), EVERYTHING, limit=100_000)
        return [
            _held(case, await queue.acts(tenant, case.entity.id)) for case in cases if ":FloodReport:" in case.entity.id
        ]


def _held(case: Case, acts: Sequence[Act]) -> Held:
    id = case.entity.id
    quiet_at_once = any(isinstance(act.deed, Suppress) for act in acts[1:2])
    rang = [act.at for act in acts if isinstance(act.deed, Release)]
    if isinstance(acts[0].deed, Raise) and not quiet_at_once:
        rang.insert(0, acts[0].at)
    return Held(id, id[id.rindex("urn:") :], case.record.group or id, rang, case.record.state == "suppressed")
