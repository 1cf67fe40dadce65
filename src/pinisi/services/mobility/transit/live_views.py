"""How the city sees what runs now: vehicles that move on the map, alerts, arrivals."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Panel, Tile, columns
from pinisi.services.mobility.words import WORDS

TEXTS = texts_of("pinisi.services.mobility")
VEHICLES = Layer(
    id="transit-vehicles",
    title=TEXTS["live-vehicles"],
    type="Vehicle",
    shape="circle",
    hue=2,
    labels="never",
    moving=True,
    columns=columns("lineName", "speed", "vehicleStanding", "tripState", words=WORDS),
)
VEHICLE_COUNT = Tile(
    id="transit-vehicle-count",
    title=TEXTS["live-count"],
    note=TEXTS["live-count-note"],
    now=False,
    formula=Formula(kind="count", select=Selection(type="Vehicle")),
)
VEHICLE = Panel(
    type="Vehicle",
    title=TEXTS["live-vehicle"],
    attributes=(
        "lineName",
        "refGtfsRoute",
        "tripId",
        "tripState",
        "refGtfsStop",
        "vehicleStanding",
        "speed",
        "bearing",
    ),
)
ARRIVAL = Panel(
    type="ArrivalEstimation",
    title=TEXTS["live-arrival"],
    attributes=("lineName", "refGtfsStop", "expectedArrival", "delay", "refGtfsRoute", "tripId"),
)
ALERT = Panel(
    type="TransitAlert",
    title=TEXTS["live-alerts"],
    attributes=("description", "affectedLines", "affectedStops", "alertCause", "alertEffect", "validFrom", "validTo"),
)
LIVE_VIEWS = (VEHICLES, VEHICLE_COUNT, VEHICLE, ARRIVAL, ALERT)
