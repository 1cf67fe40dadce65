"""Speeds and occupancies of signals' detectors as DATEX II: order, types and names of its schema, nothing made up."""

from xml.etree.ElementTree import Element, fromstring

from pinisi.services.mobility.datex import COM, D2, ROA, XSI, Measured, Publisher, measured_data
from pinisi.vocabulary.instant import parse_instant

NOW = parse_instant("2026-11-26T07:00:00Z")
TOLD = [
    Measured(detector="urn:ngsi-ld:TrafficDetector:a-1", at=NOW, speed=36.5, occupancy=12),
    Measured(detector="urn:ngsi-ld:TrafficDetector:a-2", at=NOW, occupancy=0),
]


def published(found: list[Measured], test: bool = False) -> Element:
    return fromstring(measured_data(found, Publisher("id", "makassar"), NOW, "en", test))


def names(element: Element) -> list[str]:
    return [each.tag for each in element]


def test_a_publication_has_the_parts_of_the_schema_in_its_order() -> None:
    root = published(TOLD)
    assert root.tag == f"{{{D2}}}payload"
    assert root.attrib == {f"{{{XSI}}}type": "roa:MeasuredDataPublication", "lang": "en", "modelBaseVersion": "3"}
    assert names(root) == [
        f"{{{COM}}}publicationTime",
        f"{{{COM}}}publicationCreator",
        f"{{{ROA}}}measurementSiteTableReference",
        f"{{{ROA}}}headerInformation",
        *[f"{{{ROA}}}siteMeasurements"] * 2,
    ]
    assert [each.text for each in root[1]] == ["ID", "makassar"]
    assert names(root[4]) == [
        f"{{{ROA}}}measurementSiteReference",
        *[f"{{{ROA}}}physicalQuantity"] * 2,
        f"{{{ROA}}}measurementTimeDefault",
    ]


def test_each_detector_says_what_it_measured_and_no_more() -> None:
    root = published(TOLD)
    kinds = [
        [each.get(f"{{{XSI}}}type") for each in site.iter(f"{{{ROA}}}basicData")]
        for site in root.iter(f"{{{ROA}}}siteMeasurements")
    ]
    assert kinds == [["roa:TrafficSpeed", "roa:TrafficConcentration"], ["roa:TrafficConcentration"]]
    assert [each.text for each in root.iter(f"{{{COM}}}speed")] == ["36.5"]
    assert [each.text for each in root.iter(f"{{{COM}}}percentage")] == ["12", "0"]
    assert {each.text for each in root.iter(f"{{{ROA}}}timeValue")} == {"2026-11-26T07:00:00Z"}


def test_what_is_simulated_is_published_as_a_test() -> None:
    status = f".//{{{COM}}}informationStatus"
    assert published(TOLD).findtext(status) == "real"
    assert published(TOLD, test=True).findtext(status) == "test"


def test_without_a_measurement_the_publication_says_none() -> None:
    assert names(published([]))[-1] == f"{{{ROA}}}headerInformation"
