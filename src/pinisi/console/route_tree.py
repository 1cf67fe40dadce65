"""Finds the route of a path: a tree of segments, built once from the route table."""

from collections.abc import Iterable
from urllib.parse import unquote

from pinisi.console.http import Route

_PARAMETER = "{}"


class Found:
    """Routes at one path, by method, with the names of its parameters."""

    __slots__ = ("names", "routes")

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.routes: dict[str, Route] = {}


class RouteTree:
    def __init__(self, routes: Iterable[Route]) -> None:
        self._root: dict[str, object] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: Route) -> None:
        node = self._root
        names: list[str] = []
        for segment in route.path.strip("/").split("/"):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                segment = _PARAMETER
            node = node.setdefault(segment, {})  # type: ignore[assignment]
        found = node.setdefault("", Found(tuple(names)))  # type: ignore[attr-defined]
        assert isinstance(found, Found)
        if route.method in found.routes:
            raise ValueError(f"{route.method} {route.path} stands twice in the route table")
        found.routes[route.method] = route

    def find(self, raw_path: bytes) -> tuple[Found, dict[str, str]] | None:
        """The routes at a path as it came (percent-encoded), with the values of its parameters."""
        node: object = self._root
        values: list[str] = []
        for segment in raw_path.decode("latin-1").strip("/").split("/"):
            assert isinstance(node, dict)
            below = node.get(segment) if segment != _PARAMETER else None
            if below is None or isinstance(below, Found):
                below = node.get(_PARAMETER)
                if below is None or not segment:
                    return None
                values.append(unquote(segment) if "%" in segment else segment)
            node = below
        found = node.get("") if isinstance(node, dict) else None
        return (found, dict(zip(found.names, values, strict=True))) if isinstance(found, Found) else None
