"""Who follows a city by a subscription, and which of its changes concern him (NGSI-LD 5.2.12, 5.8.6)."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from city_model import NULL, VALUE, Change, Json, Known, one_or_all
from drawn_fragments import NAMES, Q
from hypothesis import strategies as st
from two_brokers import PLACE

FENCE = "urn:ngsi-ld:Fence:1"
_TRIGGERS = (
    None, None, None, ("entityCreated",), ("attributeCreated",), ("attributeUpdated",), ("attributeDeleted",),
    ("entityDeleted",), ("entityUpdated",), ("attributeUpdated", "entityDeleted"),
)  # fmt: skip


@dataclass
class Follower:
    """One subscription. It hears of a fence too: what lies behind it comes after all that lies before it."""

    id: str
    type: str
    watched: tuple[str, ...] | None
    q: tuple[str, Callable[[Known], bool]] | None
    triggers: tuple[str, ...] | None
    active: bool = True
    owed: list[tuple[str, Json | None]] = field(default_factory=list[tuple[str, Json | None]])
    """Of which entity, and as what it is told; None: that it is gone."""

    @property
    def document(self) -> Json:
        document: Json = {
            "id": self.id,
            "type": "Subscription",
            "entities": [{"type": self.type}, {"type": "Fence"}],
            "notification": {"endpoint": {"uri": f"{PLACE}/{self.id}"}},
        }
        if self.watched is not None:
            document["watchedAttributes"] = [*self.watched, "fence"]
        if self.q is not None:
            document["q"] = f"({self.q[0]})|fence"
        if self.triggers is not None:
            document["notificationTrigger"] = list(self.triggers)
        return document

    def see(self, change: Change) -> None:
        if self.active and self._concerned(change):
            after = change[1]
            entity: Any = after or change[0]
            self.owed.append((entity.id, None if after is None else after.shown() | self._gone(change)))

    def _gone(self, change: Change) -> Json:
        """What the change took away is told as NGSI-LD Null to who waits for deletions (5.8.6): beside what is left of
        the attribute, and by the default instance alone where nothing is left."""
        before, after = change
        if before is None or after is None or not {"attributeDeleted", "entityUpdated"} & set(self.triggers or ()):
            return {}
        told: Json = {}
        for name in before.attributes if self.watched is None else self.watched:
            left = after.attributes.get(name, ())
            there = {one.get("datasetId") for one in left}
            gone = [_null(one) for one in before.attributes.get(name, ()) if one.get("datasetId") not in there]
            default = [one for one in gone if "datasetId" not in one]
            if gone:
                told[name] = one_or_all([*left, *gone] if left or not default else default)
        return told

    def _concerned(self, change: Change) -> bool:
        before, after = change
        entity: Any = after or before
        if {self.type, "Fence"}.isdisjoint(entity.types):
            return False
        if self.q is not None and not ("fence" in entity.attributes or self.q[1](entity)):
            return False
        return self._fires(before, after)

    def _fires(self, before: Known | None, after: Known | None) -> bool:
        triggers = set(self.triggers or ("entityCreated", "attributeCreated", "attributeUpdated"))
        if "entityUpdated" in triggers:
            triggers |= {"attributeCreated", "attributeUpdated", "attributeDeleted"}
        names = {*NAMES, "fence"} if self.watched is None else {*self.watched, "fence"}
        kinds = {kind for name in names for kind in _kinds(name, before, after)}
        if before is None or after is None:
            whole = "entityCreated" if before is None else "entityDeleted"
            return bool(kinds & triggers) or (whole in triggers and (self.watched is None or bool(kinds)))
        renamed = (before.types, before.scopes) != (after.types, after.scopes)
        told = self.triggers is None or "entityUpdated" in triggers
        return bool(kinds & triggers) or (renamed and told and self.watched is None)


def _null(instance: Json) -> Json:
    """The NGSI-LD Null in the place of an instance (4.5.0, 4.5.21.2)."""
    kind = instance["type"]
    forms: dict[str, Any] = {"LanguageProperty": {"@none": NULL}, "ListProperty": [NULL]}
    null: Json = {"type": kind, VALUE[kind]: forms.get(kind, NULL)}
    return null | {name: instance[name] for name in ("datasetId",) if name in instance}


def _kinds(name: str, before: Known | None, after: Known | None) -> set[str]:
    """What became of the instances of an attribute; what says the same as before has not changed (5.8.6)."""
    was = {} if before is None else {one.get("datasetId"): one for one in before.attributes.get(name, ())}
    now = {} if after is None else {one.get("datasetId"): one for one in after.attributes.get(name, ())}
    kinds = {"attributeCreated"} if now.keys() - was.keys() else set[str]()
    kinds |= {"attributeDeleted"} if was.keys() - now.keys() else set[str]()
    both = was.keys() & now.keys()
    return kinds | ({"attributeUpdated"} if any(_said(was[key]) != _said(now[key]) for key in both) else set())


def _said(instance: Json) -> str:
    """As text: to Python 1 and true are the same."""
    return json.dumps(instance, sort_keys=True)


followers = st.builds(
    Follower,
    st.just(""),
    st.sampled_from(["Bus", "Depot"]),
    st.sampled_from([None, None, ("speed",), ("name", "colour")]),
    st.none() | st.sampled_from(Q),
    st.sampled_from(_TRIGGERS),
)
