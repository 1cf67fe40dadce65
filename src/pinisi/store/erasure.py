"""Values that leave history for good; what a hold protects stays."""

from collections.abc import Sequence
from typing import Any

import apsw
import msgspec

from pinisi.vocabulary.instant import Instant

_NOT_HELD = (
    " AND NOT EXISTS (SELECT 1 FROM hold WHERE hold.entity IN ('', ?) AND hold.since <= {time} AND {time} < hold.until)"
)


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

    def run(self, connection: apsw.Connection) -> None:
        """Erase the rows that are written; hourly statistics too, but for those of a single moment."""
        if self.whole:
            connection.execute("DELETE FROM passage WHERE entity = ?", (self.row,))
        where, values = self._where()
        if self.observed is None:
            held = _NOT_HELD.format(time="hourly.hour")
            connection.execute(f"DELETE FROM hourly WHERE {where}{held}", (*values, self.id))
        else:
            where += " AND observed = ?"
            values.append(self.observed)
        held = _NOT_HELD.format(time="history.observed")
        positions = f"SELECT position FROM history WHERE {where}{held}"
        connection.execute(f"DELETE FROM origin WHERE position IN ({positions})", (*values, self.id))
        connection.execute(f"DELETE FROM history WHERE {where}{held}", (*values, self.id))

    def _where(self) -> tuple[str, list[Any]]:
        where, values = "entity = ?", [self.row]
        for column, value in (("attribute", self.attribute), ("dataset", self.dataset)):
            if value is not None:
                where += f" AND {column} = ?"
                values.append(value)
        return where, values
