"""Brings one copy of a subscription to what it shall be, and tries until its source has answered."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import msgspec
import structlog

from pinisi.context.federation.answer import Answer
from pinisi.context.federation.copies import Copies, Copy
from pinisi.context.federation.copy_payload import Payload
from pinisi.context.federation.sources import Asker, Errand
from pinisi.context.notification_lane import back_off
from pinisi.context.registration import Registration
from pinisi.context.term_table import TermTable
from pinisi.store.change import StoreUnavailable
from pinisi.vocabulary.instant import DAY, Instant

_log = structlog.get_logger("pinisi.subscription_copies")
MOST_AT_ONCE = 16
"""Requests under way at the same time, over all copies."""
LONGEST_PAUSE = 60.0
"""Seconds between two tries at a source that does not answer."""
REFUSED_PAUSE = 600.0
"""Seconds until a source that has said no is asked again: a right may have been given meanwhile."""
GIVE_UP = 7 * DAY
"""After so long a copy that is of no use, and cannot be ended, is forgotten."""
_CANNOT_CHANGE = frozenset({400, 405, 422, 501})
_NEVER = frozenset({501, 508})


class Wish(msgspec.Struct, frozen=True):
    """What a copy shall be: its payload without id, in the terms of `table`; where, and for whom."""

    payload: Payload
    registration: Registration
    asker: Asker
    table: TermTable


Ask = Callable[[str, Copy, Wish | None, Errand], Awaitable[Answer]]


class Worker:
    """Of one copy. It ends by itself when the copy is as it shall be."""

    def __init__(
        self, tenant: str, id: str, copies: Copies, ask: Ask, now: Callable[[], Instant],
        ended: Callable[[str], None], replaced: Callable[[str, str], None],
    ) -> None:  # fmt: skip
        """
        Args:
            ended: hears the id of the copy when nothing is left to be done.
            replaced: hears tenant and subscription when another copy must take the place of this one.
        """
        self.wish: Wish | None = None
        self.failures = 0
        self.reason = ""
        self._tenant = tenant
        self._id = id
        self._copies = copies
        self._request = ask
        self._now = now
        self._ended = ended
        self._replaced = replaced
        self._news = asyncio.Event()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="copy of a subscription")

    def hurry(self) -> None:
        """The wish has changed, or the source is known to be alive: wait no longer."""
        self._news.set()

    def cancel(self) -> "asyncio.Task[None]":
        self._task.cancel()
        return self._task

    async def _run(self) -> None:
        try:
            while True:
                self._news.clear()
                pause = await self._safely()
                if pause is None:
                    break
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), pause)
        finally:
            self._ended(self._id)

    async def _safely(self) -> float | None:
        try:
            return await self._once()
        except Exception:
            _log.exception("a copy of a subscription is left as it is", tenant=self._tenant)
            return LONGEST_PAUSE

    async def _once(self) -> float | None:
        """Do what is to be done now; answers the seconds until the next try, None: nothing is left to be done."""
        while True:
            found, wish = self._copies.get(self._id), self.wish
            if found is None:
                return None
            copy = found[1]
            if copy.ending and wish is not None:
                return LONGEST_PAUSE
            try:
                if wish is None:
                    answer = await self._end(copy)
                elif copy.sent is None:
                    answer = await self._make(copy, wish)
                elif copy.sent != wish.payload:
                    answer = await self._change(copy, wish)
                else:
                    return None
            except StoreUnavailable as error:
                self.reason = str(error)
                return LONGEST_PAUSE
            if answer is not None and wish is self.wish:
                return self._failed(copy, answer)
            self.failures, self.reason = 0, ""

    def _failed(self, copy: Copy, answer: Answer) -> float:
        self.failures += 1
        self.reason = answer.reason or f"the source answered {answer.status}"
        if self.failures == 1 and (answer.status or answer.fault):
            _log.warning("a source does not take a subscription", registration=copy.registered.id, reason=self.reason)
        if 400 <= answer.status < 500 or answer.status in _NEVER:
            return REFUSED_PAUSE
        return min(back_off(self.failures), LONGEST_PAUSE)

    async def _make(self, copy: Copy, wish: Wish) -> Answer | None:
        """Subscribe at the source. One that is there already is from a try of which no answer came."""
        answer = await self._ask(copy, wish, "POST", (), {"id": copy.id, **wish.payload})
        if answer.status == 409 and not answer.fault:
            if "updateSubscription" in wish.registration.operations:
                answer = await self._ask(copy, wish, "PATCH", (copy.id,), wish.payload)
        elif not answer.taken:
            return answer
        await self._keep(copy, wish)
        return None

    async def _change(self, copy: Copy, wish: Wish) -> Answer | None:
        """Change what has changed; where that cannot be said, another copy takes the place of this one."""
        sent = copy.sent or {}
        if sent.keys() - wish.payload.keys() or "updateSubscription" not in wish.registration.operations:
            return await self._replace(copy)
        fragment = {name: value for name, value in wish.payload.items() if sent.get(name) != value}
        answer = await self._ask(copy, wish, "PATCH", (copy.id,), {"type": "Subscription", **fragment})
        if answer.taken:
            await self._keep(copy, wish)
            return None
        if answer.empty:
            await self._copies.keep(self._tenant, msgspec.structs.replace(copy, sent=None))
            return None
        if answer.status in _CANNOT_CHANGE:
            return await self._replace(copy)
        return answer

    async def _replace(self, copy: Copy) -> None:
        """Have another copy made; who makes it tells this one to end."""
        await self._copies.keep(self._tenant, msgspec.structs.replace(copy, ending=self._now()))
        self._replaced(self._tenant, copy.subscription)

    async def _end(self, copy: Copy) -> Answer | None:
        """Unsubscribe at the source: after the copy that takes this one's place is there."""
        late = self._now() - copy.ending > GIVE_UP
        if "deleteSubscription" in copy.registration.operations and not late:
            if self._is_awaited(copy):
                return Answer(reason="the copy that takes its place is not there yet")
            answer = await self._ask(copy, None, "DELETE", (copy.id,), None)
            if not answer.taken and not answer.empty and answer.status != 410:
                return answer
        await self._copies.forget(self._tenant, copy.id)
        return None

    def _is_awaited(self, copy: Copy) -> bool:
        """Whether another copy for the same source is still to be made."""
        return any(
            other.sent is None and not other.ending and other.registered.id == copy.registered.id
            for other in self._copies.of(self._tenant, copy.subscription)
        )

    async def _keep(self, copy: Copy, wish: Wish) -> None:
        await self._copies.keep(self._tenant, msgspec.structs.replace(copy, sent=wish.payload, taken_at=self._now()))

    async def _ask(
        self, copy: Copy, wish: Wish | None, method: str, path: tuple[str, ...], document: Payload | None
    ) -> Answer:
        errand = Errand(
            method=method,
            path=("subscriptions", *path),
            document=document,
            table=None if wish is None else wish.table,
            scoped=False,
        )
        return await self._request(self._tenant, copy, wish, errand)
