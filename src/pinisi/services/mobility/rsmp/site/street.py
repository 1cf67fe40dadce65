"""How a controller in the street is laid out: its junction, its components, what is wired to it."""

from collections.abc import Mapping

import msgspec

from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.rsmp.catalogue import Object


class Street(msgspec.Struct, frozen=True, kw_only=True):
    """Args:
    site: the site id; component ids begin with it.
    junction: groups, stages and stored plans; plans are numbered 1 to 255, the number is their id.
    detectors, inputs, outputs, situations: how many there are.
    routes: emergency routes by number, and the stage that serves them.
    zone: hours by which local time is ahead of UTC: time tables are in local time (S0027).
    counts: whether its detector logics count traffic (S0201 to S0208), by the second.
    external: the input that gives the signal groups to somebody outside, None where nothing is wired; then the inputs
        from `first_wish` on are wishes for green, one a group (M0013). Wishes older than `patience` seconds are
        nobody's any more: the plan runs.
    """

    site: str
    junction: Junction
    detectors: int = 0
    inputs: int = 16
    outputs: int = 0
    situations: int = 1
    routes: Mapping[int, str] = {}
    zone: float = 0.0
    counts: bool = False
    external: int | None = None
    first_wish: int = 2
    patience: float = 5.0

    @property
    def main(self) -> str:
        return f"{self.site}TC"

    def group(self, number: int) -> str:
        """The component id of a signal group; the first is 1."""
        return f"{self.site}SG{number:03d}"

    def detector(self, number: int) -> str:
        return f"{self.site}DL{number:03d}"

    def components(self) -> Mapping[str, Object]:
        groups: dict[str, Object] = {self.group(n + 1): "signal group" for n in range(len(self.junction.groups))}
        detectors: dict[str, Object] = {self.detector(n + 1): "detector logic" for n in range(self.detectors)}
        return {self.main: "controller", **groups, **detectors}

    def plans(self) -> tuple[int, ...]:
        return tuple(int(plan.id) for plan in self.junction.plans)
