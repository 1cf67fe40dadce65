"""The stored plan and another controller beside each other, on the same arrivals, each behind its safety layer."""

from collections import deque

import msgspec

from pinisi.services.mobility.engine.shadow.street import ModelStreet
from pinisi.services.mobility.engine.signals.asked import asked
from pinisi.services.mobility.engine.signals.demand import Controller, all_red
from pinisi.services.mobility.engine.signals.safety import SafetyLayer

MODEL = "vertical queues, 1,900 vehicles an hour and lane"
BUCKET_S, BUCKETS = 60.0, 15
LEAST_MINUTES = 5.0
"""So long is compared before anything is said: a quarter of an hour at most, minute by minute."""
LEAST_VEHICLES = 10


class Gain(msgspec.Struct, frozen=True, kw_only=True):
    """Modelled, over the last minutes. Delays in seconds a vehicle, queues in vehicles on average.

    `saved`: per cent of the plan's delay, negative where the other is worse; None where the plan delays nobody.
    """

    minutes: float
    vehicles: int
    delay_plan: float
    delay_control: float
    queue_plan: float
    queue_control: float
    saved: float | None


class Played:
    """One controller in a world of its own."""

    def __init__(self, street: ModelStreet, controller: Controller, layer: SafetyLayer, now: float) -> None:
        self.street, self._controller, self._layer = street, controller, layer
        self.shown = all_red(layer.junction, now)

    def second(self, now: float) -> None:
        wanted = asked(self._controller, now, self.shown)
        self.shown = self._layer.decide(self.shown, wanted, now).shown
        green = self.shown.green(self._layer.junction)
        self.street.second(green, self._stage(green), now)

    def _stage(self, green: frozenset[str]) -> str:
        stages = self._layer.junction.stages
        return next((stage.id for stage in stages if green and green <= frozenset(stage.groups)), "")


class _Bucket(msgspec.Struct):
    seconds: float = 0.0
    vehicles: int = 0
    plan: float = 0.0
    control: float = 0.0


class Compared:
    """Asked once a second with the vehicles that have come in."""

    def __init__(self, plan: Played, control: Played) -> None:
        self.plan, self.control = plan, control
        self._buckets: deque[_Bucket] = deque([_Bucket()], maxlen=BUCKETS)
        self._last: float | None = None

    def come(self, lane: str, arrives: float) -> None:
        """In both or in none: where one of them is full, the other would be compared with less."""
        streets = self.plan.street, self.control.street
        if all(street.has_room(lane) for street in streets):
            for street in streets:
                street.come(lane, arrives)
            self._buckets[-1].vehicles += 1

    def second(self, now: float) -> None:
        before = self._totals()
        self.plan.second(now)
        self.control.second(now)
        after, passed = self._totals(), 1.0 if self._last is None else max(now - self._last, 0.0)
        self._last = now
        if self._buckets[-1].seconds >= BUCKET_S:
            self._buckets.append(_Bucket())
        bucket = self._buckets[-1]
        bucket.seconds += passed
        bucket.plan += after[0] - before[0]
        bucket.control += after[1] - before[1]

    def gain(self) -> Gain | None:
        """None before it has been compared for a while, or where hardly anybody came."""
        seconds = sum(each.seconds for each in self._buckets)
        vehicles = sum(each.vehicles for each in self._buckets)
        if seconds < LEAST_MINUTES * 60 or vehicles < LEAST_VEHICLES:
            return None
        plan, control = sum(each.plan for each in self._buckets), sum(each.control for each in self._buckets)
        return Gain(
            minutes=seconds / 60,
            vehicles=vehicles,
            delay_plan=plan / vehicles,
            delay_control=control / vehicles,
            queue_plan=plan / seconds,
            queue_control=control / seconds,
            saved=100 * (plan - control) / plan if plan > 0 else None,
        )

    def _totals(self) -> tuple[float, float]:
        return self.plan.street.waited, self.control.street.waited
