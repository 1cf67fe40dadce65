"""The manifest of a service: one frozen value that says what it brings. No logic.

A service is a package that names its manifest by an entry point of the group `pinisi.services`; those of the house and
those of others are found the same way.
"""

from typing import Any

import msgspec

from pinisi.city.profile import Layer
from pinisi.city.text import Text
from pinisi.city.words import ServiceWords
from pinisi.runtime.action import Action
from pinisi.runtime.endpoint import Endpoint, check_endpoints
from pinisi.runtime.job import Job
from pinisi.runtime.reaction import Reaction
from pinisi.runtime.recording import StreamKind
from pinisi.runtime.records import Records
from pinisi.runtime.source import SourceKind
from pinisi.runtime.view import View

GROUP = "pinisi.services"


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """What a service brings.

    `name` is the one of its entry point: letters, digits and dashes. `types` are the entity types that it writes, by
    short name. `streams` are what of the past it can read for a replay. `views` are the layers, tiles, panels, report
    sections and pages that it adds to a city which uses its sources (`runtime/view.py`). `reactions` run by themselves,
    in every tenant; `jobs` are its long computations, `actions` its commands, `records` what it keeps in tables of its
    own, `endpoints` its own HTTP addresses. `words` is what its own types, attributes, units and code words are called
    in three languages. `licence` is that of the data that it ships.
    """

    name: str
    title: Text
    types: tuple[str, ...] = ()
    sources: tuple[SourceKind[Any], ...] = ()
    streams: tuple[StreamKind[Any], ...] = ()
    views: tuple[View, ...] = ()
    jobs: tuple[Job[Any, Any], ...] = ()
    reactions: tuple[Reaction, ...] = ()
    actions: tuple[Action[Any], ...] = ()
    records: Records | None = None
    endpoints: tuple[Endpoint, ...] = ()
    words: ServiceWords = ServiceWords()
    licence: str = "Apache-2.0"

    def __post_init__(self) -> None:
        check_endpoints(self.endpoints)

    @property
    def layers(self) -> tuple[Layer, ...]:
        """Those of its views that are layers of map and list."""
        return tuple(view for view in self.views if isinstance(view, Layer))

    def source_kind(self, name: str) -> SourceKind[Any] | None:
        return next((kind for kind in self.sources if kind.name == name), None)
