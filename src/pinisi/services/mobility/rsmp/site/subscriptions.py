"""Who wants which value how often (RSMP core 3.2.2, "Structure for a status subscription request message")."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from msgspec import UNSET

from pinisi.services.mobility.rsmp.messages import StatusName, StatusUpdate, StatusValue, Wanted
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.services.mobility.rsmp.site.traffic import COUNTS
from pinisi.vocabulary.instant import SECOND, Instant

Read = Callable[[str, StatusName], StatusValue]
"""The value of a component now; quality undefined or unknown where there is none."""


@dataclass
class _Standing:
    every: int
    on_change: bool
    last: object
    due: Instant


class Subscriptions:
    def __init__(self) -> None:
        self._standing: dict[tuple[str, StatusName], _Standing] = {}

    def __len__(self) -> int:
        return len(self._standing)

    def begin(self, component: str, wanted: tuple[Wanted, ...], read: Read, now: Instant) -> StatusUpdate | None:
        """The first update of what is new; of what is subscribed already only the rate changes, and nothing is sent."""
        told = [value for one in wanted if (value := self._begin(component, one, read, now)) is not None]
        return _update(component, told, now) if told else None

    def end(self, component: str, names: tuple[StatusName, ...]) -> None:
        for name in names:
            self._standing.pop((component, name), None)

    def clear(self) -> None:
        """ "Active subscriptions cease if the equipment restarts"."""
        self._standing.clear()

    def due(self, read: Read, now: Instant, counted: Instant = 0) -> list[StatusUpdate]:
        """An update for each component of which something changed or came due; counts when `counted` has gone on."""
        told: dict[str, list[StatusValue]] = defaultdict(list)
        for (component, name), standing in self._standing.items():
            if name.code in COUNTS:
                if counted > standing.due:
                    standing.due = counted
                    told[component].append(read(component, name))
                continue
            if not standing.on_change and now < standing.due:
                continue
            value = read(component, name)
            if self._is_due(standing, value, now):
                standing.last, standing.due = value.value, now + standing.every
                told[component].append(value)
        return [_update(component, values, now) for component, values in told.items()]

    def _begin(self, component: str, one: Wanted, read: Read, now: Instant) -> StatusValue | None:
        name = StatusName(one.code, one.name)
        every = round(float(one.every) * SECOND)
        on_change = every == 0 if one.on_change is UNSET else one.on_change
        standing = self._standing.get((component, name))
        if standing is not None:
            standing.every, standing.on_change, standing.due = every, on_change, now + every
            return None
        value = read(component, name)
        if name.code in COUNTS and value.quality == "recent":
            self._standing[component, name] = _Standing(every, False, None, now - SECOND)
            return None
        if value.quality in ("recent", "old"):
            self._standing[component, name] = _Standing(every, on_change, value.value, now + every)
        return value

    def _is_due(self, standing: _Standing, value: StatusValue, now: Instant) -> bool:
        changed = standing.on_change and value.value != standing.last
        return changed or (standing.every > 0 and now >= standing.due)


def _update(component: str, values: list[StatusValue], now: Instant) -> StatusUpdate:
    return StatusUpdate(component=component, at=stamp(now), values=tuple(values))
