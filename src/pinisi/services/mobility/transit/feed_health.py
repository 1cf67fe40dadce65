"""How sound the file of a timetable is: each kind of fault, and what a repair does about it, with the reason."""

import datetime
from typing import Literal

import msgspec


class MendShown(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What became of `count` faults in a file. `how` is in English, as the command line says it."""

    act: Literal["repaired", "assumed", "removed"]
    file: str
    count: int
    how: str
    example: str


class FaultKind(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`code`: as the canonical validator (MobilityData) names it. `first`: where it stands first."""

    code: str
    severity: Literal["error", "warning", "info"]
    before: int
    after: int
    first: str
    reason: str
    mends: tuple[MendShown, ...]
    left: str


class FeedHealth(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """`errors`: in the file as it is; `errors_after`: in the file as a repair would write it."""

    feed: str
    digest: str
    day: str
    errors: int
    errors_after: int
    warnings: int
    bytes: int
    kinds: tuple[FaultKind, ...]


def health_of(feed: str, digest: str, body: bytes, day: datetime.date) -> FeedHealth:
    """Reads, checks and repairs the file. Raises `NoFeed`."""
    from pinisi.services.mobility.engine.gtfs.checking import check_feed
    from pinisi.services.mobility.engine.gtfs.mend import Assumptions
    from pinisi.services.mobility.engine.gtfs.reading import read_feed
    from pinisi.services.mobility.engine.gtfs.repair import repair
    from pinisi.services.mobility.gtfs_zip import unzip

    today = f"{day:%Y%m%d}"
    tables, read = read_feed(unzip(body, "the file"))
    done = repair(tables, read, Assumptions(), today)
    first = {each.code: each for each in reversed([*read, *check_feed(tables, today)])}
    kinds: list[FaultKind] = []
    for each in done.kinds:
        found = first.get(each.code)
        where = "" if found is None else f"{found.file}{f' {found.row}' if found.row else ''} {found.field}".strip()
        mends = tuple(MendShown(act=m.act, file=m.file, count=m.count, how=m.how, example=m.example) for m in each.done)  # pyright: ignore[reportArgumentType]
        kinds.append(
            FaultKind(
                code=each.code,
                severity=each.severity,  # pyright: ignore[reportArgumentType]
                before=each.before,
                after=each.after,
                first=where,
                reason="" if found is None else found.reason,
                mends=mends,
                left=each.left,
            )
        )
    order = ("error", "warning", "info")
    kinds.sort(key=lambda kind: (order.index(kind.severity), -kind.before, kind.code))
    return FeedHealth(
        feed=feed,
        digest=digest,
        day=day.isoformat(),
        errors=done.errors(after=False),
        errors_after=done.errors(after=True),
        warnings=sum(kind.before for kind in kinds if kind.severity == "warning"),
        bytes=len(body),
        kinds=tuple(kinds),
    )


def repaired_zip(body: bytes, day: datetime.date) -> bytes:
    """The file as a repair writes it. Raises `NoFeed`."""
    from pinisi.services.mobility.engine.gtfs.mend import Assumptions
    from pinisi.services.mobility.engine.gtfs.reading import read_feed
    from pinisi.services.mobility.engine.gtfs.repair import repair
    from pinisi.services.mobility.engine.gtfs.writing import write_feed
    from pinisi.services.mobility.gtfs_zip import unzip, zipped

    tables, read = read_feed(unzip(body, "the file"))
    return zipped(write_feed(repair(tables, read, Assumptions(), f"{day:%Y%m%d}").feed))
