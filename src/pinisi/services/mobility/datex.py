"""What detectors at signals told last, as a DATEX II measured data publication (version 3.5, roadTrafficData).

Speeds (`TrafficSpeed`) and occupancies (`TrafficConcentration`) alone: a flow is vehicles an hour, and the interval of
a count is not told with it, so that none is made up. Nothing is published of a detector that is not heard.
"""

from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

import msgspec

from pinisi.vocabulary.instant import Instant, format_instant

D2, COM, ROA = (f"http://datex2.eu/schema/3/{name}" for name in ("d2Payload", "common", "roadTrafficData"))
XSI = "http://www.w3.org/2001/XMLSchema-instance"
for prefix, uri in (("d2", D2), ("com", COM), ("roa", ROA), ("xsi", XSI)):
    register_namespace(prefix, uri)
FRESH_S = 300
"""What was measured longer ago is no state of now."""


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The last word of one detector: its entity's id, when, km/h and per cent; None is not measured."""

    detector: str
    at: Instant
    speed: float | None = None
    occupancy: float | None = None


class Publisher(msgspec.Struct, frozen=True):
    """Two letters of the country (ISO 3166), and who publishes."""

    country: str
    identifier: str


def measured_data(found: Sequence[Measured], publisher: Publisher, now: Instant, lang: str, test: bool) -> bytes:
    """`test`: some of it is simulated. Of nothing it is a publication without measurements, which the schema does not
    foresee: it wants one at least.
    """
    root = Element(f"{{{D2}}}payload", {f"{{{XSI}}}type": "roa:MeasuredDataPublication", "lang": lang})
    root.set("modelBaseVersion", "3")
    SubElement(root, f"{{{COM}}}publicationTime").text = format_instant(now)
    creator = SubElement(root, f"{{{COM}}}publicationCreator")
    SubElement(creator, f"{{{COM}}}country").text = publisher.country.upper()
    SubElement(creator, f"{{{COM}}}nationalIdentifier").text = publisher.identifier
    reference = {"targetClass": "roa:MeasurementSiteTable", "id": f"{publisher.identifier}-detectors", "version": "1"}
    SubElement(root, f"{{{ROA}}}measurementSiteTableReference", reference)
    header = SubElement(root, f"{{{ROA}}}headerInformation")
    SubElement(header, f"{{{COM}}}informationStatus").text = "test" if test else "real"
    for each in found:
        root.append(_site(each))
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode").encode()


def _site(measured: Measured) -> Element:
    site = Element(f"{{{ROA}}}siteMeasurements")
    reference = {"targetClass": "roa:MeasurementSite", "id": measured.detector, "version": "1"}
    SubElement(site, f"{{{ROA}}}measurementSiteReference", reference)
    for index, data in enumerate(_data(measured)):
        indexed = SubElement(site, f"{{{ROA}}}physicalQuantity", {"index": str(index)})
        quantity = SubElement(indexed, f"{{{ROA}}}physicalQuantity", {f"{{{XSI}}}type": "roa:SinglePhysicalQuantity"})
        quantity.append(data)
    time = SubElement(site, f"{{{ROA}}}measurementTimeDefault")
    SubElement(time, f"{{{ROA}}}timeValue").text = format_instant(measured.at)
    return site


def _data(measured: Measured) -> Iterator[Element]:
    values = (
        (measured.speed, "TrafficSpeed", "averageVehicleSpeed", "speed"),
        (measured.occupancy, "TrafficConcentration", "occupancy", "percentage"),
    )
    for value, kind, name, part in values:
        if value is not None:
            data = Element(f"{{{ROA}}}basicData", {f"{{{XSI}}}type": f"roa:{kind}"})
            holder = SubElement(data, f"{{{ROA}}}{name}")
            SubElement(holder, f"{{{COM}}}{part}").text = f"{value:g}"
            yield data
