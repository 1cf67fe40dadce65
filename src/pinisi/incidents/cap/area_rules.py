"""What clauses 3.2.4 and 3.3.1 demand of areas beyond the schema."""

from collections.abc import Iterable

import shapely

from pinisi.incidents.cap.findings import Report
from pinisi.incidents.cap.geometry import MOST_KM, MOST_POINTS, Crooked, number, read_circle, read_polygon
from pinisi.incidents.cap.info_rules import check_pair
from pinisi.incidents.cap.model import Ring
from pinisi.incidents.cap.places import At

SMALLEST = 1e-9
"""Square degrees, some 12 square metres: an outline of less holds no ground, whatever its last decimals say."""


def check_area(at: At, report: Report) -> None:
    description = at.first("areaDesc")
    if description is not None and not description.text:
        report.add("area.words", description.path, description.line)
    drawn = [*at.all("polygon"), *at.all("circle"), *at.all("geocode")]
    if not drawn:
        report.add("area.nowhere", at.path, at.line)
    for polygon in at.all("polygon"):
        _polygon(polygon, report)
    for circle in at.all("circle"):
        _circle(circle, report)
    _geocodes(at.all("geocode"), report)
    _heights(at, report)


def _polygon(at: At, report: Report) -> None:
    try:
        ring, closed = read_polygon(at.text)
    except Crooked as error:
        report.add(f"polygon.{error.fault}", at.path, at.line, said=error.said or "0", most=MOST_POINTS)
        return
    if not closed:
        report.add("polygon.closed", at.path, at.line, first=at.text.split()[0], last=at.text.split()[-1])
    elif fault := _crossing(ring):
        report.add("polygon.crossing", at.path, at.line, said=fault)


def _crossing(ring: Ring) -> str:
    """Where an outline crosses itself or holds no ground; empty where it does neither."""
    polygon = shapely.Polygon(ring)
    if not polygon.is_valid:
        return shapely.is_valid_reason(polygon)
    return "" if polygon.area > SMALLEST else "area 0"


def _circle(at: At, report: Report) -> None:
    try:
        circle = read_circle(at.text)
    except Crooked as error:
        report.add(f"circle.{error.fault}", at.path, at.line, said=error.said, most=MOST_KM)
        return
    if circle.radius_km == 0:
        report.add("circle.point", at.path, at.line)


def _geocodes(codes: Iterable[At], report: Report) -> None:
    seen: set[tuple[str, str]] = set()
    for at in codes:
        check_pair(at, report, value_needed=True)
        pair = (at.said("valueName"), at.said("value"))
        if pair in seen:
            report.add("geocode.twice", at.path, at.line, name=pair[0], said=pair[1])
        seen.add(pair)


def _heights(at: At, report: Report) -> None:
    altitude, ceiling = at.first("altitude"), at.first("ceiling")
    if ceiling is None:
        return
    if altitude is None:
        report.add("ceiling.alone", ceiling.path, ceiling.line)
        return
    low, high = number(altitude.text), number(ceiling.text)
    if low is not None and high is not None and high < low:
        report.add("ceiling.low", ceiling.path, ceiling.line, said=ceiling.text, low=altitude.text)
