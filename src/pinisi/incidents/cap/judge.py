"""A document judged: is it XML, is it CAP 1.2, does it keep the rules, and why not."""

import msgspec

from pinisi.incidents.cap.alert_rules import check_alert, check_times
from pinisi.incidents.cap.area_rules import check_area
from pinisi.incidents.cap.findings import Finding, Report
from pinisi.incidents.cap.info_rules import check_info, check_markup
from pinisi.incidents.cap.language_rules import check_languages
from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.places import At, root_at
from pinisi.incidents.cap.reader import read_alert
from pinisi.incidents.cap.resource_rules import check_resources
from pinisi.incidents.cap.schema import SCHEMAS
from pinisi.incidents.cap.schema_check import check_schema
from pinisi.incidents.cap.versions import Version, version_of
from pinisi.runtime.source import Unreadable
from pinisi.runtime.xml_tree import Element, Forbidden, TooLarge, read_xml

MOST_BYTES = 16 << 20


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """`alert` is None where it cannot be understood; `more`: findings that were counted and not kept."""

    version: Version | None = None
    alert: Alert | None = None
    findings: tuple[Finding, ...] = ()
    more: int = 0

    @property
    def valid(self) -> bool:
        """CAP 1.2, and nothing that the standard forbids."""
        return self.version == "1.2" and self.alert is not None and not self.more and not self.errors

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.weight == "error")


def judge(body: bytes) -> Judgement:
    """Everything that is wrong with a document, in the order of its lines. Never raises."""
    report = Report()
    root = _tree(body, report)
    if root is None:
        return Judgement(findings=tuple(report.findings))
    version = version_of(root)
    if version is None:
        report.add("xml.other", f"/{root.name}", root.line, name=root.name, space=root.space or "-")
        return Judgement(findings=tuple(report.findings))
    if version != "1.2":
        report.add("version.old", "/alert", root.line, version=version)
    at = root_at(root)
    check_schema(at, SCHEMAS[version], report)
    _check_rules(at, report)
    findings = sorted(report.findings, key=lambda finding: finding.line)
    return Judgement(version=version, alert=_understood(root), findings=tuple(findings), more=report.more)


def _tree(body: bytes, report: Report) -> Element | None:
    if len(body) > MOST_BYTES:
        report.add("xml.large", "/", said=f"{len(body)} bytes")
        return None
    try:
        return read_xml(body)
    except Forbidden:
        report.add("xml.doctype", "/")
    except TooLarge as error:
        report.add("xml.large", "/", said=str(error))
    except Unreadable as error:
        report.add("xml.broken", "/", _line_in(str(error)), said=str(error).removeprefix("is no XML: "))
    return None


def _line_in(said: str) -> int:
    _, _, after = said.partition("line ")
    digits = after.partition(":")[0]
    return int(digits) if digits.isdecimal() else 0


def _check_rules(root: At, report: Report) -> None:
    check_alert(root, report)
    check_times(root, report)
    for info in root.all("info"):
        check_info(root, info, report)
        for area in info.all("area"):
            check_area(area, report)
    check_resources(root, report)
    check_languages(root, report)
    check_markup(root, report)


def _understood(root: Element) -> Alert | None:
    try:
        return read_alert(root)
    except Unreadable:
        return None
