"""What a v2 subscription asks of its notifications, beside what every subscription has."""

from typing import Literal

import msgspec

from pinisi.context.ngsi_v2.templates import Custom

Format = Literal["normalized", "keyValues", "values", "simplifiedNormalized", "simplifiedKeyValues"]
"""`simplified...`: the entity is the whole notification, without subscription and list around it."""
Alteration = Literal["any", "real", "value"]
"""What counts as a change of an attribute: every update, one that changes it, one that changes more than metadata."""


class Notice(msgspec.Struct, frozen=True):
    """`attributes` and `but` are v2 names; `changed_only` leaves out what did not change, `covered` names what is not
    there.

    `once`: after one notification the subscription rests. `most_failures` in a row, and it rests too; None: never.
    """

    form: Format = "normalized"
    attributes: tuple[str, ...] | None = None
    but: frozenset[str] = frozenset()
    metadata: frozenset[str] | None = None
    changed_only: bool = False
    custom: Custom | None = None
    covered: bool = False
    alteration: Alteration = "real"
    once: bool = False
    most_failures: int | None = None

    @property
    def asks_of_before(self) -> bool:
        """Whether it shows what was before the change."""
        return self.metadata is not None and not self.metadata.isdisjoint(("previousValue", "actionType"))

    @property
    def asks_of_kind(self) -> bool:
        """Whether it tells what kind of change it was (`alterationType`)."""
        return self.attributes is not None and "alterationType" in self.attributes
