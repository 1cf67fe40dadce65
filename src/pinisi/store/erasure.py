"""Values that leave history for good; what a hold protects stays."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pinisi.vocabulary.instant import Instant


class Erasure(msgspec.Struct, frozen=True):
    """Which rows of history go, by their numbers: of an entity (`row`, `id`), an attribute, an instance, a moment.

    None: all of them. `dataset` 0 is the default instance.
    """

    row: int
    id: str
    attribute: int | None
    dataset: int | None
    observed: Instant | None

    @property
    def whole(self) -> bool:
        """Whether all of the entity's past goes, and with it where it was and when."""
        return self.attribute is None and self.dataset is None and self.observed is None

    def holds(self, history: Sequence[Any]) -> bool:
        """Whether a row of history that is not yet written is among them."""
        wanted = (self.row, self.attribute, self.dataset, self.observed)
        return all(want is None or want == have for want, have in zip(wanted, history[:4], strict=True))
