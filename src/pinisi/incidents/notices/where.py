"""What the room of notices has of the tenant that it works for."""

from typing import Protocol

from pinisi.city.profile import Profile
from pinisi.vocabulary.instant import Instant


class Where(Protocol):
    @property
    def tenant(self) -> str: ...
    @property
    def profile(self) -> Profile: ...
    @property
    def exercise(self) -> bool:
        """Whether what happens in it is not happening now."""
        ...

    def now(self) -> Instant: ...
    def area_name(self, areas: tuple[str, ...]) -> str | None: ...
