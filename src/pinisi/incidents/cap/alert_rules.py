"""What clause 3.2.1 demands of `alert` beyond the schema."""

import re

from pinisi.incidents.cap.findings import Report
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cap.places import At
from pinisi.incidents.cap.reader import is_word

_ANSWERS = ("Update", "Cancel", "Ack", "Error")


def check_alert(root: At, report: Report) -> None:
    for name in ("identifier", "sender"):
        _word(root, name, report)
    _references(root, report)
    _scope(root, report)
    _purpose(root, report)


def _word(root: At, name: str, report: Report) -> None:
    at = root.first(name)
    if at is None:
        return
    if not at.text:
        report.add("word.empty", at.path, at.line, name=name)
    elif not is_word(at.text):
        report.add("word.characters", at.path, at.line, name=name, said=at.text)


def _references(root: At, report: Report) -> None:
    at, kind = root.first("references"), root.said("msgType")
    triples = at.text.split() if at is not None else []
    if at is not None and not triples and kind not in _ANSWERS:
        report.add("references.empty", at.path, at.line)
    if not triples and kind in _ANSWERS:
        report.add("references.needed", at.path if at else root.path, at.line if at else root.line, kind=kind)
    for triple in triples if at is not None else ():
        _reference(root, at, triple, report)  # pyright: ignore[reportArgumentType]


def _reference(root: At, at: At, triple: str, report: Report) -> None:
    parts = triple.split(",")
    sent = instant_of(parts[2]) if len(parts) == 3 else None
    if len(parts) != 3 or not all(parts) or sent is None:
        report.add("references.triple", at.path, at.line, said=triple)
        return
    if parts[:2] == [root.said("sender"), root.said("identifier")]:
        report.add("references.itself", at.path, at.line, said=triple)
    own = instant_of(root.said("sent"))
    if own is not None and sent > own:
        report.add("references.later", at.path, at.line, said=parts[2])


def _scope(root: At, report: Report) -> None:
    scope, restriction, addresses = root.said("scope"), root.first("restriction"), root.first("addresses")
    if scope == "Restricted" and not root.said("restriction"):
        report.add("scope.restriction-needed", root.path, root.line)
    if restriction is not None and restriction.text and scope != "Restricted":
        report.add("scope.restriction-unused", restriction.path, restriction.line, scope=scope or "?")
    if scope == "Private" and not root.said("addresses"):
        report.add("scope.addresses-needed", root.path, root.line)
    if addresses is not None and addresses.text.count('"') % 2:
        report.add("scope.quotes", addresses.path, addresses.line, said=addresses.text)


def _purpose(root: At, report: Report) -> None:
    status, kind = root.said("status"), root.said("msgType")
    if not root.said("note") and (status == "Exercise" or kind == "Error"):
        report.add("note.expected", root.path, root.line, what=status if status == "Exercise" else kind)
    if status == "Draft":
        report.add("status.draft", root.path + "/status", root.line)
    if kind in ("Alert", "Update") and root.first("info") is None:
        report.add("info.none", root.path, root.line, kind=kind)


def check_times(root: At, report: Report) -> None:
    """Clause 3.3.2, for every time of the message: no letter for a zone, and UTC as `-00:00`."""
    for at in (root, *root.all("info")):
        for name in ("sent", "effective", "onset", "expires"):
            time = at.first(name)
            if time is not None and re.fullmatch(r".*T.*\+00:00", time.text):
                report.add("time.utc", time.path, time.line, said=time.text)
