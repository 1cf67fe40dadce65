"""What is wrong with this installation, in plain words.

Each check is a small function that answers one `Finding`. A running server is asked for what only it may see (its
databases, its sources); a stopped one has its files read.
"""

import asyncio
import os
import re
import shutil
import socket
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from pinisi import __version__
from pinisi.runtime import occupancy, ports
from pinisi.runtime.databases import database_fault, database_files, newest_change
from pinisi.runtime.view_faults import LeftOut
from pinisi.settings import Settings
from pinisi.store.opening import open_store, without_password
from pinisi.vocabulary.instant import MINUTE, SECOND, Instant, format_instant

State = Literal["ok", "warn", "bad", "unknown"]

MEGABYTE = 1_000_000
DISK_BAD_MB = 200
DISK_WARN_MB = 2_000
OLD_YEARS = 3
CLOCK_SLACK = 2 * MINUTE
BUILT_AFTER: Instant = 1_790_000_000 * SECOND
"""No Pinisi is older than this (September 2026): a clock that says so is wrong."""


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at: how it stands, in plain words, and what to do where something is to be done."""

    name: str
    state: State
    words: str
    remedy: str = ""


class Health(msgspec.Struct, frozen=True):
    """What `GET /pinisi/v1/health` says of a running server; members that are not listed are passed over."""

    checks: tuple[Finding, ...] = ()
    version: str = ""


def examine(settings: Settings, now: Instant) -> Iterator[Finding]:
    """Every check, in the order in which a person would look."""
    occupant = occupancy.occupant(settings.data)
    yield check_python(sys.version_info[:3])
    yield check_data_folder(settings.data)
    yield check_disk(settings.data)
    yield check_port(settings.host, settings.port, occupant)
    yield check_clock(settings.data, now)
    yield check_console(console_folder())
    if occupant is None:
        yield from [check_store(settings.store)] if settings.store else check_databases(settings.data)
        yield Finding("sources", "unknown", "only a running server knows the age of its sources", "start it, ask again")
    else:
        yield from check_server(occupant)


def examine_running(
    settings: Settings, damaged: Sequence[str], years: Mapping[str, str], now: Instant, newest: Instant = 0
) -> Health:
    """What a running server can say of itself.

    Args:
        damaged: what SQLite finds wrong in its databases, one line each.
        years: source cards of the city, and the years that their data stand for.
        newest: time of the newest change.
    """
    database = Finding("database", "ok", "the databases are whole")
    if damaged:
        remedy = "stop it and put a backup in place: pinisi restore FILE --replace"
        database = Finding("database", "bad", f"a database is damaged: {'; '.join(damaged)}", remedy)
    checks = (database, judge_sources(years, now), check_disk(settings.data), judge_clock(now, newest))
    return Health(checks, __version__)


def judge_sources(years: Mapping[str, str], now: Instant) -> Finding:
    """Of a city's source cards (id -> the year or years that its data stand for): which ones are old.

    Live sources, with periods of their own, say how they are themselves.
    """
    this_year = int(format_instant(now)[:4])
    newest = {id: max(map(int, re.findall(r"\d{4}", year)), default=0) for id, year in years.items()}
    old = sorted(f"{id} ({year})" for id, year in newest.items() if 0 < year < this_year - OLD_YEARS)
    if not old:
        return Finding("sources", "ok", f"{len(years)} registers, none older than {OLD_YEARS} years")
    remedy = "ask their publishers for newer ones; the console shows the age beside each number"
    return Finding("sources", "warn", f"older than {OLD_YEARS} years: {', '.join(old)}", remedy)


def judge_views(left_out: Mapping[str, Sequence[LeftOut]]) -> Finding:
    """Of the views of each service that cannot be drawn: which, and why."""
    told = [f"{service}.{left.field} ({left.view}): {left.reason}" for service, all in left_out.items() for left in all]
    if not told:
        return Finding("views", "ok", "all that services show can be drawn")
    remedy = "mend the package of the service; what else it shows is not touched by it"
    return Finding("views", "warn", f"left out: {'; '.join(told)}", remedy)


def judge_feed(connected: bool, address: str) -> Finding:
    """Whether changes are heard from the servers that the setting `feed` names."""
    hosts = address.partition("://")[2].rpartition("@")[2]
    if connected:
        return Finding("feed", "ok", f"changes are heard from {hosts}")
    remedy = "see to its servers; nothing is lost meanwhile, and the stream catches up by itself"
    return Finding("feed", "warn", f"{hosts} cannot be reached: changes are read in the store", remedy)


def check_python(version: Sequence[int]) -> Finding:
    words = f"Python {'.'.join(map(str, version))}"
    if tuple(version) >= (3, 11):
        return Finding("python", "ok", words)
    return Finding("python", "bad", f"{words} is too old", "install Python 3.11 or later")


def check_data_folder(data: Path) -> Finding:
    place = _nearest(data)
    if not place.is_dir():
        return Finding("data folder", "bad", f"{place} is not a folder", "choose another with --data")
    if not os.access(place, os.W_OK | os.X_OK):
        remedy = "give its owner the right to write, or choose another with --data"
        return Finding("data folder", "bad", f"{place} cannot be written", remedy)
    if place != data.absolute():
        return Finding("data folder", "ok", f"{data} will be made by the first run")
    return Finding("data folder", "ok", f"{data} can be written")


def _nearest(path: Path) -> Path:
    """The path itself, or the nearest one above it that exists."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def check_disk(data: Path) -> Finding:
    return judge_disk(shutil.disk_usage(_nearest(data)).free)


def judge_disk(free: int) -> Finding:
    """`free` in bytes."""
    words = f"{free // MEGABYTE:,} MB free where the data folder lies"
    if free < DISK_BAD_MB * MEGABYTE:
        return Finding("disk", "bad", f"the disk is full: {words}", "make room: writes are refused when it is full")
    if free < DISK_WARN_MB * MEGABYTE:
        return Finding("disk", "warn", words, "make room, or keep history for fewer days (history_days)")
    return Finding("disk", "ok", words)


def check_port(host: str, port: int, occupant: occupancy.Occupant | None) -> Finding:
    """Whether the server could listen, or who listens there already."""
    try:
        fault = ports.bind_fault(host, port)
    except socket.gaierror:
        return Finding("port", "bad", f"{host} is no address of this machine", "set host to an address it has")
    if fault is None:
        return Finding("port", "ok", f"{host}:{port} is free")
    holder = ports.holder(port)
    if occupant is not None and (holder is None or holder.pid == occupant.pid):
        return Finding("port", "ok", f"{host}:{port} is served by this Pinisi (process {occupant.pid})")
    who = f" by {holder}" if holder else ""
    return Finding("port", "bad", f"{host}:{port} is taken{who}: {fault}", "stop it, or choose another with --port")


def check_clock(data: Path, now: Instant) -> Finding:
    known = [newest_change(path) for path in database_files(data)] if occupancy.occupant(data) is None else []
    files = [int(path.stat().st_mtime * SECOND) for path in data.glob("*") if path.is_file()]
    return judge_clock(now, max([0, *files, *(time for time in known if time is not None)]))


def judge_clock(now: Instant, newest: Instant) -> Finding:
    """A clock is off when it says less than what was written before."""
    remedy = "set the clock of this machine (timedatectl); times of changes would be wrong"
    if now < BUILT_AFTER:
        return Finding("clock", "bad", f"the clock says {format_instant(now)}, before Pinisi was made", remedy)
    if now + CLOCK_SLACK < newest:
        words = f"the clock says {format_instant(now)}, but something was written at {format_instant(newest)}"
        return Finding("clock", "bad", words, remedy)
    return Finding("clock", "ok", f"{format_instant(now)}")


def console_folder() -> Path:
    import pinisi

    return Path(pinisi.__file__).parent / "console" / "static"


def check_console(folder: Path) -> Finding:
    if (folder / "index.html").is_file():
        return Finding("console", "ok", "the console is built")
    return Finding(
        "console", "bad", "the console is not built", "in a checkout: make install; else install Pinisi anew"
    )


def check_databases(data: Path) -> Iterator[Finding]:
    """Of a stopped Pinisi: whether each database is whole."""
    found = False
    for path in database_files(data):
        found = True
        fault = database_fault(path)
        remedy = "put a backup in place: pinisi restore FILE --replace"
        words = fault or "the database is whole"
        yield Finding(f"database {path.stem}", "bad" if fault else "ok", words, remedy if fault else "")
    if not found:
        yield Finding("database", "ok", "nothing has been stored yet")


def check_store(address: str) -> Finding:
    """Whether a database can be used, and what is in it."""
    from pinisi.store.change import StoreUnavailable

    try:
        return Finding("database", "ok", asyncio.run(_store_words(address)))
    except StoreUnavailable as error:
        remedy = f"see docs/reference/postgresql.md; the address is {without_password(address)}"
        return Finding("database", "bad", str(error), remedy)


async def _store_words(address: str) -> str:
    async with open_store(address, Path(), lambda: 0) as store:
        tenants = await store.tenants()
    return f"PostgreSQL can be used; {len(tenants)} tenants"


def check_server(occupant: occupancy.Occupant) -> Iterator[Finding]:
    """Of a running Pinisi: what it says of itself."""
    words = f"process {occupant.pid} at {occupant.url or 'an unknown address'}"
    try:
        health = ask_health(occupant.url, os.environ.get("PINISI_TOKEN", ""))
    except (OSError, ValueError) as error:
        remedy = "look at its output; stop it (kill the process) and start it again"
        yield Finding("server", "bad", f"{words} does not answer: {error}", remedy)
        return
    yield Finding("server", "ok", f"{words}, Pinisi {health.version}")
    yield from (check for check in health.checks if check.name not in ("disk", "clock"))


def ask_health(url: str, token: str = "") -> Health:
    """Ask a server how it is; one that has accounts wants a token.

    Raises:
        OSError: it does not answer within 5 s.
        ValueError: it answers something else.
    """
    from urllib.request import ProxyHandler, Request, build_opener

    if not url.startswith("http://"):
        raise ValueError("it does not say where it listens")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = Request(f"{url}/pinisi/v1/health", headers=headers)
    with build_opener(ProxyHandler({})).open(request, timeout=5) as answer:
        return msgspec.json.decode(answer.read(1 << 20), type=Health)


def table(findings: Sequence[Finding]) -> str:
    """The findings as text, one a line, what to do below those that need it."""
    mark = {"ok": "ok  ", "warn": "WARN", "bad": "BAD ", "unknown": "?   "}
    width = max(len(finding.name) for finding in findings)
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{mark[finding.state]}  {finding.name:<{width}}  {finding.words}")
        if finding.remedy and finding.state != "ok":
            lines.append(f"      {'':<{width}}  -> {finding.remedy}")
    return "\n".join(lines)
