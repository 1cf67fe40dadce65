"""The alarms of a site: active, acknowledged, suspended (RSMP core 3.2.2, "Alarm messages")."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pinisi.services.mobility.rsmp.catalogue import Object, catalogue
from pinisi.services.mobility.rsmp.messages import Alarm, ReturnValue
from pinisi.services.mobility.rsmp.moments import stamp
from pinisi.vocabulary.instant import Instant


@dataclass
class Standing:
    """How one alarm of one component stands; each moment is when that part last changed."""

    active: bool = False
    acknowledged: bool = True
    suspended: bool = False
    changed: Instant = 0
    acknowledged_at: Instant = 0
    suspended_at: Instant = 0
    values: Mapping[str, str] = field(default_factory=dict[str, str])


class AlarmBook:
    """Every alarm that the components can have. What returns a message has changed something that must be told."""

    def __init__(self, components: Mapping[str, Object]) -> None:
        self._standing = {
            (component, code): Standing()
            for component, object in components.items()
            for code, alarm in catalogue().alarm.items()
            if alarm.object == object
        }

    def set(self, component: str, code: str, active: bool, now: Instant, **values: str) -> Alarm | None:
        """The alarm becomes active or inactive; nothing is told where it already was, or is suspended."""
        standing = self._standing[component, code]
        if standing.active == active:
            return None
        standing.active, standing.changed = active, now
        if active:
            standing.acknowledged, standing.values = False, values
        return None if standing.suspended else self._told(component, code, "Issue")

    def acknowledge(self, component: str, code: str, now: Instant) -> Alarm:
        standing = self._standing[component, code]
        if not standing.acknowledged:
            standing.acknowledged, standing.acknowledged_at = True, now
        return self._told(component, code, "Acknowledge")

    def suspend(self, component: str, code: str, suspended: bool, now: Instant) -> Alarm:
        """Suspended: changes are not told. The answer to Resume, too, is of the purpose "Suspend"."""
        standing = self._standing[component, code]
        if standing.suspended != suspended:
            standing.suspended, standing.suspended_at = suspended, now
        return self._told(component, code, "Suspend")

    def asked(self, component: str, code: str) -> Alarm:
        return self._told(component, code, "Suspend" if self._standing[component, code].suspended else "Issue")

    def all(self) -> list[Alarm]:
        """All, also those at rest, as they are told when a link opens."""
        return [self.asked(component, code) for component, code in self._standing]

    def has_active(self, priority: int) -> bool:
        """For the state bits 3, 4 and 5 of aggregated status."""
        return any(
            standing.active and catalogue().alarm[code].priority == priority
            for (_, code), standing in self._standing.items()
        )

    def _told(self, component: str, code: str, purpose: str) -> Alarm:
        standing, alarm = self._standing[component, code], catalogue().alarm[code]
        moments = {"Acknowledge": standing.acknowledged_at, "Suspend": standing.suspended_at}
        return Alarm(
            component=component,
            code=code,
            purpose=purpose,
            acknowledged="Acknowledged" if standing.acknowledged else "notAcknowledged",
            active="Active" if standing.active else "inActive",
            suspended="Suspended" if standing.suspended else "notSuspended",
            at=stamp(moments.get(purpose, standing.changed)),
            category=alarm.category,
            priority=str(alarm.priority),
            values=tuple(ReturnValue(name, value) for name, value in standing.values.items()),
        )
