"""What a v2 subscription asks of its notifications, beside what every subscription has."""

from typing import Literal

import msgspec

from pinisi.context.ngsi_v2.templates import Custom

Format = Literal["normalized", "keyValues", "values"]


class Notice(msgspec.Struct, frozen=True):
    """`attributes` and `but` are v2 names; `changed_only` leaves out what did not change."""

    form: Format = "normalized"
    attributes: tuple[str, ...] | None = None
    but: frozenset[str] = frozenset()
    metadata: frozenset[str] | None = None
    changed_only: bool = False
    custom: Custom | None = None
