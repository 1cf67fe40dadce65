"""What the tags of OpenStreetMap say of a road (wiki.openstreetmap.org: Key:highway, Key:maxspeed, Key:oneway)."""

import re
from collections.abc import Mapping
from typing import Literal

from pinisi.city.roads.road import CLASSES, LeftOut, Line, Road, RoadClass

KM_A_MILE = 1.609344
KM_A_NAUTICAL_MILE = 1.852
MOST_LANES = 20
FASTEST_KMH = 200.0
LONGEST_TEXT = 200
NOT_BUILT = frozenset({"proposed", "planned", "abandoned", "razed", "demolished", "disused", "removed", "historic"})
_OWN_NAMES: Mapping[str, RoadClass] = {kind: kind for kind in CLASSES}
_OTHER_NAMES: Mapping[str, RoadClass] = {
    "road": "unknown",
    "bridleway": "path",
    "trail": "path",
    "bus_guideway": "busway",
    "minor": "unclassified",
    "mini_roundabout": "unclassified",
}
_FORWARD, _BACKWARD, _NEITHER = {"yes", "true", "1", "f"}, {"-1", "reverse", "t"}, {"no", "false", "0", "b"}
_NO = frozenset({"no", "false", "0", "f", ""})
_SPEED = re.compile(r"(\d{1,4}(?:\.\d{1,2})?)\s*(km/h|kmh|kph|mph|knots)?", re.IGNORECASE)
_UNITS = {"mph": KM_A_MILE, "knots": KM_A_NAUTICAL_MILE}
_WORDS_OF_SPEED = frozenset({"none", "signals", "variable", "walk"})
"""Said on purpose instead of a number."""

OneWay = Literal["forward", "backward", "no"]


def tagged_road(key: str, tags: Mapping[str, str], line: Line) -> Road | LeftOut:
    """The road that tags describe; what they say and cannot be read stands among its doubts."""
    found = road_class(tags.get("highway", ""))
    if isinstance(found, str):
        return LeftOut(key, "not-built" if found in NOT_BUILT else "no-road", f"highway is {found or 'empty'!r}")
    if tags.get("area") == "yes":
        return LeftOut(key, "no-road", "is an area, not a line")
    kind, link = found
    doubts: list[tuple[str, str]] = []
    name = _text(tags.get("name"))
    if name is not None and "?" in name:
        doubts.append(("name", name))
    return Road(
        key=key,
        road_class=kind,
        line=line,
        link=link,
        name=name,
        ref=_text(tags.get("ref")),
        one_way=_one_way(tags, kind, doubts),
        lanes=_lanes(tags.get("lanes"), doubts),
        max_speed=_speed(tags.get("maxspeed"), doubts),
        surface=_text(tags.get("surface")),
        structure=_structure(tags),
        doubts=tuple(doubts),
    )


def road_class(highway: str) -> tuple[RoadClass, bool] | str:
    """Class and whether it is a link; the word itself where it names no road."""
    word = highway.strip().lower()
    link = word.endswith("_link")
    plain = word.removesuffix("_link")
    named = _OWN_NAMES.get(plain) or _OTHER_NAMES.get(plain)
    return word if named is None else (named, link)


def _text(value: str | None) -> str | None:
    text = " ".join((value or "").split())[:LONGEST_TEXT]
    return text or None


def _one_way(tags: Mapping[str, str], kind: RoadClass, doubts: list[tuple[str, str]]) -> OneWay | None:
    """As said; motorways and roundabouts go with the drawing where nothing is said."""
    word = tags.get("oneway", "").strip().lower()
    if word in _FORWARD:
        return "forward"
    if word in _BACKWARD:
        return "backward"
    if word in _NEITHER:
        return "no"
    if word:
        doubts.append(("oneWay", word[:LONGEST_TEXT]))
        return None
    return "forward" if kind == "motorway" or tags.get("junction") in {"roundabout", "circular"} else None


def _lanes(value: str | None, doubts: list[tuple[str, str]]) -> int | None:
    text = (value or "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit() and 0 < int(text[:9]) <= MOST_LANES:
        return int(text)
    if text != "0":
        doubts.append(("totalLaneNumber", text[:LONGEST_TEXT]))
    return None


def _speed(value: str | None, doubts: list[tuple[str, str]]) -> float | None:
    """km/h; of a list the first, a word said on purpose is no doubt and no number."""
    text = (value or "").partition(";")[0].strip()
    if text in _NO or text in _WORDS_OF_SPEED:
        return None
    found = _SPEED.fullmatch(text)
    speed = 0.0 if found is None else float(found[1]) * _UNITS.get((found[2] or "").lower(), 1.0)
    if not 0 < speed <= FASTEST_KMH:
        doubts.append(("maximumAllowedSpeed", text[:LONGEST_TEXT]))
        return None
    return round(speed, 1)


def _structure(tags: Mapping[str, str]) -> Literal["bridge", "tunnel"] | None:
    if tags.get("tunnel", "").strip().lower() not in _NO:
        return "tunnel"
    return "bridge" if tags.get("bridge", "").strip().lower() not in _NO else None
