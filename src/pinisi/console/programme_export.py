"""The Programme to take away: as CSV for a spreadsheet, and as a page to print. Pure."""

import base64
import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from typing import Any

from pinisi.city.text import Language, Text, fill, format_number
from pinisi.city.value import Value
from pinisi.city.words import programme_text, value_text
from pinisi.console.programme import Standing, System

Cards = Mapping[str, Any]
"""Id of a source card -> its title (Text-like mapping) or None."""
INDICATOR_COLUMNS = (
    "id", "group", "indicator", "value", "unit", "method", "n", "missing", "period", "observedAt", "ageDays", "state",
    "sources", "baseline", "baselineYear", "target", "targetYear", "direction", "gap", "reached", "owner", "rule",
    "flags", "note",
)  # fmt: skip
SYSTEM_COLUMNS = (
    "id", "system", "state", "agency", "interface", "agreement", "standard", "gives", "lastMessage", "sources", "note",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def indicators_csv(standings: Iterable[Standing], cards: Cards, language: Language) -> bytes:
    """One row an indicator; what is not known is an empty cell."""
    return csv_table(INDICATOR_COLUMNS, (_indicator_row(each, cards, language) for each in standings))


def systems_csv(systems: Iterable[System], cards: Cards, language: Language) -> bytes:
    return csv_table(SYSTEM_COLUMNS, (_system_row(each, cards, language) for each in systems))


def csv_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """With a byte order mark, so that spreadsheets read it as UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> Any:
    """A text that a spreadsheet would run as a formula is quoted; somebody may have typed it here."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _indicator_row(each: Standing, cards: Cards, language: Language) -> list[Any]:
    value, gap = each.value, each.gap
    return [
        each.id, each.group, _in(each.label, language), value.value, value.unit, value.method, value.n, value.missing,
        value.period, value.observed_at, value.age_days, value.state, source_names(value, cards, language),
        *(_of(each.decided, name) for name in ("baseline", "baselineYear", "target", "targetYear", "direction")),
        None if gap is None else gap.value, None if gap is None else gap.reached, _of(each.decided, "agency"),
        _in(value.derived, language), "; ".join(_flag(flag, language) for flag in value.flags),
        _in(each.note, language),
    ]  # fmt: skip


def _system_row(each: System, cards: Cards, language: Language) -> list[Any]:
    told = [_said(each.facts.get(name), language) for name in ("agency", "interface", "agreement", "standard", "gives")]
    state = each.facts.get("state")
    sources = source_names(state, cards, language) if state else ""
    return [
        each.id, _in(each.name, language), each.state, *told, each.last_message, sources,
        _said(each.facts.get("note"), language),
    ]  # fmt: skip


def source_names(value: Value, cards: Cards, language: Language) -> str:
    """The titles of the cards that a value names, or who wrote it."""
    ids = value.providers or ((value.provider,) if value.provider else ())
    titles = [_title(cards.get(id), id, language) for id in ids]
    return "; ".join(titles) or value.written_by or ""


def _title(title: Any, id: str, language: Language) -> str:
    return str(title.get(language) or id) if isinstance(title, Mapping) else id  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]


def _in(text: Text | None, language: Language) -> str:
    return "" if text is None else str(getattr(text, language))


def _of(facts: Mapping[str, Value], name: str) -> Any:
    return facts[name].value if name in facts else None


def _said(value: Value | None, language: Language) -> str:
    if value is None:
        return ""
    return _in(value.value_text, language) or str(value.value if value.value is not None else "")


def _flag(flag: Mapping[str, Any], language: Language) -> str:
    text = flag.get("text")
    return str(text.get(language, "")) if isinstance(text, Mapping) else str(text or flag.get("code"))  # pyright: ignore


# to print

_STYLE = """
body { font: 10pt/1.4 "IBM Plex Sans", "IBM Plex Sans JP", system-ui, sans-serif; margin: 1.5cm; color: #152026; }
h1 { font-size: 15pt; margin: 0 0 .2cm; } h2 { font-size: 11pt; margin: .8cm 0 .2cm; } p { margin: 0; color: #4c5d67; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .12cm .25cm .12cm 0; border-bottom: .5pt solid #b9c5cb; }
th { font-weight: 600; font-size: 8.5pt; } td.n { text-align: right; white-space: nowrap; } tr { break-inside: avoid; }
small { display: block; color: #4c5d67; font-size: 8pt; } .grey { color: #5d6e78; }
@page { size: A4 landscape; margin: 1.2cm; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'".encode()
"""The page holds one style of its own and asks nothing of anybody."""


def printed_page(
    city: str, standings: Sequence[Standing], systems: Sequence[System], cards: Cards, language: Language, at: str
) -> bytes:
    """The Programme as one page that needs nothing else. `at`: when it was printed, in the city's own time."""

    def word(name: str) -> str:
        return escape(_in(programme_text(name), language))

    heads = ("indicator", "now", "target", "gap", "age", "owner", "sources")
    rows = "".join(_indicator_line(each, cards, language, word) for each in standings)
    system_heads = ("system", "state", "agency", "interface", "agreement", "last_message", "gives")
    system_rows = "".join(_system_line(each, language, word) for each in systems)
    printed = escape(_in(fill(programme_text("printed"), at=at), language))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{word("title")}: {escape(city)}</title>'
        f"<style>{_STYLE}</style><h1>{word('title')}: {escape(city)}</h1><p>{printed}</p>"
        f"<h2>{word('systems')}</h2>{_table(map(word, system_heads), system_rows)}"
        f"<h2>{word('indicators')}</h2>{_table(map(word, heads), rows)}"
    ).encode()


def _table(heads: Iterable[str], rows: str) -> str:
    head = "".join(f'<th scope="col">{head}</th>' for head in heads)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _indicator_line(each: Standing, cards: Cards, language: Language, word: Callable[[str], str]) -> str:
    value = each.value
    doubts = "".join(f"<small>{escape(_flag(flag, language))}</small>" for flag in value.flags)
    about = "".join(f"<small>{escape(_in(text, language))}</small>" for text in (value.derived, each.note) if text)
    target, gap = each.decided.get("target"), each.gap
    age = "" if value.age_days is None else _in(fill(programme_text("days"), n=value.age_days), language)
    missing = "" if gap is None else format_number(gap.value, language)
    method = f"<small>{escape(_method(value, language))}</small>" if value.value is not None else ""
    return (
        f"<tr><td>{escape(_in(each.label, language))}{about}{doubts}</td>"
        f'<td class="n">{_figure(value, language) or word("unknown")}{method}</td>'
        f'<td class="n">{_target(each, target, language) or _grey(word("no_target"))}</td>'
        f'<td class="n">{"" if gap is None else word("reached") if gap.reached else missing}</td>'
        f'<td class="n">{escape(age)}</td><td>{escape(_said(each.decided.get("agency"), language))}</td>'
        f"<td>{escape(source_names(value, cards, language))}</td></tr>"
    )


def _method(value: Value, language: Language) -> str:
    return " ".join(part for part in (value.method or "", value.period or "") if part)


def _target(each: Standing, target: Value | None, language: Language) -> str:
    year = each.decided.get("targetYear")
    if target is None:
        return ""
    return f"{_figure(target, language)}" + (f" <small>{escape(str(year.value))}</small>" if year else "")


def _figure(value: Value, language: Language) -> str:
    if not isinstance(value.value, (int, float)):
        return escape(str(value.value or ""))
    return escape(f"{format_number(value.value, language)} {_in(value.unit_text, language)}".strip())


def _grey(text: str) -> str:
    return f'<span class="grey">{text}</span>'


def _system_line(each: System, language: Language, word: Callable[[str], str]) -> str:
    state = value_text("state", each.state)
    told = [escape(_said(each.facts.get(name), language)) or _grey(word("unknown"))
            for name in ("agency", "interface", "agreement")]  # fmt: skip
    note = each.facts.get("note")
    about = f"<small>{escape(_said(note, language))}</small>" if note else ""
    return (
        f"<tr><td>{escape(_in(each.name, language))}{about}</td><td>{escape(_in(state, language) or each.state)}</td>"
        + "".join(f"<td>{cell}</td>" for cell in told)
        + f"<td>{escape(each.last_message or '')}</td><td>{escape(_said(each.facts.get('gives'), language))}</td></tr>"
    )
