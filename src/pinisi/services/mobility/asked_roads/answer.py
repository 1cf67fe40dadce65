"""What the roads answer over HTTP, as GeoJSON; where there is no answer, why not, in three languages."""

from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from pinisi.city.text import Text
from pinisi.services.mobility.asked_roads.query import By
from pinisi.services.mobility.asked_roads.roads_now import GraphSaid


class Why(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`code`: `no-graph` (no roads are served here), `no-answer` (the program does not), or one of `NoWay`."""

    code: str
    text: Text


class Avoided(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A closure that lies on the quickest way without closures."""

    id: str
    name: str | None
    cause: str | None


class RoadsFound(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Of every answer. `closures`: those that hold now for this kind of vehicle and were kept to;
    `closures_left_out`: those whose ground cannot be used. `speeds`: roads whose speed of now was kept to; all others
    are at the speeds of the graph, without traffic.
    """

    by: By
    at: str
    closures: int = 0
    closures_left_out: int = 0
    speeds: int = 0
    graph: GraphSaid | None = None
    method: Literal["modelled"] = "modelled"
    why: Why | None = None


class RouteFound(RoadsFound, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`open_seconds`, `open_metres`: of the way that one would take if nothing were closed, where it is another one;
    `avoided`: the closures on it that the one who asks may know of, `avoided_unseen` how many others.
    """

    seconds: float | None = None
    metres: float | None = None
    open_seconds: float | None = None
    open_metres: float | None = None
    avoided: Sequence[Avoided] = ()
    avoided_unseen: int = 0


class RouteAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A Feature whose geometry is a LineString; null where there is no way."""

    type: Literal["Feature"] = "Feature"
    geometry: dict[str, Any] | None
    properties: RouteFound


class Contour(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    minutes: float


class ContourFeature(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    type: Literal["Feature"] = "Feature"
    geometry: dict[str, Any]
    properties: Contour


class RoadReachAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A FeatureCollection: what is reached within each number of minutes, the largest first."""

    type: Literal["FeatureCollection"] = "FeatureCollection"
    features: Sequence[ContourFeature] = ()
    found: RoadsFound


class TimesAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """From each `from` (row) to each `to` (column): null where no road leads."""

    seconds: Sequence[Sequence[float | None]] = ()
    metres: Sequence[Sequence[float | None]] = ()
    found: RoadsFound
