"""An entity that stands beside the one a reaction looks at: what is said of it, at its place, under its name."""

from collections.abc import Mapping
from typing import Any

from pinisi.runtime.known import Known
from pinisi.runtime.told import told, told_place, told_relation


def told_beside(subject: Known, id: str, type: str, at: str) -> dict[str, Any]:
    """Its id, type, name, place, and by `refObserved` of what it tells."""
    name, place = subject.text("name") or subject.id.rpartition(":")[2], subject.value("location")
    document = {"id": id, "type": type, "name": told(name, at), "refObserved": told_relation(subject.id, at)}
    return document | ({"location": told_place(place, at)} if isinstance(place, Mapping) else {})
