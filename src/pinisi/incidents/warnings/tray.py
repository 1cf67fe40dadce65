"""What waits for a person: drafts for their release, and what went out alone for its review.

Told of every warning that is kept; only the desk of this process keeps any, so that the tray is as new as the store.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from pinisi.incidents.cap.model import SEVERITIES, Alert, Severity
from pinisi.incidents.warnings.warning import Warning


class Standing(msgspec.Struct, frozen=True, rename="camel"):
    """How many warnings are in force, how grave the gravest is, and what waits for whom."""

    in_force: int
    severity: Severity | None
    drafts: int
    to_review: int


class Tray:
    def __init__(self) -> None:
        self._drafts: dict[str, set[str]] = {}
        self._owed: dict[str, set[str]] = {}

    def unread(self, tenant: str) -> bool:
        return tenant not in self._drafts

    def read(self, tenant: str, warnings: Iterable[Warning]) -> None:
        """All that the store holds."""
        self._drafts[tenant], self._owed[tenant] = set(), set()
        for warning in warnings:
            self.kept(tenant, warning)

    def kept(self, tenant: str, warning: Warning) -> None:
        if self.unread(tenant):
            return
        _put(self._drafts[tenant], warning.id, holds=warning.state == "draft")
        _put(self._owed[tenant], warning.id, holds=warning.review_owed)

    def standing(self, tenant: str, in_force: Sequence[Alert]) -> Standing:
        said: list[Any] = [info.severity for alert in in_force for info in alert.infos]
        gravest = min(said, key=SEVERITIES.index, default=None)
        return Standing(len(in_force), gravest, len(self._drafts[tenant]), len(self._owed[tenant]))


def _put(ids: set[str], id: str, *, holds: bool) -> None:
    if holds:
        ids.add(id)
    else:
        ids.discard(id)
