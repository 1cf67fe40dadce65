"""Faults of a feed and the account of its repair, as people read them at the command line."""

from collections.abc import Sequence

import msgspec

from pinisi.services.mobility.engine.gtfs.mend import Assumptions
from pinisi.services.mobility.engine.gtfs.notice import Notice, counted
from pinisi.services.mobility.engine.gtfs.repair import Kind, Repair

_ORDER = ("error", "warning", "info")


class Account(msgspec.Struct, frozen=True):
    """What a repair did, without the feed: errors before and after, each kind of fault, and what was assumed."""

    errors_before: int
    errors_after: int
    assumed: Assumptions
    kinds: tuple[Kind, ...]


def account(done: Repair) -> Account:
    return Account(done.errors(after=False), done.errors(after=True), done.assumed, done.kinds)


def faults_shown(found: Sequence[Notice]) -> str:
    """One line a kind of fault: how bad, how many, and the first of them."""
    if not found:
        return "no fault was found"
    first: dict[str, Notice] = {}
    for each in found:
        first.setdefault(each.code, each)
    counts = counted(found)
    codes = sorted(counts, key=lambda code: (_ORDER.index(first[code].severity), code))
    lines = [f"{first[code].severity:8} {counts[code]:>9,}  {code}: {_place(first[code])}" for code in codes]
    errors = sum(counts[code] for code in codes if first[code].severity == "error")
    return "\n".join([*lines, f"{errors:,} errors"])


def _place(fault: Notice) -> str:
    where = fault.file + (f" row {fault.row}" if fault.row else "") + (f" {fault.field}" if fault.field else "")
    return f"{where}{f' ({fault.value})' if fault.value else ''}: {fault.reason}"


def repair_shown(done: Repair) -> str:
    """Each kind of fault before and after, and below it what was done, or why it was left."""
    lines: list[str] = []
    for kind in sorted(done.kinds, key=lambda kind: (_ORDER.index(kind.severity), kind.code)):
        lines.append(f"{kind.severity:8} {kind.code}: {kind.before:,} -> {kind.after:,}")
        for mend in kind.done:
            example = f" ({mend.example})" if mend.example else ""
            lines.append(f"    {mend.act} {mend.count:,} in {mend.file}: {mend.how}{example}")
        if kind.left:
            lines.append(f"    left: {kind.left}")
    return "\n".join([*lines, f"errors: {done.errors(after=False):,} -> {done.errors(after=True):,}"])
