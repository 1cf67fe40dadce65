"""Others who are busy in the tenant of a story, each through any process: their own entities, which no story asks for.

Each of them reads at another process what he was just told is kept. So groups of writers meet at the head of the log,
with new names, types, months, documents, ends and erasures among them.
"""

import random
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from broker_at_hand import Broker, prop

MOST = 12
"""Entities of one of them."""
SHARED = "urn:ngsi-ld:Noise:shared"


class Busy:
    """One of them. `number` tells his entities from those of others; `fault` is what he found wrong."""

    def __init__(self, brokers: Sequence[Broker], number: int, seed: int) -> None:
        self._brokers = brokers
        self._number = number
        self._draw = random.Random(seed)
        self._kept: dict[str, dict[str, Any]] = {}
        self._named = 0
        self._subscriptions: list[str] = []
        self._stopped = False
        self.fault: BaseException | None = None
        self.done = 0
        self._thread = threading.Thread(target=self._run, name=f"busy {number}")

    def begin(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Let him finish; raises what he found wrong."""
        self._stopped = True
        self._thread.join()
        if self.fault is not None:
            raise self.fault

    @property
    def kept(self) -> dict[str, dict[str, Any]]:
        """His entities, as they must be."""
        return self._kept

    def _run(self) -> None:
        works: list[Callable[[], None]] = [
            self._write_many, self._write_many, self._write_many, self._change, self._change, self._change,
            self._take_away, self._return, self._take_many_away, self._name, self._end_soon, self._subscribe,
            self._write_past, self._snapshot, self._host, self._share, self._purge,
        ]  # fmt: skip
        try:
            while not self._stopped:
                self._draw.choice(works)()
                self.done += 1
        except BaseException as fault:
            self.fault = fault

    # asking

    def _ask(self, method: str, path: str, body: Any = None, *statuses: int, **query: Any) -> httpx.Response:
        answer = self._draw.choice(self._brokers).call(method, path, body, **query)
        assert answer.status_code in (statuses or (200, 201, 204)), f"{method} {path}: {answer.text}"
        return answer

    def _see(self, *ids: str) -> None:
        """Another process shows these as they must be."""
        for id in ids:
            expected = self._kept.get(id)
            answer = self._ask("GET", f"/entities/{id}", None, 200, 404)
            assert answer.status_code == (404 if expected is None else 200), f"{id}: {answer.text}"
            assert expected is None or answer.json() == expected, f"{id}: {answer.text}, not {expected}"

    def _count(self) -> None:
        """Another process counts his entities, and shows those and no others."""
        query = {"idPattern": f"^urn:ngsi-ld:Noise:{self._number}:", "type": "Noise", "limit": "100", "count": "true"}
        answer = self._ask("GET", "/entities", None, 200, **query)
        found = {one["id"]: one for one in answer.json()}
        expected = {id: one for id, one in self._kept.items() if id.startswith(f"urn:ngsi-ld:Noise:{self._number}:")}
        assert found == expected, f"{answer.text}, not {expected}"
        assert answer.headers["NGSILD-Results-Count"] == str(len(expected))

    def _id(self) -> str:
        return f"urn:ngsi-ld:Noise:{self._number}:{self._draw.randrange(MOST)}"

    def _entity(self, id: str) -> dict[str, Any]:
        return {"id": id, "type": "Noise", "n": prop(self._draw.randrange(1_000))}

    def _there(self) -> str | None:
        return self._draw.choice(list(self._kept)) if self._kept else None

    # what he does

    def _write_many(self) -> None:
        ids = list({self._id() for _ in range(self._draw.choice((1, 3, 8)))})
        entities = [self._entity(id) for id in ids]
        self._ask("POST", "/entityOperations/upsert", entities)
        self._kept.update((one["id"], one) for one in entities)
        self._see(*ids)

    def _change(self) -> None:
        if (id := self._there()) is None:
            return
        new = prop(self._draw.randrange(1_000))
        self._ask("PATCH", f"/entities/{id}/attrs", {"n": new}, 204)
        self._kept[id] = {**self._kept[id], "n": new}
        self._see(id)

    def _take_away(self) -> None:
        id = self._id()
        self._ask("DELETE", f"/entities/{id}", None, 204 if id in self._kept else 404)
        self._kept.pop(id, None)
        self._see(id)

    def _return(self) -> None:
        """Taken away by one, made anew by another."""
        if (id := self._there()) is None:
            return
        self._ask("DELETE", f"/entities/{id}", None, 204)
        again = self._entity(id)
        self._ask("POST", "/entities", again, 201)
        self._kept[id] = again
        self._see(id)
        self._count()

    def _take_many_away(self) -> None:
        ids = list(self._kept)[:5]
        if ids:
            self._ask("POST", "/entityOperations/delete", ids, 204)
            for id in ids:
                del self._kept[id]
            self._count()

    def _name(self) -> None:
        """A type and an attribute that nobody has named yet."""
        self._named += 1
        word = f"Noise{self._number}x{self._named}"
        id = f"urn:ngsi-ld:{word}"
        entity = {"id": id, "type": word, word: prop(self._named)}
        self._ask("POST", "/entities", entity, 201)
        found = self._ask("GET", "/entities", None, 200, type=word).json()
        assert found == [entity], found
        self._ask("DELETE", f"/entities/{id}", None, 204)
        assert self._ask("GET", "/entities", None, 200, type=word).json() == []

    def _end_soon(self) -> None:
        id = f"urn:ngsi-ld:Noise:guest:{self._number}"
        seconds = self._draw.choice((0.05, 0.3))
        ends = datetime.now(UTC) + timedelta(seconds=seconds)
        entity = {"id": id, "type": "Noise", "expiresAt": ends.strftime("%Y-%m-%dT%H:%M:%S.%fZ"), "n": prop(1)}
        self._ask("POST", "/entities", entity, 201, 400)
        time.sleep(seconds + 0.01)
        self._ask("GET", f"/entities/{id}", None, 404)
        self._ask("POST", "/entities", {"id": id, "type": "Noise", "n": prop(2)}, 201)
        self._ask("DELETE", f"/entities/{id}", None, 204)

    def _subscribe(self) -> None:
        if len(self._subscriptions) > 2:
            id = self._subscriptions.pop(0)
            self._ask("DELETE", f"/subscriptions/{id}", None, 204)
            self._ask("GET", f"/subscriptions/{id}", None, 404)
            return
        self._named += 1
        id = f"urn:ngsi-ld:Subscription:noise{self._number}x{self._named}"
        document = {
            "id": id, "type": "Subscription", "entities": [{"type": f"Noise{self._number}x{self._named}"}],
            "notification": {"endpoint": {"uri": "http://127.0.0.1:9/"}},
        }  # fmt: skip
        self._ask("POST", "/subscriptions", document, 201)
        self._subscriptions.append(id)
        self._ask("GET", f"/subscriptions/{id}", None, 200)
        self._ask("PATCH", f"/subscriptions/{id}", {"isActive": False}, 204)
        assert self._ask("GET", f"/subscriptions/{id}", None, 200).json()["isActive"] is False

    def _write_past(self) -> None:
        """Of any month."""
        id = f"urn:ngsi-ld:Noise:past:{self._number}"
        month = self._draw.randrange(1, 13)
        self._named += 1
        value = prop(self._named, observedAt=f"20{self._draw.randrange(10, 26)}-{month:02}-01T00:00:00Z")
        self._ask("POST", "/temporal/entities", {"id": id, "type": "Noise", "n": [value]}, 201, 204)
        query = {"timerel": "before", "timeAt": "2090-01-01T00:00:00Z", "lastN": "1000"}
        told = self._ask("GET", f"/temporal/entities/{id}", None, 200, 206, **query).json()
        instances = told["n"] if isinstance(told["n"], list) else [told["n"]]
        assert any(one["value"] == self._named for one in instances), told
        self._ask("DELETE", f"/temporal/entities/{id}", None, 204)
        self._ask("GET", f"/entities/{id}", None, 404)

    def _snapshot(self) -> None:
        query = {"type": "Query", "entities": [{"type": "Noise", "idPattern": f"^urn:ngsi-ld:Noise:{self._number}:"}]}
        made = self._ask("POST", "/snapshots", {"type": "Snapshot", "snapshotQueries": [query]}, 201)
        id = made.headers["location"].rpartition("/")[2]
        while self._ask("GET", f"/snapshots/{id}", None, 200).json()["snapshotStatus"] == "preparing":
            time.sleep(0.01)
        found = self._ask("GET", "/entities", None, 200, type="Noise", limit="100", headers={"NGSILD-Snapshot": id})
        assert {one["id"]: one for one in found.json()} == self._kept, found.text
        self._ask("DELETE", f"/snapshots/{id}", None, 204)
        self._ask("GET", f"/snapshots/{id}", None, 404)

    def _host(self) -> None:
        """An @context that is served by all at once, and by none when it is gone."""
        self._named += 1
        document = {"@context": {f"term{self._number}x{self._named}": f"https://noise.example/{self._named}"}}
        made = self._ask("POST", "/jsonldContexts", document, 201)
        id = made.headers["location"].rpartition("/")[2]
        assert self._ask("GET", f"/jsonldContexts/{id}", None, 200).json() == document
        self._ask("DELETE", f"/jsonldContexts/{id}", None, 204)
        self._ask("GET", f"/jsonldContexts/{id}", None, 404)

    def _share(self) -> None:
        """One entity of all: what each of them says of it stays beside what the others say."""
        self._ask("POST", "/entities", {"id": SHARED, "type": "Noise"}, 201, 409)
        mine = f"of{self._number}"
        value = prop(self._draw.randrange(1_000))
        self._ask("POST", f"/entities/{SHARED}/attrs", {mine: value}, 204)
        assert self._ask("GET", f"/entities/{SHARED}", None, 200).json()[mine] == value
        with suppress(IndexError):
            self._ask("PATCH", f"/entities/{SHARED}/attrs/{mine}", {"value": -1}, 204)
            assert self._ask("GET", f"/entities/{SHARED}", None, 200).json()[mine]["value"] == -1

    def _purge(self) -> None:
        """All of his at once."""
        if self._draw.random() < 0.3:
            self._ask("DELETE", "/entities", None, 204, type="Noise", idPattern=f"^urn:ngsi-ld:Noise:{self._number}:")
            self._kept.clear()
            self._count()
