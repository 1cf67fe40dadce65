"""The graphs that this process serves now, by their digests: how a computation comes to the roads of the context."""

from collections.abc import Generator
from contextlib import contextmanager

from pinisi.services.mobility.routing.router import Router

_ROUTERS: dict[str, list[Router]] = {}


@contextmanager
def offered(router: Router) -> Generator[None]:
    """The router may be found while this lasts."""
    routers = _ROUTERS.setdefault(router.graph.digest, [])
    routers.append(router)
    try:
        yield
    finally:
        routers.remove(router)


def served_here() -> Router | None:
    """Any that is served; None where none is."""
    return next((routers[-1] for routers in _ROUTERS.values() if routers), None)


def router_of(digest: str | None) -> Router | None:
    """One that serves this graph; None where none does."""
    routers = _ROUTERS.get(digest or "")
    return routers[-1] if routers else None
