"""A table of turning counts (CSV or XLSX), one row an interval of one movement, headed in Indonesian or English."""

from collections.abc import Callable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from pinisi.city.importing.cells import moment_in
from pinisi.city.importing.rows import BadRow, Row, Sheet
from pinisi.city.row_entity import slug
from pinisi.city.text import Text, fill
from pinisi.runtime.about import About
from pinisi.runtime.source import Message, Reading, Reject, Unreadable, row_key
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.engine.capacity.approach import Counted, Turn
from pinisi.services.mobility.models.counts import TURNING_COUNT, TurningCount, count_entity, count_id, written
from pinisi.services.mobility.sheet_sent import sheet_sent
from pinisi.vocabulary.instant import parse_instant

TEXTS = texts_of("pinisi.services.mobility")
MOST_VEHICLES = 5_000
"""Of one class in one interval."""
LONGEST_WORD = 60

_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "junction": ("junction", "simpang"),
    "approach": ("approach", "pendekat", "lengan"),
    "movement": ("movement", "gerakan"),
    "from": ("from", "mulai", "begin", "start"),
    "minutes": ("minutes", "menit"),
    "motorcycle": ("motorcycle", "sepeda motor", "sm", "mc"),
    "light": ("light", "mobil penumpang", "kendaraan ringan", "mp", "lv", "kr"),
    "heavy": ("heavy", "kendaraan sedang", "kendaraan berat", "ks", "hv", "kb"),
    "unmotorised": ("unmotorised", "tak bermotor", "ktb", "um"),
    "by": ("by", "tim", "team", "oleh"),
}
_NEEDED = ("junction", "approach", "movement", "from", "motorcycle", "light", "heavy")
_MOVEMENTS: Mapping[str, Turn] = {
    **dict.fromkeys(("left", "kiri", "belok kiri", "bki", "lt"), "left"),
    **dict.fromkeys(("through", "lurus", "lrs", "st"), "through"),
    **dict.fromkeys(("right", "kanan", "belok kanan", "bka", "rt"), "right"),
    **dict.fromkeys(("u-turn", "uturn", "putar balik", "memutar", "pb", "ut"), "u-turn"),
}
_ABOUT = About(types=(TURNING_COUNT,))


class _BadCell(ValueError):
    def __init__(self, field: str, key: str, cell: str) -> None:
        super().__init__(field)
        self.field = field
        self.reason: Text = fill(TEXTS[key], field=field, cell=cell[:LONGEST_WORD])


def count_reader(zone: ZoneInfo) -> Callable[[Message], Reading]:
    """A moment without an offset is of `zone`."""

    def read(message: Message) -> Reading:
        sheet = sheet_sent(message, "counts")
        columns = _columns(sheet)
        entities: dict[str, dict[str, object]] = {}
        rejects: list[Reject] = []
        for row in sheet.rows():
            try:
                count = _count(row, columns, zone)
            except _BadCell as bad:
                rejects.append(_reject(message, row, bad))
                continue
            id = count_id(slug(count.junction), slug(count.approach), count.movement)
            entities[row_key(id, parse_instant(written(count.begin)))] = count_entity(count, id)
        return Reading(entities=list(entities.values()), rejects=rejects, sound=list(entities))

    return read


def _columns(sheet: Sheet) -> Mapping[str, str]:
    """Our name -> the name in the heading.

    Raises:
        Unreadable: a column that is needed is not there.
    """
    known = {" ".join(name.casefold().replace("_", " ").split()): name for name in sheet.columns}
    found = {ours: known[alias] for ours, aliases in _COLUMNS.items() for alias in reversed(aliases) if alias in known}
    missing = [name for name in _NEEDED if name not in found]
    if missing:
        raise Unreadable(f"the heading lacks {', '.join(missing)}: it is {', '.join(sheet.columns)[:200]}")
    return found


def _count(row: Row | BadRow, columns: Mapping[str, str], zone: ZoneInfo) -> TurningCount:
    if isinstance(row, BadRow):
        raise _BadCell("", "count-row", row.raw)
    cells = {ours: (row.cells.get(theirs) or "").strip() for ours, theirs in columns.items()}
    movement = _MOVEMENTS.get(cells["movement"].casefold())
    if movement is None:
        raise _BadCell("movement", "count-movement", cells["movement"])
    return TurningCount(
        junction=_word(cells, "junction"),
        approach=_word(cells, "approach"),
        movement=movement,
        begin=_moment(cells["from"], zone),
        minutes=_minutes(cells),
        counted=Counted(
            **{kind: _number(cells, kind, MOST_VEHICLES) for kind in Counted.__struct_fields__ if kind in cells}
        ),
        counted_by=cells.get("by", "")[:LONGEST_WORD],
    )


def _word(cells: Mapping[str, str], field: str) -> str:
    word = cells[field]
    if not slug(word) or len(word) > LONGEST_WORD:
        raise _BadCell(field, "count-word", word)
    return word


def _moment(cell: str, zone: ZoneInfo) -> datetime:
    told = moment_in(cell, zone) if ":" in cell else None
    if told is None:
        raise _BadCell("from", "count-moment", cell)
    try:
        return datetime.fromisoformat(told)
    except ValueError:
        raise _BadCell("from", "count-moment", cell) from None


def _minutes(cells: Mapping[str, str]) -> int:
    """A quarter of an hour where nothing is said."""
    minutes = _number(cells, "minutes", 60) if cells.get("minutes") else 15
    if not minutes:
        raise _BadCell("minutes", "count-number", "0")
    return minutes


def _number(cells: Mapping[str, str], field: str, most: int) -> int:
    """A whole number that is not negative."""
    cell = cells.get(field, "")
    if not cell.isascii() or not cell.isdigit() or len(cell) > 6 or int(cell) > most:
        raise _BadCell(field, "count-number", cell)
    return int(cell)


def _reject(message: Message, row: Row | BadRow, bad: _BadCell) -> Reject:
    raw = msgspec.json.encode(row.cells).decode()[:2000] if isinstance(row, Row) else row.raw
    return Reject(
        key=f"{message.origin} {row.number}", row=str(row.number), field=bad.field, reason=bad.reason, raw=raw,
        about=_ABOUT,
    )  # fmt: skip
