"""Whether a command may go ahead: who gives it, what it says, and what the safety layer says to it."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import structlog

from pinisi.city.entry import Unfit
from pinisi.city.text import Text, fill
from pinisi.context.render import View, entity_document
from pinisi.context.term_table import TermTable
from pinisi.people.errors import NotAllowed
from pinisi.runtime.action import Action, Situation
from pinisi.runtime.manifest import Service
from pinisi.runtime.reach import commands_one, commands_whole
from pinisi.runtime.record_book import NotInBook
from pinisi.store.protocol import Store
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.principal import WHOLE, Grants, Principal

_DEFAULTS = View(datasets=frozenset({None}))
_log = structlog.get_logger("pinisi.actions")


class Offer(msgspec.Struct, frozen=True):
    """An action with the service that offers it."""

    service: Service
    action: Action[Any]

    @property
    def name(self) -> str:
        return f"{self.service.name}.{self.action.name}"


class Permits:
    def __init__(self, store: Store, table: TermTable) -> None:
        self._store = store
        self._table = table

    def check_permission(self, offer: Offer, principal: Principal) -> None:
        """Raises `NotAllowed`."""
        if offer.action.permission not in principal.permissions:
            raise NotAllowed(f"{offer.name} needs the permission {offer.action.permission}")

    async def situation(self, tenant: str, offer: Offer, command: Any, grants: Grants, now: Instant) -> Situation:
        """What the command acts on, as it is now, to one who may command all of it.

        Raises:
            NotInBook: a target is not there, or he may not know of it.
            NotAllowed: he may not command one of them.
        """
        ids = tuple(dict.fromkeys(offer.action.targets(command)))
        if not ids and not commands_whole(grants, self._types(offer), offer.action.permission):
            raise NotAllowed(f"{offer.name} reaches the whole city, and you do not")
        targets: dict[str, Mapping[str, Any]] = {}
        for id in ids:
            record = await self._store.entity(tenant, id, grants)
            if record is None:
                raise NotInBook(f"target {id}")
            if not commands_one(grants, record.family.types, record.family.areas, offer.action.permission):
                raise NotAllowed(f"you may not command {id}")
            targets[id] = entity_document(record.entity, self._table, _DEFAULTS, WHOLE)
        return Situation(now=now, targets=targets)

    def _types(self, offer: Offer) -> frozenset[str]:
        return frozenset(self._table.expand_term(name) for name in offer.service.types)


def validate(offer: Offer, command: Any) -> None:
    """
    Raises:
        Unfit: with every field that is wrong.
    """
    faults = offer.action.check(command)
    if faults:
        raise Unfit(faults)


def objections(offer: Offer, command: Any, situation: Situation) -> Sequence[Text]:
    """What the safety layer says against it; one that fails is an objection."""
    try:
        return tuple(offer.action.safety(command, situation))
    except Exception as error:
        _log.exception("the safety layer of an action failed", action=offer.name)
        return (fill(_SAFETY_FAILED, why=f"{type(error).__name__}: {error}"[:300]),)


_SAFETY_FAILED = Text(
    "Pemeriksaan keselamatan gagal, jadi tidak dijalankan: {why}",
    "The safety check failed, so it is not carried out: {why}",
    "安全確認に失敗したため実行しない: {why}",
)
