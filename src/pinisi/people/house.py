"""What the endpoints of people need of the house they stand in."""

from typing import Protocol

from pinisi.people.register import People
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant


class House(Protocol):
    @property
    def store(self) -> Store: ...
    @property
    def people(self) -> People: ...
    def now(self) -> Instant:
        """The time on the wall, whatever a tenant's clock shows."""
        ...
