"""Groups of a process that writes beside others: run upon what it knows, proved and placed by a turn at the head."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pinisi.store.chain import first_link
from pinisi.store.change import DebtChange, DocumentChange, Paid, RecordChange
from pinisi.store.jobs import Job
from pinisi.store.log import Position
from pinisi.store.postgres_group import Group, Groups
from pinisi.store.postgres_head import Head
from pinisi.store.postgres_lay_down import Laying
from pinisi.store.postgres_months import Months
from pinisi.store.postgres_turn import VIRTUAL, Turn
from pinisi.store.postgres_words import NewWord

if TYPE_CHECKING:
    from pinisi.store.postgres_tenant import PostgresTenant

_UNDER_THE_LOCK = frozenset((DebtChange, DocumentChange, Paid, RecordChange))
"""What rests on more than a turn looks at."""
_MOST_PASSED = 16


def may_rest(job: Job) -> bool:
    """Whether a job may be run without the head."""
    return _UNDER_THE_LOCK.isdisjoint(map(type, job.changes))


class Turns:
    """Those that one process takes for one tenant."""

    def __init__(self, tenant: "PostgresTenant") -> None:
        self._tenant = tenant
        self._process = uuid4().hex
        self._number = 0
        self._lost = 0
        self._passed = 0

    async def take(
        self,
        connection: Any,
        jobs: Sequence[Job],
        begun: list[Group],
        groups: Groups,
        laying: Laying,
        months: Months,
        ask: Callable[[Group], None],
    ) -> Head | None:
        """Run jobs and lay them down; None: it needs the lock, or what they rest on has changed; nothing was done.

        Args:
            begun: gets the group, so that its commit is looked for if it is not answered.
            ask: is told that its commit is asked for.
        """
        if not all(map(may_rest, jobs)) or self._passes():
            return None
        known = self._tenant.heard, self._tenant.areas_known, self._tenant.hot_known  # before anything is run upon it
        try:
            group = await groups.run_rested(connection, jobs)
        except NewWord:
            return None
        begun.append(group)
        draft = group.draft
        found = None
        if group.plain and not group.several and not months.lacking(draft.history):
            turn = self._turn(group, groups, jobs, known)
            group.backend = connection.get_server_pid()
            if not draft.empty:
                ask(group)
            found = await laying.take_turn(connection, turn, draft, self._tenant.hot)
            self._note(found is not None)
        if found is None:
            groups.ledger.forget(begun.pop().draft)
            return None
        place, after = found
        group.lies_at(place)
        draft.link = after.link
        return after

    def _turn(self, group: Group, groups: Groups, jobs: Sequence[Job], known: tuple[Position, Position, int]) -> Turn:
        tenant, draft, rested = self._tenant, group.draft, groups.committed.rested
        number = 0
        if not draft.empty:
            self._number = number = self._number + 1
            group.turn = self._process, number
        found = [record for record in rested.values() if record is not None]
        return Turn(
            self._process,
            number,
            tenant.name,
            [record.row for record in found],
            [record.position for record in found],
            [id for id, record in rested.items() if record is None and "\x00" not in id],
            [job.key for job in jobs if job.key is not None and groups.committed.applied(job.key) is None],
            *known,
            group.time,
            [line[1] for line in draft.log],
            [] if tenant.chain is None else [tenant.chain.tail(line) for line in draft.log],
            None if tenant.chain is None else first_link(tenant.name),
            draft.next_row - VIRTUAL,
        )

    def _note(self, taken: bool) -> None:
        """Where several processes write the same entities, turns are lost: for some groups the lock is better."""
        self._lost = 0 if taken else self._lost + 1
        self._passed = min(2 * (self._lost - 1), _MOST_PASSED) if self._lost > 1 else 0

    def _passes(self) -> bool:
        self._passed -= 1
        return self._passed >= 0
