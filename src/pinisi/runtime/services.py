"""The registry of services: found by entry point, loaded one by one; one that fails is shown, the others run."""

from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint, entry_points

import msgspec
import structlog

from pinisi.city.words import bring
from pinisi.runtime.manifest import GROUP, Service
from pinisi.runtime.view import View
from pinisi.runtime.view_faults import LeftOut, parted

_log = structlog.get_logger("pinisi.services")


class Found(msgspec.Struct, frozen=True):
    """One entry of the registry: the manifest, or why there is none.

    `package` is the distribution that brings it, `version` that of the distribution.
    """

    name: str
    package: str
    service: Service | None = None
    failure: str | None = None
    version: str = ""


class Registry:
    """The services that are there, by name."""

    def __init__(self, found: Iterable[Found]) -> None:
        self.found = tuple(found)
        self._services = {each.name: each.service for each in self.found if each.service is not None}
        self._views: dict[str, tuple[View, ...]] = {}
        self._left_out: dict[str, tuple[LeftOut, ...]] = {}
        for name, service in self._services.items():
            bring(name, service.words)
            self._views[name], self._left_out[name] = parted(service.types, service.views)
            for left in self._left_out[name]:
                _log.error("a view is left out", service=name, view=left.view, field=left.field, reason=left.reason)

    def service(self, name: str) -> Service | None:
        return self._services.get(name)

    def views(self, service: Service) -> Sequence[View]:
        """What a service shows: of what it declares all that can be drawn."""
        return self._views.get(service.name, ())

    def left_out(self, name: str) -> Sequence[LeftOut]:
        """The views of a service that cannot be drawn, with field and reason."""
        return self._left_out.get(name, ())

    def version(self, name: str) -> str:
        """The version of the package that brings a service; empty where none is stated."""
        return next((each.version for each in self.found if each.name == name and each.service is not None), "")

    @property
    def services(self) -> tuple[Service, ...]:
        return tuple(self._services.values())


def discover(entries: Iterable[EntryPoint] | None = None) -> Registry:
    """Load every service that is installed, in the order of their names; of two with one name the first is taken."""
    points = entry_points(group=GROUP) if entries is None else entries
    found: dict[str, Found] = {}
    for point in sorted(points, key=lambda point: (point.name, _package(point) != "pinisi", _package(point))):
        entry = _load(point)
        if point.name in found:
            entry = msgspec.structs.replace(entry, service=None, failure=f"the name {point.name} is taken already")
            _log.error("a service is passed over", service=point.name, package=entry.package, reason=entry.failure)
            continue
        found[point.name] = entry
    return Registry(found.values())


def _load(point: EntryPoint) -> Found:
    package = _package(point)
    try:
        service = point.load()
    except Exception as error:
        _log.exception("a service cannot be loaded", service=point.name, package=package)
        return Found(point.name, package, failure=f"{type(error).__name__}: {error}")
    if not isinstance(service, Service):
        return Found(point.name, package, failure=f"{point.value} is no manifest (pinisi.runtime.manifest.Service)")
    if service.name != point.name:
        return Found(point.name, package, failure=f"its manifest calls itself {service.name!r}")
    return Found(point.name, package, service, version=point.dist.version if point.dist is not None else "")


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""
