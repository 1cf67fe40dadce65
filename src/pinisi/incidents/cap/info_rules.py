"""What clause 3.2.2 demands of `info` beyond the schema."""

import re
from collections.abc import Iterator

from pinisi.incidents.cap.findings import Report
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cap.places import At
from pinisi.incidents.cap.schema_check import is_uri

LONGEST_HEADLINE = 160
WORDED = ("event", "headline", "description", "instruction")
_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*(\s[^<>]*)?/?>")
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);")


def check_info(root: At, at: At, report: Report) -> None:
    _words(at, report)
    _times(root, at, report)
    _web(at, report)
    for name in ("eventCode", "parameter"):
        for pair in at.all(name):
            check_pair(pair, report, value_needed=name == "eventCode")
    if at.first("area") is None and root.said("msgType") in ("Alert", "Update"):
        report.add("area.none", at.path, at.line)


def _words(at: At, report: Report) -> None:
    event = at.first("event")
    if event is not None and not event.text:
        report.add("event.empty", event.path, event.line)
    headline = at.first("headline")
    if headline is not None and len(headline.text) > LONGEST_HEADLINE:
        report.add("headline.long", headline.path, headline.line, count=len(headline.text), most=LONGEST_HEADLINE)
    if not at.said("description"):
        report.add("description.none", at.path, at.line)


def _times(root: At, at: At, report: Report) -> None:
    """Clause 3.2.2: what is missing is as if it were `sent`; a message without an end has none that a machine knows."""
    expires = at.first("expires")
    if expires is None or not expires.text:
        if root.said("msgType") in ("Alert", "Update"):
            report.add("expires.none", at.path, at.line)
        return
    end = instant_of(expires.text)
    for name, said in (("sent", root.said("sent")), ("effective", at.said("effective")), ("onset", at.said("onset"))):
        start = instant_of(said)
        if start is None or end is None or end > start:
            continue
        rule = "expires.at-once" if end == start else f"expires.before-{name}"
        report.add(rule, expires.path, expires.line, said=expires.text, start=said)


def _web(at: At, report: Report) -> None:
    web = at.first("web")
    if web is not None and web.text and is_uri(web.text) and not is_absolute(web.text):
        report.add("web.relative", web.path, web.line, said=web.text)


def is_absolute(text: str) -> bool:
    return is_uri(text) and re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:\S", text) is not None and " " not in text


def check_pair(at: At, report: Report, *, value_needed: bool) -> None:
    if at.first("valueName") is not None and not at.said("valueName"):
        report.add("pair.name", at.path, at.line)
    if value_needed and at.first("value") is not None and not at.said("value"):
        report.add("pair.value", at.path, at.line, name=at.said("valueName"))


def check_markup(root: At, report: Report) -> None:
    """Clause 3.3.3: words are words; no receiver can be trusted to show markup or to take it out."""
    for at in _leaves(root):
        if "<" in at.text and _TAG.search(at.text):
            report.add("text.markup", at.path, at.line, said=_around(_TAG, at.text))
        elif "&" in at.text and _ENTITY.search(at.text):
            report.add("text.entity", at.path, at.line, said=_around(_ENTITY, at.text))


def _leaves(at: At) -> Iterator[At]:
    for child in at.children():
        if child.element.space != at.element.space:
            continue
        if child.element.children:
            yield from _leaves(child)
        else:
            yield child


def _around(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group() if found else ""
