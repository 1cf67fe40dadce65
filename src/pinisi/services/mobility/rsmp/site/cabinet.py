"""The simulated controller: its junction, what it was ordered, its alarms, behind the face that the protocol asks."""

from collections.abc import Mapping

from pinisi.services.mobility.rsmp.messages import Alarm, Value
from pinisi.services.mobility.rsmp.site.alarms import AlarmBook
from pinisi.services.mobility.rsmp.site.lamps import Lamps
from pinisi.services.mobility.rsmp.site.orders import ORDERS, Desired
from pinisi.services.mobility.rsmp.site.priorities import groups_for
from pinisi.services.mobility.rsmp.site.readers import READERS, View
from pinisi.services.mobility.rsmp.site.state import State
from pinisi.services.mobility.rsmp.site.street import Street
from pinisi.services.mobility.rsmp.site.traffic import COUNTS, Traffic
from pinisi.vocabulary.instant import Instant


class Cabinet:
    """Raises WrongJunction where the junction cannot be run safely."""

    def __init__(self, street: Street, now: Instant) -> None:
        self.street, self.state = street, State(started=now)
        self.main, self.components = street.main, street.components()
        self.book = AlarmBook(self.components)
        self.restarts = 0
        self.traffic = Traffic(street.detectors)
        self._lamps = Lamps(street.junction, now)

    @property
    def counted(self) -> Instant:
        return self.traffic.start

    def link(self, up: bool, now: Instant) -> None:
        self.state.alone_since = None if up else now

    def read(self, component: str, code: str, now: Instant) -> Mapping[str, Value] | None:
        if code in COUNTS:
            return self._counts(component, code)
        reader = READERS.get(code)
        return None if reader is None else reader(self.view(now))

    def _counts(self, component: str, code: str) -> Mapping[str, Value] | None:
        if not self.street.counts:
            return None
        return self.traffic.all(code) if component == self.main else self.traffic.one(code, int(component[-3:]))

    def opens(self, level: int, code: str) -> bool:
        return self.state.codes.get(level) == code

    def refusal(self, component: str, code: str, arguments: Mapping[str, str], now: Instant) -> str:
        order = ORDERS.get(code)
        return "" if order is None else order.refusal(self.street, self.state, Desired(component, arguments, now))

    def perform(self, component: str, code: str, arguments: Mapping[str, str], now: Instant) -> bool:
        self.view(now)
        order = ORDERS.get(code)
        if order is None:
            return False
        order.perform(self.street, self.state, Desired(component, arguments, now))
        if self.state.started == now:
            self.restarts += 1
            self._lamps.restart(now)
        return True

    def bits(self, now: Instant) -> tuple[bool, ...]:
        """SXL 1.2.1, aggregated status: 1 local mode, 3 to 5 faults by priority, 6 in use, 7 dark as configured."""
        dark = self.state.position == "Dark"
        faults = [self.book.has_active(priority) for priority in (1, 2, 3)]
        return (False, False, *faults, not dark, dark, False)

    def change_alarm(self, message: Alarm, now: Instant) -> Alarm:
        component, code = message.component, message.code
        match message.purpose:
            case "Acknowledge":
                return self.book.acknowledge(component, code, now)
            case "Suspend" | "Resume":
                return self.book.suspend(component, code, message.purpose == "Suspend", now)
            case _:
                return self.book.asked(component, code)

    def alarms(self) -> list[Alarm]:
        return self.book.all()

    def view(self, now: Instant) -> View:
        """The controller as it stands at `now`, after it has run up to then."""
        self.state.settle(now)
        routes = frozenset(
            id
            for route in sorted(self.state.routes)[:1]
            for id in self.street.junction.stage(self.street.routes[route]).groups
        )
        asked = self.state.priorities.settle(now)
        if asked is not None and not routes:
            routes = groups_for(self.street.junction, asked.group)
        if self.state.is_starting(now):
            self._lamps.restart(now)
        else:
            wishes = self.state.wishes(self.street, now)
            self._lamps.advance(self.state.timed_plan(self.street, now), routes, now, wishes)
        return View(self.street, self.state, self._lamps, now)
