"""`pinisi backtest`: what a service said in the past, beside what came; by the server that runs, or without one."""

import asyncio
import os
from typing import Any

import msgspec

from pinisi.city.context import context_bytes
from pinisi.commands.failure import CommandFailed
from pinisi.commands.running_server import RunningServer
from pinisi.context.contexts import Contexts
from pinisi.context.term_table import TermTable
from pinisi.runtime.backtest import CannotBacktest, KnownBy, Plan, Report, Score, backtest
from pinisi.runtime.clock import WallClock
from pinisi.runtime.occupancy import occupant, occupy
from pinisi.runtime.reaction import judged_reaction
from pinisi.runtime.services import discover
from pinisi.settings import Settings
from pinisi.store.opening import open_store
from pinisi.vocabulary.instant import HOUR, SECOND, NotAnInstant, format_instant, parse_instant

_CONTEXT = "urn:pinisi:context"


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for; moments as RFC 3339 in UTC, or days."""

    service: str
    reaction: str
    since: str
    until: str
    every: float
    known_by: KnownBy
    tenant: str


def run(settings: Settings, wish: Wish, *, as_json: bool) -> int:
    """Print the report.

    Raises:
        CommandFailed: it cannot be run, and why.
    """
    report = _report(settings, wish)
    print(msgspec.json.encode(report).decode() if as_json else shown(report))
    return 0


def _report(settings: Settings, wish: Wish) -> Report:
    plan = plan_of(wish)
    holder = occupant(settings.data)
    if holder is None:
        with occupy(settings.data):
            return asyncio.run(_here(settings, wish, plan))
    server = RunningServer(holder, wish.tenant, os.environ.get("PINISI_TOKEN", ""), "jobs.run")
    body: dict[str, Any] = {"reaction": wish.reaction or None, "knownBy": plan.known_by, "every": plan.every}
    body |= {"from": format_instant(plan.since), "to": format_instant(plan.until)}
    told = server.ask(f"/pinisi/v1/services/{wish.service}/backtest", msgspec.json.encode(body))
    return msgspec.convert(told, Report)


def plan_of(wish: Wish) -> Plan:
    """Raises CommandFailed: a moment is none."""
    moments: list[int] = []
    for name, text in (("--from", wish.since), ("--to", wish.until)):
        try:
            moments.append(parse_instant(text if "T" in text else f"{text}T00:00:00Z"))
        except NotAnInstant as error:
            raise CommandFailed(f"{name}: {error}") from None
    return Plan(since=moments[0], until=moments[1], every=wish.every, known_by=wish.known_by)


async def _here(settings: Settings, wish: Wish, plan: Plan) -> Report:
    service = discover().service(wish.service)
    if service is None:
        raise CommandFailed(f"there is no service {wish.service}")
    async with open_store(settings.store, settings.tenant_folder, WallClock().now) as store:
        tenant = wish.tenant or _only([name for name in await store.tenants() if not name.startswith("_")])
        try:
            reaction = judged_reaction(service.name, service.reactions, wish.reaction)
            return await backtest(store, tenant, _table(), service.name, reaction, plan)
        except (CannotBacktest, LookupError) as error:
            raise CommandFailed(str(error)) from error


def _only(tenants: list[str]) -> str:
    if len(tenants) != 1:
        raise CommandFailed(f"--tenant: name one of {', '.join(tenants) or 'none: the data folder has no city yet'}")
    return tenants[0]


def _table() -> TermTable:
    return Contexts({_CONTEXT: msgspec.json.decode(context_bytes())}, lambda _: None).table(_CONTEXT)


def shown(report: Report) -> str:
    """The report as a table."""
    lines = [
        f"{report.service}.{report.reaction} (version {report.version}): {report.runs:,} runs over "
        f"{report.subjects:,} subjects; {report.silent:,} said nothing, {report.failed:,} failed, "
        f"{report.pending:,} claims of which nothing came",
        f"{'ahead':>7}  {'count':>7}  {'error':>8}  {'persist.':>8}  {'hour mean':>9}  {'gain':>7}  "
        f"{f'held ({report.promised:.0%})':>13}  {'width':>8}  attribute"
        if report.promised is not None
        else "it says nothing of later values: there is nothing to compare",
    ]
    lines += [_line(score) for score in report.scores]
    lines += [f"failed for {each.subject} at {format_instant(each.moment)}: {each.reason}" for each in report.failures]
    return "\n".join(lines)


def _line(score: Score) -> str:
    gain = "" if score.gain is None else f"{score.gain:.1%}"
    held = "" if score.held is None else f"{score.held:.1%}"
    return (
        f"{score.ahead * SECOND / HOUR:>5.0f} h  {score.count:>7,}  {score.error:>8.2f}  "
        f"{_figure(score.persistence):>8}  {_figure(score.hour_of_day):>9}  {gain:>7}  {held:>13}  "
        f"{_figure(score.width):>8}  {score.attribute}"
    )


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
