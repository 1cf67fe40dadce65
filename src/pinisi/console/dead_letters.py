"""Dead letters: notifications that were given up. Seen, opened, owed again or put away, each act on record.

Whoever made a subscription deals with its letters; who may change everything deals with all of them.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any

import msgspec

from pinisi.console.broker_shapes import LetterAct, LetterName, LetterOpened, LetterPage, LettersDone, LetterTold
from pinisi.console.broker_subscriptions import reachable, reaches, receiver_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, json_reply
from pinisi.context.notification_pages import letter_pages
from pinisi.context.notifier import DEAD_LETTERS
from pinisi.context.post import Sealed
from pinisi.context.problems import ResourceNotFound
from pinisi.context.subscription_index import Entry
from pinisi.store.change import AuditEntry, DebtChange
from pinisi.store.debt import Debt, LetterQuery
from pinisi.vocabulary.instant import LAST_INSTANT, Instant, NotAnInstant, format_instant, parse_instant

MOST = 1_000
MOST_NAMED = 10_000
LONGEST_REASON = 500
REPLAYED = "dead-letters-replayed"
DISCARDED = "dead-letters-discarded"
_NAMED_IN_TRAIL = 20


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which letters; None: any."""

    subscription: str | None = None
    receiver: str | None = None
    since: Instant = 0
    until: Instant = LAST_INSTANT


async def list_letters(house: House, call: Call) -> Reply:
    """A page of letters, oldest first."""
    query = call.query
    chosen = Chosen(
        subscription=query.get("subscription"),
        receiver=query.get("receiver"),
        since=_time(query.get("since"), "since", 0),
        until=_time(query.get("until"), "until", LAST_INSTANT),
    )
    after, limit = call.number("after", 0, 0, 10**12 - 1), call.number("limit", 100, 1, MOST)
    letters = await _first(_pages(house, call, chosen, after, limit + 1))
    last = letters[-1].position if letters else after
    more = bool(letters) and bool(await _first(_pages(house, call, chosen, last, 1)))
    told = tuple(_told(house, call, debt) for debt in letters)
    return json_reply(LetterPage(letters=told, next=last if more else None))


async def open_letter(house: House, call: Call) -> Reply:
    """One letter with the notification as it would be sent now. Headers are not shown: they may hold secrets."""
    debt = await _dead(house, call, call.params["subscription"], _position(call))
    entry = house.subscriptions.get(call.tenant, debt.subscription)
    sealed = None if entry is None else await house.notifier.compose(call.tenant, entry.subscription, debt)
    return json_reply(LetterOpened(letter=_told(house, call, debt), payload=_payload(sealed)))


async def replay_letter(house: House, call: Call) -> Reply:
    debt = await _dead(house, call, call.params["subscription"], _position(call))
    await _replay(house, call, [debt])
    return Reply(204)


async def discard_letter(house: House, call: Call) -> Reply:
    debt = await _dead(house, call, call.params["subscription"], _position(call))
    await _discard(house, call, [debt], call.query.get("reason", "")[:LONGEST_REASON])
    return Reply(204)


async def act_on_letters(house: House, call: Call) -> Reply:
    """Replay or discard some letters, or all that fit; answers how many there were."""
    wish = call.decode(LetterAct)
    reason = wish.reason.strip()
    if wish.act == "discard" and not 3 <= len(reason) <= LONGEST_REASON:
        raise BadRequest("reason", f"3 to {LONGEST_REASON} characters that say why they are put away")
    done = 0
    async for letters in _wished(house, call, wish):
        if wish.act == "replay":
            await _replay(house, call, letters)
        else:
            await _discard(house, call, letters, reason)
        done += len(letters)
    return json_reply(LettersDone(done=done))


async def _wished(house: House, call: Call, wish: LetterAct) -> AsyncIterator[Sequence[Debt]]:
    """The letters of a wish, so many at a time. What is dead now is meant: none comes twice."""
    if wish.letters is None:
        chosen = Chosen(
            subscription=wish.subscription,
            receiver=wish.receiver,
            since=_time(wish.since, "since", 0),
            until=_time(wish.until, "until", LAST_INSTANT),
        )
        async for page in _pages(house, call, chosen, 0, MOST):
            yield page
        return
    if wish.subscription or wish.receiver or wish.since or wish.until:
        raise BadRequest("letters", "stand for themselves: leave subscription, receiver, since and until out")
    if len(wish.letters) > MOST_NAMED:
        raise BadRequest("letters", f"at most {MOST_NAMED}; say what fits instead")
    found = [debt for name in dict.fromkeys(wish.letters) if (debt := await _one(house, call, name)) is not None]
    for start in range(0, len(found), MOST):
        yield found[start : start + MOST]


async def _replay(house: House, call: Call, letters: Sequence[Debt]) -> None:
    await house.notifier.send_again(call.tenant, letters, call.principal, _proof(REPLAYED, letters, ""))


async def _discard(house: House, call: Call, letters: Sequence[Debt], reason: str) -> None:
    paid = [DebtChange(each.subscription, each.position, "paid") for each in letters]
    await house.store.apply(call.tenant, (*paid, _proof(DISCARDED, letters, reason)), call.principal)


def _proof(act: str, letters: Sequence[Debt], reason: str) -> AuditEntry:
    """One line of the trail for all that was done together."""
    subscriptions = sorted({each.subscription for each in letters})
    detail: dict[str, Any] = {"count": len(letters), "subscriptions": subscriptions[:_NAMED_IN_TRAIL]}
    detail["positions"] = [each.position for each in letters[:_NAMED_IN_TRAIL]]
    return AuditEntry(act, DEAD_LETTERS, detail | ({"reason": reason} if reason else {}))


async def _first(pages: AsyncGenerator[Sequence[Debt]]) -> Sequence[Debt]:
    async with aclosing(pages):
        async for page in pages:
            return page
    return ()


async def _pages(house: House, call: Call, chosen: Chosen, after: int, size: int) -> AsyncGenerator[Sequence[Debt]]:
    of = _keys(house, call, chosen)
    query = LetterQuery(of=of, since=chosen.since, until=chosen.until)
    if of is None or of:
        async for page in letter_pages(house.store, call.tenant, query, after, size):
            yield page


def _keys(house: House, call: Call, chosen: Chosen) -> frozenset[str] | None:
    """The subscriptions whose letters are meant; None: all, those included whose subscription is gone."""
    if call.grants.writes_all and chosen.receiver is None:
        return None if chosen.subscription is None else frozenset((chosen.subscription,))
    return frozenset(
        entry.subscription.key
        for entry in (*reachable(house, call), *_of_snapshots(house, call))
        if chosen.receiver in (None, receiver_of(entry)) and chosen.subscription in (None, entry.subscription.key)
    )


def _of_snapshots(house: House, call: Call) -> list[Entry]:
    """Who hears of the caller's snapshots; of all for who may change everything."""
    return [entry for entry in house.subscriptions.notices(call.tenant) if reaches(call, entry)]


def _told(house: House, call: Call, debt: Debt) -> LetterTold:
    entry = house.subscriptions.get(call.tenant, debt.subscription)
    return LetterTold(
        subscription=debt.subscription,
        position=debt.position,
        entity=debt.subject,
        changed_at=format_instant(debt.time),
        attributes=debt.attributes if call.grants.sees_all else (),
        deleted=debt.entity is None,
        attempts=debt.attempts,
        reason=debt.reason,
        receiver=None if entry is None else receiver_of(entry),
    )


def _payload(sealed: Sealed | None) -> Any:
    if sealed is None:
        return None
    try:
        return msgspec.json.decode(sealed.body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return sealed.body.decode("utf-8", "replace")


def _position(call: Call) -> int:
    text = call.params["position"]
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadRequest("position", "is no position of the log")
    return int(text)


async def _dead(house: House, call: Call, subscription: str, position: int) -> Debt:
    found = await _one(house, call, LetterName(subscription=subscription, position=position))
    if found is None:
        raise ResourceNotFound(f"there is no dead letter of {subscription[:200]} at {position}")
    return found


async def _one(house: House, call: Call, name: LetterName) -> Debt | None:
    """The letter of a name; None: it is not there, or the caller may not know of it."""
    entry = house.subscriptions.get(call.tenant, name.subscription)
    if not (call.grants.writes_all or (entry is not None and reaches(call, entry))):
        return None
    after = max(0, min(name.position, 1 << 62) - 1)
    query = LetterQuery(of=frozenset((name.subscription,)))
    found = await house.store.letters(call.tenant, query, after=after, limit=1)
    return next((debt for debt in found if debt.position == name.position), None)


def _time(text: str | None, field: str, otherwise: Instant) -> Instant:
    if text is None:
        return otherwise
    try:
        return parse_instant(text)
    except NotAnInstant as error:
        raise BadRequest(field, str(error)) from None
