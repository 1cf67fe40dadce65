"""The past run again over HTTP: what a service said then, beside what came."""

import msgspec

from pinisi.console.asked_moment import moment_of
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.service_endpoints import room_of
from pinisi.people.errors import NotAllowed
from pinisi.runtime.backtest import CannotBacktest, KnownBy, Plan, backtest
from pinisi.runtime.reaction import judged_reaction

MOST_SECONDS = 366 * 86_400


class BacktestWish(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Over which time, and from which moments: each `every` seconds."""

    since: str = msgspec.field(name="from")
    until: str = msgspec.field(name="to")
    reaction: str | None = None
    every: float = 3_600.0
    known_by: KnownBy = msgspec.field(name="knownBy", default="received")


async def run_backtest(house: House, call: Call) -> Reply:
    """What a service said in the past, beside what came; nothing is written. Only for who sees everything."""
    wish = call.decode(BacktestWish)
    service = room_of(house, call).service
    if not call.grants.sees_all:
        raise NotAllowed("a backtest runs over everything: it is for those who see everything")
    if not 1 <= wish.every <= MOST_SECONDS:
        raise BadRequest("every", "seconds, from 1 to a year")
    plan = Plan(
        since=moment_of("from", wish.since), until=moment_of("to", wish.until), every=wish.every, known_by=wish.known_by
    )
    try:
        reaction = judged_reaction(service.name, service.reactions, wish.reaction)
        report = await backtest(house.store, call.tenant, house.pinisi_table, service.name, reaction, plan)
    except CannotBacktest as error:
        raise BadRequest("from", str(error)) from None
    except LookupError as error:
        raise BadRequest("reaction", str(error)) from None
    return json_reply(report)


BACKTEST_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path="/pinisi/v1/services/{name}/backtest",
        permission="jobs.run",
        endpoint=run_backtest,
        summary="Run a reaction over the past again: what it said then, beside what came",
        body="BacktestWish",
        answers=(200, 400, 403, 404),
    ),
)
