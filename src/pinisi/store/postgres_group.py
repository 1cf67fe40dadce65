"""A group of writers, run upon one draft. What they are told waits for the commit, or for proof that nothing moved."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from msgspec.structs import force_setattr

from pinisi.store.change import Applied, Change, Outcome, Refused
from pinisi.store.debt import Owing
from pinisi.store.draft import Draft
from pinisi.store.jobs import Job
from pinisi.store.lapse import LAPSED_AT_ONCE
from pinisi.store.ledger import Ledger
from pinisi.store.postgres_committed import Committed, Unread
from pinisi.store.postgres_faults import FAULTS, told
from pinisi.store.postgres_head import Head
from pinisi.store.postgres_turn import VIRTUAL, Place
from pinisi.store.postgres_words import NewWord
from pinisi.vocabulary.instant import Instant
from pinisi.vocabulary.turn import Turn

if TYPE_CHECKING:
    from pinisi.store.postgres_tenant import PostgresTenant


class Group:
    """What became of the jobs of one group. `sent`: its commit was asked for; `backend` was to make it.

    `turn`: who takes a turn for it, and his how manieth (`postgres_turn`); None: it was run upon the head.
    """

    def __init__(self, head: Head, draft: Draft) -> None:
        self.head = head
        self.draft = draft
        self.done: list[Job] = []
        self.refused: list[tuple[Job, Exception]] = []
        self.several: set[str] = set()
        self.time: Instant = head.time
        self.sent = False
        self.backend = 0
        self.turn: tuple[str, int] | None = None

    @property
    def plain(self) -> bool:
        """Whether one statement can lay it down."""
        draft = self.draft
        return not (draft.dues or draft.erasures or draft.areas_changed or draft.records_changed)

    def lies_at(self, place: Place) -> None:
        """A turn was taken: what was run upon virtual places has its own."""
        draft = self.draft
        draft.position, draft.next_row = place.at(draft.position), place.row(draft.next_row)
        for record in draft.records.values():
            record.position, record.row = place.at(record.position), place.row(record.row)
        for entry in draft.entries:
            force_setattr(entry, "position", place.at(entry.position))
            if entry.time < place.time:
                force_setattr(entry, "time", place.time)
        for result in [job.result for job in self.done if job.result is not None]:
            force_setattr(result, "position", place.at(result.position))
            for outcome in result.outcomes:
                if outcome.position is not None:
                    force_setattr(outcome, "position", place.at(outcome.position))

    def answer(self) -> None:
        """Tell those who wait."""
        for job in self.done:
            if not job.future.done():
                job.future.set_result(job.result or Applied(self.draft.position))
        for job, error in self.refused:
            job.fail(error)


class Groups:
    """Runs groups of one tenant."""

    def __init__(self, tenant: "PostgresTenant", owing: Owing | None) -> None:
        self._tenant = tenant
        self.committed = Committed(tenant)
        self.ledger = Ledger(
            tenant.name,
            tenant.names,
            tenant.families,
            tenant.locator,
            tenant.hot,
            owing,
            self.committed.current,
            self.committed.kept,
            self.committed.family_then,
            self.committed.said_then,
        )

    async def run(self, connection: Any, head: Head, jobs: Sequence[Job], *, closed: bool) -> Group:
        """Run jobs on a draft that goes on after this head.

        Args:
            closed: the head is not locked: nobody may be given a number of a new name or family.

        Raises:
            NewWord: the group needs one, or another process has.
        """
        tenant = self._tenant
        self.committed.forget()
        group = Group(head, tenant.begin_draft(head))
        several = set(tenant.hot.several)
        tenant.names.closed = tenant.families.closed = closed
        try:
            await self.committed.read_ahead(connection, jobs)
            if head.position == VIRTUAL and self.committed.newest > tenant.floor.position:
                tenant.timed(await tenant.head(connection))
                group.time = tenant.floor.time
            await self._end_what_is_due(connection, group)
            for job in jobs:
                await self._run_or_refuse(connection, group, job)
        except BaseException:
            self.ledger.forget(group.draft)
            raise
        finally:
            tenant.names.closed = tenant.families.closed = False
        group.several = tenant.hot.several - several
        return group

    async def run_rested(self, connection: Any, jobs: Sequence[Job]) -> Group:
        """Run jobs without a head, upon virtual places: a turn proves afterwards what they rest on.

        Raises:
            NewWord: as `run`.
        """
        head = Head(VIRTUAL, self._tenant.floor.time, VIRTUAL, b"", 0, 0, 0, 0, None, 0)
        return await self.run(connection, head, jobs, closed=True)

    async def _run_or_refuse(self, connection: Any, group: Group, job: Job) -> None:
        try:
            job.result = await self._run(connection, group, job)
        except (*FAULTS, asyncio.CancelledError, NewWord):
            raise
        except Exception as error:
            group.refused.append((job, told(error)))
        else:
            group.done.append(job)

    async def _run(self, connection: Any, group: Group, job: Job) -> Applied:
        """Run one job on the draft; several changes fill a draft of their own, so that a failure leaves nothing."""
        draft = group.draft
        if job.key is not None:
            position = draft.applied(job.key)
            position = self.committed.applied(job.key) if position is None else position
            if position is not None:
                return Applied(position, repeated=True)
        now = group.time = max(self._tenant.now(), group.time)
        if len(job.changes) == 1:
            return job.applied(draft, (await self._make(connection, draft, job.changes[0], job, now),), now)
        own = Draft(draft.position, draft.next_row, draft)
        outcomes: list[Outcome] = []
        try:
            turn = Turn()
            for change in job.changes:
                outcomes.append(await self._make(connection, own, change, job, now))
                await turn.pause()
        except BaseException:
            self.ledger.forget(own)
            raise
        draft.merge(own)
        return job.applied(draft, tuple(outcomes), now)

    async def _make(self, connection: Any, draft: Draft, change: Change, job: Job, now: Instant) -> Outcome:
        while True:
            try:
                return self.ledger.make(draft, change, job.principal, now)
            except Unread as lacking:
                await self.committed.read_one(connection, lacking)
            except Refused as refusal:
                if job.atomic:
                    raise
                return Outcome(refused=refusal)

    async def _end_what_is_due(self, connection: Any, group: Group) -> None:
        """Before anything else is changed (NGSI-LD 4.22)."""
        now = max(self._tenant.now(), group.time)
        due = group.head.due
        if due is None or now < due:
            return
        s = self._tenant.schema
        sql = (
            f"SELECT e.id FROM {s}.due JOIN {s}.entity AS e ON e.row = due.entity WHERE due.at <= $1 "
            f"ORDER BY due.at LIMIT {LAPSED_AT_ONCE}"
        )
        ids = [id for (id,) in await connection.fetch(sql, now)]
        group.time = now
        while True:
            try:
                self.ledger.end_what_is_due(group.draft, ids, now)
            except Unread as lacking:
                await self.committed.read_one(connection, lacking)
            else:
                return
