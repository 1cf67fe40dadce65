"""Finds the route of a path: a tree of segments, built once from the route table."""

from collections.abc import Iterable
from urllib.parse import unquote

from pinisi.console.http import Route

_MOST_SEGMENTS = 32
"""Of a path that holds a URI as it is: the number of ways to read it grows with the square."""


class Found:
    """Routes at one path, by method, with the names of its parameters."""

    __slots__ = ("names", "routes")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.routes: dict[str, Route] = {}


class _Node:
    """One segment of a path: what follows it by name, what follows as a parameter, and the routes that end here."""

    __slots__ = ("below", "found", "parameter")

    def __init__(self) -> None:
        self.below: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.found: Found | None = None


class RouteTree:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._root = _Node()
        self._whole: dict[bytes, Found] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        names: list[str] = []
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.parameter = node.parameter or _Node()
                node = node.parameter
            else:
                node = node.below.setdefault(segment, _Node())
        node.found = node.found or Found(tuple(names))
        if route.method in node.found.routes:
            raise ValueError(f"{route.method} {route.path} stands twice in the route table")
        node.found.routes[route.method] = route
        if not names:
            self._whole[route.path.encode()] = node.found

    def find(self, raw_path: bytes) -> tuple[Found, dict[str, str]] | None:
        """The routes at a path as it came (percent-encoded), with the values of its parameters; they may be empty."""
        whole = self._whole.get(raw_path)
        if whole is not None:
            return whole, {}
        segments = raw_path.decode("latin-1").strip("/").split("/")
        reached = _reach(self._root, segments) or _reach_with_uri(self._root, segments)
        if reached is None:
            return None
        found, values = reached
        named = zip(found.names, values, strict=True)
        return found, {name: unquote(value) if "%" in value else value for name, value in named}


def _reach(node: _Node, segments: list[str]) -> tuple[Found, list[str]] | None:
    """The routes at the end of a path, with the values of its parameters; a name goes before a parameter."""
    values: list[str] = []
    for depth, segment in enumerate(segments):
        below = node.below.get(segment)
        if below is not None and node.parameter is not None:
            return _either(below, node.parameter, segments[depth:], values)
        if below is None:
            below = node.parameter
            if below is None:
                return None
            values.append(segment)
        node = below
    return None if node.found is None else (node.found, values)


def _reach_with_uri(node: _Node, segments: list[str], first: int = 0) -> tuple[Found, list[str]] | None:
    """As `_reach`, for clients that write the id `http://city.example/bus/1` into a path without encoding it.

    The shortest URI behind which a route ends counts: `.../http://a/b/attrs` names the attributes of `http://a/b`.
    An attribute may be written so too, behind the id: `first` is the segment from which on a URI may begin.
    """
    start = next((n for n in range(first, len(segments) - 1) if ":" in segments[n]), None)
    if start is None or len(segments) > _MOST_SEGMENTS:
        return None
    shortest = start + (3 if segments[start].endswith(":") and segments[start + 1] == "" else 1)
    for end in range(shortest, len(segments) + 1):
        whole = [*segments[:start], "/".join(segments[start:end]), *segments[end:]]
        reached = _reach(node, whole) or (_reach_with_uri(node, whole, start + 1) if first == 0 else None)
        if reached is not None:
            return reached
    return None


def _either(named: _Node, parameter: _Node, rest: list[str], values: list[str]) -> tuple[Found, list[str]] | None:
    """By name where that leads to a route, else with the segment as a value."""
    for node, taken in ((named, values), (parameter, [*values, rest[0]])):
        reached = _reach(node, rest[1:])
        if reached is not None:
            return reached[0], [*taken, *reached[1]]
    return None
