"""What the doctor says of a file: entities to be loaded, rows that wait, and every fault with row, field and reason."""

from collections import Counter
from typing import Any

import msgspec

from pinisi.city.facts import Entity
from pinisi.city.importing.fault_texts import Action
from pinisi.city.importing.rows import Cells
from pinisi.city.text import Text


class Fault(msgspec.Struct, frozen=True):
    """One fault. `row` 0 is the file as a whole; `field` is a column, `attribute` what it casts doubt on."""

    code: str
    action: Action
    row: int
    field: str
    text: Text
    attribute: str = ""
    entity: str = ""


class Rejected(msgspec.Struct, frozen=True):
    """A row that waits in quarantine: its cells as the file has them, and a proposed correction where one is clear.

    `identity` is the id of its entity where it has one, else its place in the file.
    """

    identity: str
    fault: Fault
    cells: Cells
    geometry: dict[str, Any] | None = None
    proposed: Cells = {}
    raw: str = ""


class Accepted(msgspec.Struct, frozen=True):
    """An entity to be loaded, with the number of its row."""

    row: int
    entity: Entity


class Diagnosis(msgspec.Struct):
    """All that was found in one file. `rows` = accepted + rejected + repeated: nothing is lost."""

    rows: int = 0
    accepted: list[Accepted] = []
    rejected: list[Rejected] = []
    repeated: int = 0
    faults: list[Fault] = []

    def counts(self) -> dict[str, int]:
        """How often each fault was found."""
        return dict(Counter(fault.code for fault in self.faults).most_common())

    @property
    def flagged(self) -> int:
        """Accepted rows that carry a doubt."""
        return sum("dataQuality" in each.entity for each in self.accepted)
