"""What the protocol needs to know of the equipment behind it."""

from collections.abc import Mapping
from typing import Protocol

from pinisi.services.mobility.rsmp.catalogue import Object
from pinisi.services.mobility.rsmp.messages import Alarm, Value
from pinisi.vocabulary.instant import Instant


class Equipment(Protocol):
    """A controller with its signal groups and detector logics, each a component with an id."""

    @property
    def main(self) -> str:
        """The component that aggregated status is told of: the controller itself."""
        ...

    @property
    def restarts(self) -> int:
        """How often it has started anew: each time subscriptions cease and the link ends."""
        ...

    @property
    def components(self) -> Mapping[str, Object]: ...

    @property
    def counted(self) -> Instant:
        """When the last second began that its detector logics have counted."""
        ...

    def link(self, up: bool, now: Instant) -> None:
        """The link to the supervisor stands, or is gone."""
        ...

    def read(self, component: str, code: str, now: Instant) -> Mapping[str, Value] | None:
        """All values of a status; None where the equipment has no such status."""
        ...

    def opens(self, level: int, code: str) -> bool:
        """Whether that is the security code of that level."""
        ...

    def refusal(self, component: str, code: str, arguments: Mapping[str, str], now: Instant) -> str:
        """Why a command whose arguments are sound must not be carried out; empty where it may be."""
        ...

    def perform(self, component: str, code: str, arguments: Mapping[str, str], now: Instant) -> bool:
        """Carry out a command; False where the equipment has no such command."""
        ...

    def bits(self, now: Instant) -> tuple[bool, ...]:
        """The eight state bits."""
        ...

    def change_alarm(self, message: Alarm, now: Instant) -> Alarm:
        """Acknowledge, suspend, resume or tell an alarm, as the message asks."""
        ...

    def alarms(self) -> list[Alarm]:
        """All alarms, for a link that opens."""
        ...
