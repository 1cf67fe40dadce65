"""What both brokers and the model of them are told: changes of entities, many at once, and of their past."""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

import drawn_fragments as drawn
from broker_at_hand import Broker
from city_model import Change, City, Exists, Json, Known, Missing, Refused
from drawn_fragments import Asked
from followers import Follower
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from receiver_at_hand import Receiver
from two_brokers import NONE, Alike, Headers, Side, both

_STATUS: dict[type[Exception], int] = {Missing: 404, Refused: 400, Exists: 409}
_numbers = itertools.count(1)
batches = st.lists(drawn.entities, min_size=1, max_size=4)
places = st.integers(0, 3)


class Ground(NamedTuple):
    """The city or one of its snapshots: the model, and the headers by which each broker is asked for it."""

    city: City
    headers: Headers = NONE


class ToldStory(RuleBasedStateMachine):
    brokers: tuple[Broker, Broker]
    receivers: tuple[Receiver, Receiver]

    def __init__(self) -> None:
        super().__init__()
        tenant = f"story{next(_numbers)}"
        pairs = zip(self.brokers, self.receivers, strict=True)
        self.sides = [Side(Broker(broker.wire, tenant), receiver) for broker, receiver in pairs]
        self.grounds = [Ground(City())]
        self.followers: list[Follower] = []
        self.ask("POST", "/entities", {"id": "urn:x", "type": "Nothing"})
        self.ask("DELETE", "/entities/urn:x")

    def ask(
        self, method: str, path: str | Sequence[str], body: Any = None, headers: Headers = NONE,
        query: Mapping[str, str] | None = None,
    ) -> Alike:  # fmt: skip
        return both(self.sides, method, path, body, headers, query or {})

    def ground(self, number: int) -> Ground:
        return self.grounds[number % len(self.grounds)]

    def change(
        self, ground: Ground, work: Callable[[City], Any], method: str, path: str, body: Any = None,
        query: Mapping[str, str] | None = None, *, done: int = 204,
    ) -> None:  # fmt: skip
        """Told to both and to the model: the same becomes of it."""
        answer = self.ask(method, path, body, ground.headers, query)
        try:
            changes, whole = _made(work(ground.city))
        except (Missing, Refused, Exists) as refusal:
            assert answer.status == _STATUS[type(refusal)], answer.text
            return
        assert answer.status == (done if whole else 207), answer.text
        self.seen(ground, changes)

    def seen(self, ground: Ground, changes: list[Change]) -> None:
        if ground is self.grounds[0]:
            for change, follower in itertools.product(changes, self.followers):
                follower.see(change)

    # one at a time

    @rule(n=places, entity=drawn.entities)
    def create(self, n: int, entity: Known) -> None:
        self.change(self.ground(n), lambda city: city.create(entity), "POST", "/entities", entity.shown(), done=201)

    @rule(n=places, entity=drawn.entities)
    def replace(self, n: int, entity: Known) -> None:
        path = f"/entities/{entity.id}"
        self.change(self.ground(n), lambda city: city.replace(entity), "PUT", path, entity.shown())

    @rule(n=places, fragment=drawn.fragments, overwrite=st.booleans())
    def append(self, n: int, fragment: Known, overwrite: bool) -> None:
        def append(city: City) -> Any:
            return city.append(fragment, overwrite=overwrite)

        query = {} if overwrite else {"options": "noOverwrite"}
        self.change(self.ground(n), append, "POST", f"/entities/{fragment.id}/attrs", _of(fragment), query)

    @rule(n=places, fragment=drawn.updates)
    def update(self, n: int, fragment: Known) -> None:
        path = f"/entities/{fragment.id}/attrs"
        self.change(self.ground(n), lambda city: city.update(fragment), "PATCH", path, _of(fragment))

    @rule(n=places, patch=drawn.merges)
    def merge(self, n: int, patch: Known) -> None:
        path = f"/entities/{patch.id}"
        self.change(self.ground(n), lambda city: city.merge(patch), "PATCH", path, _of(patch))

    @rule(n=places, id=drawn.ids, name=drawn.names, patch=drawn.patches())
    def change_attribute(self, n: int, id: str, name: str, patch: Json) -> None:
        path = f"/entities/{id}/attrs/{name}"
        self.change(self.ground(n), lambda city: city.change_attribute(id, name, patch), "PATCH", path, patch)

    @rule(n=places, id=drawn.ids, name=drawn.names, new=drawn.instances())
    def replace_attribute(self, n: int, id: str, name: str, new: Json) -> None:
        path = f"/entities/{id}/attrs/{name}"
        self.change(self.ground(n), lambda city: city.replace_attribute(id, name, new), "PUT", path, new)

    @rule(n=places, id=drawn.ids, name=drawn.names, dataset=drawn.datasets, delete_all=st.booleans())
    def delete_attribute(self, n: int, id: str, name: str, dataset: str | None, delete_all: bool) -> None:
        def delete(city: City) -> Any:
            return city.delete_attribute(id, name, dataset, delete_all=delete_all)

        query = {"deleteAll": "true"} if delete_all else {} if dataset is None else {"datasetId": dataset}
        self.change(self.ground(n), delete, "DELETE", f"/entities/{id}/attrs/{name}", None, query)

    @rule(n=places, id=drawn.ids)
    def delete(self, n: int, id: str) -> None:
        self.change(self.ground(n), lambda city: city.delete(id), "DELETE", f"/entities/{id}")

    @rule(n=places, asked=drawn.asked, drop=st.none() | drawn.names)
    def purge(self, n: int, asked: Asked, drop: str | None) -> None:
        query = {**asked.query, **({} if drop is None else {"drop": drop})}
        self.change(self.ground(n), lambda city: city.purge(asked.finds, drop), "DELETE", "/entities", None, query)

    # many at once

    def batch(
        self, n: int, operation: str, body: list[Any], one: Callable[[City, Any], Any], items: Sequence[Any],
        query: Mapping[str, str] | None = None,
    ) -> tuple[Alike, list[bool]]:  # fmt: skip
        """Each for itself. Answers which of them were done."""
        ground = self.ground(n)
        answer = self.ask("POST", f"/entityOperations/{operation}", body, ground.headers, query)
        done: list[bool] = []
        for item in items:
            try:
                changes, whole = _made(one(ground.city, item))
            except (Missing, Refused, Exists):
                changes, whole = [], False
            done.append(whole)
            self.seen(ground, changes)
        if not all(done):
            assert answer.status == 207, answer.text
            assert len(answer.json()["errors"]) == done.count(False), answer.text
        return answer, done

    @rule(n=places, entities=batches)
    def create_many(self, n: int, entities: list[Known]) -> None:
        answer, done = self.batch(n, "create", [entity.shown() for entity in entities], City.create, entities)
        made = [entity.id for entity, well in zip(entities, done, strict=True) if well]
        assert (answer.json() if all(done) else answer.json()["success"]) == made, answer.text

    @rule(n=places, entities=batches, update=st.booleans())
    def upsert_many(self, n: int, entities: list[Known], update: bool) -> None:
        def upsert(city: City, entity: Known) -> Any:
            return city.upsert(entity, update=update)

        known = self.ground(n).city.entities
        new = [id for id in dict.fromkeys(entity.id for entity in entities) if id not in known]
        query = {"options": "update"} if update else {}
        answer, done = self.batch(n, "upsert", [entity.shown() for entity in entities], upsert, entities, query)
        assert all(done)
        assert answer.status == (201 if new else 204), answer.text
        assert not new or answer.json() == new

    @rule(n=places, entities=batches, overwrite=st.booleans())
    def update_many(self, n: int, entities: list[Known], overwrite: bool) -> None:
        def update(city: City, entity: Known) -> Any:
            return city.append(entity, overwrite=overwrite)

        query = {} if overwrite else {"options": "noOverwrite"}
        answer, done = self.batch(n, "update", [entity.shown() for entity in entities], update, entities, query)
        assert answer.status == (204 if all(done) else 207), answer.text

    @rule(n=places, patches=st.lists(drawn.merges, min_size=1, max_size=3))
    def merge_many(self, n: int, patches: list[Known]) -> None:
        answer, done = self.batch(n, "merge", [{"id": one.id, **_of(one)} for one in patches], City.merge, patches)
        assert answer.status == (204 if all(done) else 207), answer.text

    @rule(n=places, gone=st.lists(drawn.ids, min_size=1, max_size=3))
    def delete_many(self, n: int, gone: list[str]) -> None:
        answer, done = self.batch(n, "delete", gone, City.delete, gone)
        assert answer.status == (204 if all(done) else 207), answer.text

    # the past

    @rule(n=places, past=drawn.pasts)
    def write_past(self, n: int, past: Known) -> None:
        ground = self.ground(n)
        done = 204 if past.id in ground.city.entities else 201
        body = {"id": past.id, "type": list(past.types), **_listed(past)}
        self.change(ground, lambda city: city.write_past(past), "POST", "/temporal/entities", body, done=done)

    @rule(n=places, past=drawn.pasts)
    def add_past(self, n: int, past: Known) -> None:
        path = f"/temporal/entities/{past.id}/attrs"
        self.change(self.ground(n), lambda city: city.add_past(past), "POST", path, _listed(past))

    @precondition(lambda self: not any(follower.active for follower in cast(ToldStory, self).followers))
    @rule(n=places, id=drawn.ids, name=st.none() | drawn.names)
    def erase_past(self, n: int, id: str, name: str | None) -> None:
        path = f"/temporal/entities/{id}" if name is None else f"/temporal/entities/{id}/attrs/{name}?deleteAll=true"
        self.ask("DELETE", path, None, self.ground(n).headers)
        self.adopt(self.ground(n), id)

    @precondition(lambda self: not any(follower.active for follower in cast(ToldStory, self).followers))
    @rule(n=places, id=drawn.ids, name=drawn.names, which=st.integers(0, 5), value=st.none() | drawn.numbers)
    def change_past(self, n: int, id: str, name: str, which: int, value: int | None) -> None:
        ground = self.ground(n)
        found = self.ask("GET", f"/temporal/entities/{id}", None, ground.headers)
        told: list[list[Json]] = [answer.json().get(name) or [] for answer in found.answers]
        if not told[0]:
            return
        chosen = [instances[which % len(instances)] for instances in told]
        erased = value is None or chosen[0]["type"] != "Property"
        paths = [f"/temporal/entities/{id}/attrs/{name}/{one['instanceId']}" for one in chosen]
        body = None if erased else {"value": value}
        assert self.ask("DELETE" if erased else "PATCH", paths, body, ground.headers).status == 204
        self.adopt(ground, id)

    def adopt(self, ground: Ground, id: str) -> None:
        """What is taken out of the past may change the present: the model takes it from both, who say the same."""
        answer = self.ask("GET", f"/entities/{id}", None, ground.headers)
        ground.city.entities.pop(id, None)
        if answer.status == 200:
            ground.city.entities[id] = _known(answer.json())


def _made(made: Any) -> tuple[list[Change], bool]:
    return made if isinstance(made, tuple) else (made, True)


def _of(fragment: Known) -> Json:
    """The fragment alone: neither id nor type."""
    return {name: content for name, content in fragment.shown().items() if name not in ("id", "type")}


def _listed(past: Known) -> Json:
    return {name: list(instances) for name, instances in past.attributes.items()}


def many(content: Any) -> list[Any]:
    return cast(list[Any], content) if isinstance(content, list) else [content]


def _known(document: Json) -> Known:
    attributes = {name: tuple(many(document[name])) for name in document if name not in ("id", "type", "scope")}
    scopes = tuple(many(document["scope"])) if "scope" in document else ()
    return Known(document["id"], tuple(many(document["type"])), scopes, attributes)
