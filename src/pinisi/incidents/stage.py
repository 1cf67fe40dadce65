"""The stage of the city: proposed by written rules, set by a person, each change on record with who, when and why.

Until somebody sets it, it is not set; nothing sets it by itself. The entity names nobody; who set it is in the record.
"""

from collections.abc import Sequence

import msgspec

from pinisi.city.stages import Counted, Stage, Stages
from pinisi.city.text import Text
from pinisi.context.term_table import TermTable
from pinisi.store.change import AuditEntry, DocumentChange, Edit, EntityChange, Transform, VersionConflict
from pinisi.store.log import Position
from pinisi.store.protocol import Store
from pinisi.store.query import AllOf, Compare, EntityQuery, Path, TypeIs
from pinisi.vocabulary.entity import LANGUAGE, PROPERTY, Entity, Instance
from pinisi.vocabulary.instant import Instant, format_instant
from pinisi.vocabulary.principal import EVERYTHING, Grant, Grants, Principal
from pinisi.vocabulary.terms import PINISI

CITY_STAGE = PINISI + "CityStage"
STAGE, SINCE, REASON = PINISI + "stage", PINISI + "since", PINISI + "reason"
TITLE = "http://purl.org/dc/terms/title"
KIND = "stage-change"
MOST_WORDS = 500


class BadStage(ValueError):
    """The stage cannot be set so; `field` names what is wrong."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


class StageChange(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the log. `level` 0: not set any more. `proposed` is what the rules proposed at that moment."""

    level: int
    at: Instant
    by: str
    name: str
    reason: str
    proposed: int = 0


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """The highest stage of which a rule holds; `reasons` are the texts of the rules that hold there."""

    level: int
    reasons: tuple[Text, ...]


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(StageChange).decode


def stage_id(tenant: str) -> str:
    return f"urn:ngsi-ld:CityStage:{tenant}"


class StageDesk:
    """The stage of one tenant."""

    def __init__(self, store: Store, tenant: str, stages: Stages, table: TermTable) -> None:
        self._store = store
        self._tenant = tenant
        self._stages = stages
        self._table = table
        self._proposed: tuple[Position, Proposal | None] | None = None

    async def log(self) -> Sequence[StageChange]:
        """Every change, oldest first."""
        return [_decode(body) for _, _, body in await self._store.documents(self._tenant, KIND)]

    async def current(self, at: Instant | None = None) -> StageChange | None:
        """The change that holds now, or held at a moment; None: not set."""
        changes = [change for change in await self.log() if at is None or change.at <= at]
        return changes[-1] if changes and changes[-1].level else None

    async def set(self, level: int, reason: str, principal: Principal, now: Instant) -> StageChange:
        """Set the stage; 0 takes it back to "not set".

        Raises:
            BadStage: the city has no such stage, it holds already, the reason is missing or too long, or somebody
                else set it a moment earlier.
        """
        stage = self._stages.stage(level)
        if stage is None and level:
            raise BadStage("level", f"the city has no stage {level}")
        reason = reason.strip()
        if not reason or len(reason) > MOST_WORDS:
            raise BadStage("reason", f"between 1 and {MOST_WORDS} characters: the public reads it")
        log = await self.log()
        if (log[-1].level if log else 0) == level:
            raise BadStage("level", f"stage {level} holds already" if level else "no stage is set")
        proposal = await self.proposal()
        change = StageChange(
            level=level,
            at=now,
            by=principal.id,
            name=principal.name,
            reason=reason,
            proposed=proposal.level if proposal else 0,
        )
        changes = [
            EntityChange(stage_id(self._tenant), _become(self._tenant, change, stage)),
            DocumentChange(KIND, f"{len(log) + 1:06}", _encode(change), 0),
            AuditEntry("stage-set", stage_id(self._tenant), {"level": level, "reason": reason}),
        ]
        try:
            await self._store.apply(self._tenant, changes, _as_stage(principal))
        except VersionConflict:
            raise BadStage("level", "somebody else set the stage a moment earlier: look again") from None
        return change

    async def proposal(self) -> Proposal | None:
        """What the written rules propose; kept as long as nothing has been written since."""
        position = await self._store.position(self._tenant)
        if self._proposed is None or self._proposed[0] != position:
            self._proposed = position, await self._propose()
        return self._proposed[1]

    async def _propose(self) -> Proposal | None:
        for stage in reversed(self._stages.stages):
            holding = [rule.text for rule in stage.rules if await self._holds(rule.counted)]
            if holding:
                return Proposal(level=stage.level, reasons=tuple(holding))
        return None

    async def _holds(self, all: Sequence[Counted]) -> bool:
        for counted in all:
            query = self._query(counted)
            page = await self._store.find(self._tenant, query, EVERYTHING, limit=0, count=True)
            if (page.count or 0) < counted.at_least:
                return False
        return True

    def _query(self, counted: Counted) -> EntityQuery:
        wanted = tuple(
            Compare(Path(self._table.expand_term(name)), "==", values) for name, values in sorted(counted.where.items())
        )
        filter = None if not wanted else wanted[0] if len(wanted) == 1 else AllOf(wanted)
        return EntityQuery(types=TypeIs(self._table.expand_term(counted.type)), filter=filter)


def _as_stage(principal: Principal) -> Principal:
    """Whoever may set the stage may write its entity, and no other by that."""
    return msgspec.structs.replace(principal, grants=Grants((Grant(types=frozenset({CITY_STAGE}), write=True),)))


def _become(tenant: str, change: StageChange, stage: Stage | None) -> Transform:
    def transform(old: Entity | None, now: Instant) -> Edit:
        def one(name: str, kind: str, value: object) -> list[Instance]:
            was = old.attributes.get(name) if old else None
            created = was[0].created_at if was else now
            return [Instance(kind, value, observed_at=format_instant(change.at), created_at=created, modified_at=now)]

        attributes = {
            STAGE: one(STAGE, PROPERTY, change.level),
            SINCE: one(SINCE, PROPERTY, {"@type": "DateTime", "@value": format_instant(change.at)}),
            REASON: one(REASON, PROPERTY, change.reason),
        }
        if stage is not None:
            attributes[TITLE] = one(TITLE, LANGUAGE, msgspec.to_builtins(stage.word))
        created = old.created_at if old else now
        return Edit(Entity(stage_id(tenant), [CITY_STAGE], attributes, created_at=created, modified_at=now))

    return transform
