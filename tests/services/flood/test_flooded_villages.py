"""The kelurahan that are probably under water: judged as the engine judges, from what callers and citizens say."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import shapely
from pinisi_table import pinisi_table

from pinisi.runtime.known import Inputs, Known, known_from
from pinisi.services.flood.engine.evidence import Listener
from pinisi.services.flood.engine.flooded import HOLDS, JAKARTA_2017
from pinisi.services.flood.engine.village import Heard, estimate
from pinisi.services.flood.petabencana import report_of
from pinisi.services.flood.reactions import react_flooded, react_over
from pinisi.vocabulary.instant import HOUR, MINUTE, Instant, format_instant, parse_instant

ARCHIVE = Path(__file__).parents[2] / "console" / "replay_examples" / "data" / "petabencana_2017"
NOON = parse_instant("2026-11-25T04:00:00Z")
PLACE = (119.405, -5.145)
SQUARE = shapely.box(119.40, -5.15, 119.41, -5.14)
TABLE = pinisi_table()


def heard(at: Instant, lon: float = PLACE[0], lat: float = PLACE[1]) -> Heard:
    return Heard(f"at-{at}-{lon}", lon, lat, at)


def reports() -> list[Heard]:
    features = [
        feature for path in sorted(ARCHIVE.glob("reports/*")) for feature in json.loads(path.read_text())["features"]
    ]
    found = [report_of(feature) for feature in features]
    return sorted((Heard(each.id, each.lon, each.lat, parse_instant(each.at)) for each in found), key=lambda r: r.at)


def storm(begin: Instant, hours: int) -> list[Heard]:
    """Twelve reports an hour from all over the city."""
    return [heard(begin + n * 5 * MINUTE, 119.30 + n / 500) for n in range(12 * hours)]


@pytest.mark.parametrize("many", [reports(), storm(NOON, 9)], ids=["Jakarta 2017", "a storm"])
def test_a_village_is_judged_as_the_engine_judges_report_by_report(many: Sequence[Heard]) -> None:
    listener, everywhere = Listener(), shapely.box(90, -20, 150, 20)
    best: list[float] = []
    for number, each in enumerate(many):
        best.append(JAKARTA_2017.probability(listener.report(each.lon, each.lat, each.at, prone=False)))
        made = estimate(many, everywhere, each.at, JAKARTA_2017)
        assert made is not None
        last = max(n for n, other in enumerate(many) if other.at <= each.at)
        if last == number:
            holding = [p for p, other in zip(best, many, strict=False) if other.at > each.at - HOLDS]
            assert made.probability == pytest.approx(max(holding))
            assert made.flooded == (max(holding) >= JAKARTA_2017.threshold)


def test_only_what_was_known_by_then_counts() -> None:
    many = storm(NOON, 6)
    made = estimate([*many, heard(NOON + 5 * HOUR)], SQUARE, NOON + 5 * HOUR)
    assert made is not None
    assert made == estimate([each for each in many if each.at <= NOON + 5 * HOUR] + [made.best], SQUARE, made.best.at)
    assert (made.flooded, made.until, made.city) == (True, made.best.at + HOLDS, 62)
    assert estimate(many, SQUARE, NOON) is None


def test_the_first_report_of_a_shower_says_possibly_and_after_six_hours_nothing() -> None:
    made = estimate([heard(NOON)], SQUARE, NOON)
    assert made is not None
    assert (made.flooded, len(made.reports)) == (False, 1)
    assert estimate([heard(NOON)], SQUARE, NOON + HOLDS) is None


def said(name: str, value: Any, at: str) -> dict[str, Any]:
    return {"type": "GeoProperty" if name == "location" else "Property", "value": value, "observedAt": at}


def known(id: str, type: str, at: Instant = NOON, **attributes: Any) -> Known:
    told = {name: said(name, value, format_instant(at)) for name, value in attributes.items()}
    if subject := attributes.get("subject"):
        told["subject"] = {"type": "Relationship", "object": subject}
    return known_from({"id": id, "type": type, **told}, TABLE)


def point(lon: float = PLACE[0], lat: float = PLACE[1]) -> dict[str, Any]:
    return {"type": "Point", "coordinates": [lon, lat]}


def village() -> Known:
    ground = json.loads(shapely.to_geojson(SQUARE))
    return known(
        "urn:ngsi-ld:AdministrativeArea:id-1", "AdministrativeArea", name="X", level="kelurahan", location=ground
    )


def incident(number: int, at: Instant = NOON, **more: Any) -> Known:
    words = {"category": "flood", "channel": "call", "location": point()} | more
    raised = {"@type": "DateTime", "@value": format_instant(at)}
    return known(f"urn:ngsi-ld:Incident:{number}", "Incident", at, raisedAt=raised, **words)


def told(inputs: Inputs) -> dict[str, Any]:
    (document,) = react_flooded(inputs)
    return {
        name: each.get("value", each.get("languageMap")) for name, each in document.items() if isinstance(each, dict)
    }


def others(*incidents: Known, reports: Sequence[Known] = ()) -> dict[str, Sequence[Known]]:
    return {"AdministrativeArea": [village()], "FloodReport": reports, "Incident": incidents}


def test_calls_and_citizens_count_and_each_only_once() -> None:
    report = known("urn:ngsi-ld:FloodReport:1", "FloodReport", location=point())
    its_own = incident(2, channel="citizen-report", subject=report.id)
    fire, alarm = incident(3, category="fire"), incident(4, channel="rule")
    subject = incident(1)
    answer = told(Inputs(NOON, subject, others=others(subject, its_own, fire, alarm, reports=[report])))
    assert set(answer["reports"]) == {report.id, subject.id}
    assert (answer["reportCount"], answer["floodJudgement"]) == (2, "possibly")
    assert re.search(
        r"^Estimated from 2 reports: possibly under water \(\d+ %\)\. Not confirmed\.$", answer["estimatedFrom"]["en"]
    )
    assert {each.id for each in (report, subject) if each.read} == {report.id, subject.id}
    assert not (its_own.read or fire.read or alarm.read)


@pytest.mark.parametrize("more", [{"category": "fire"}, {"channel": "rule"}, {"location": point(119.5)}])
def test_what_is_no_report_of_water_here_says_nothing(more: dict[str, Any]) -> None:
    subject = incident(1, **more)
    assert react_flooded(Inputs(NOON, subject, others=others(subject))) == []


def test_an_estimate_ends_and_does_not_say_that_the_water_has_gone() -> None:
    until = {"@type": "DateTime", "@value": format_instant(NOON)}
    made = known("urn:ngsi-ld:FloodEstimate:1", "FloodEstimate", floodJudgement="probably", validTo=until)
    assert react_over(Inputs(NOON - 1, made)) == []
    (document,) = react_over(Inputs(NOON, made))
    assert document["floodJudgement"]["value"] == "over"
    assert "not say" in document["estimatedFrom"]["languageMap"]["en"]
    gone = known("urn:ngsi-ld:FloodEstimate:1", "FloodEstimate", floodJudgement="over", validTo=until)
    assert react_over(Inputs(NOON, gone)) == []
