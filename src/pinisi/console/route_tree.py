"""Finds the route of a path: a tree of segments, built once from the route table."""

from collections.abc import Iterable
from urllib.parse import unquote

from pinisi.console.http import Route


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

    def find(self, raw_path: bytes) -> tuple[Found, dict[str, str]] | None:
        """The routes at a path as it came (percent-encoded), with the values of its parameters; they may be empty."""
        node = self._root
        values: list[str] = []
        for segment in raw_path.decode("latin-1").strip("/").split("/"):
            below = node.below.get(segment)
            if below is None:
                below = node.parameter
                if below is None:
                    return None
                values.append(unquote(segment) if "%" in segment else segment)
            node = below
        found = node.found
        return None if found is None else (found, dict(zip(found.names, values, strict=True)))
