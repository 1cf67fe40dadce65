"""One tenant as people see it: which city, its areas, layers, numbers and names, and whose clock it follows."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pinisi.city.names import Names
from pinisi.city.profile import Profile
from pinisi.city.value import Value
from pinisi.console.atlas import Atlas
from pinisi.console.blinding import Blinded, Blinding
from pinisi.console.catalogue import Catalogue
from pinisi.console.facts import state_of
from pinisi.console.kept import Kept
from pinisi.console.layers import Layers
from pinisi.console.sources import Sources
from pinisi.console.tiles import Tiles
from pinisi.console.viewpoint import Viewpoint
from pinisi.context.term_table import TermTable
from pinisi.incidents.agencies.photos import Photos
from pinisi.incidents.calls.switchboard import Switchboard
from pinisi.incidents.notices.room import NoticeRoom
from pinisi.incidents.procedures.shelf import Shelves, known_of
from pinisi.incidents.stage import StageDesk
from pinisi.runtime.clock import Clock, ExerciseClock, ReplayClock, WallClock
from pinisi.runtime.keeper import Keeper
from pinisi.runtime.rooms import Rooms
from pinisi.store.log import LogEntry
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant, format_instant, parse_instant


class Town:
    def __init__(self, tenant: str, profile: Profile, store: Store, table: TermTable, clock: Clock) -> None:
        self.tenant = tenant
        self.profile = profile
        self.clock = clock
        self.atlas = Atlas(store, tenant)
        self.layers = Layers(profile, table, self.atlas)
        self.tiles = Tiles(profile, table, tenant)
        self.catalogue = Catalogue(store, tenant, Names(), self.atlas)
        self.sources = Sources(store, tenant, table)
        self.keeper = Keeper()
        self.rooms = Rooms(store, tenant, table, clock, self.keeper)
        self.switchboard: Switchboard | None = None
        """The call centre, where the tenant is a city that was opened."""
        self.photos: Photos | None = None
        """What crews photograph, likewise."""
        self.notices: NoticeRoom | None = None
        """Who is told of what, likewise."""
        self.stage = StageDesk(store, tenant, profile.stages, table)
        self._blinding = Blinding(store, tenant, self.layers)
        self.standings: Kept[Any] = Kept()
        self.shelves = Shelves(profile.folder, known_of(profile.operations))
        self.writes: dict[str, frozenset[str]] = {}
        """Card of a live source -> the entity types that it is known to write."""
        self.outside: set[str] = set()
        """Ids of the live sources that ask another host."""
        self.failed_sources: dict[str, str] = {}

    def now(self) -> Instant:
        """The time that this tenant lives in."""
        return self.clock.now()

    @property
    def exercise(self) -> bool:
        """Whether what happens in it is not happening now: what it calls for concerns nobody outside."""
        return not isinstance(self.clock, WallClock)

    @property
    def replayed(self) -> bool:
        """Whether it lives through a day of the past: its sources are not asked."""
        return isinstance(self.clock, ReplayClock)

    def is_off(self, service: str) -> bool:
        """Whether an operator has switched a service off here."""
        room = self.rooms.rooms.get(service)
        return room is not None and room.state == "off"

    def heard(self, entries: Sequence[LogEntry]) -> None:
        """What the tenant's log says is new."""
        self.atlas.heard(self.tenant, entries)
        self.tiles.heard(self.tenant, entries)
        self.catalogue.heard(self.tenant, entries)
        self.sources.heard(entries)

    async def blinded(self) -> Mapping[str, Blinded]:
        """Card of a source that does not deliver -> what shows values of it."""
        await self.sources.refresh()
        ailing = [health.id for health in self.sources.ailing()]
        return await self._blinding.of(ailing, self.writes) if ailing else {}

    async def tile_values(self, view: Viewpoint, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Tiles as the console reads them. Of what live sources tell, none is 0 only as far as they have told."""
        await self.sources.refresh()
        told: list[dict[str, Any]] = []
        for id, value in await self.tiles.values(view, ids):
            grounded = await self._grounded(view, id, value)
            told.append({"id": id, "service": self.tiles.service(id), **msgspec.to_builtins(grounded)})
        return told

    async def _grounded(self, view: Viewpoint, id: str, value: Value) -> Value:
        """A count of nothing rests upon the sources that would tell of something; before they speak it is not known."""
        types = self.tiles.counts(id)
        cards = [card for card, writes in self.writes.items() if not types.isdisjoint(writes)]
        if value.n or self.tiles.service(id) is None or not cards:
            return value
        known = await self.sources.seen(view, cards)
        heard = [health.last_message for health in known if health.last_message is not None]
        named = msgspec.structs.replace(
            value, provider=cards[0] if len(cards) == 1 else None, providers=tuple(cards), method="reported"
        )
        if not heard:
            return msgspec.structs.replace(named, value=None)
        oldest, period = min(heard), max(health.update_period for health in known)
        state = state_of(max(0, view.now - parse_instant(oldest)), period)
        return msgspec.structs.replace(named, observed_at=oldest, state=state, update_period=period)

    def missed(self, tile: str, ailing: Iterable[str]) -> list[str]:
        """The cards among these that write what a tile of Now counts: not to be trusted, even where it is none."""
        return [card for card in ailing if self.tiles.rests_upon(tile, self.writes.get(card, frozenset()))]

    def area_name(self, areas: tuple[str, ...]) -> str | None:
        return self.atlas.name(areas)


def clock_json(clock: Clock) -> dict[str, Any]:
    """The time that a tenant lives in; `method` says how its data come when they are not live."""
    usual = None if clock.mode == "live" else "replayed"
    method = "exercise" if isinstance(clock, ExerciseClock) else usual
    return {"mode": clock.mode, "now": format_instant(clock.now()), "method": method, "speed": clock.speed}
