"""How the city sees movement: layers, tiles, panels."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.view import Panel, Tile, columns
from pinisi.services.mobility.gtfs_source import TEXTS

STOPS = Layer(
    id="transit-stops",
    title=TEXTS["stops"],
    type="GtfsStop",
    shape="circle",
    hue=2,
    visible=False,
    labels="zoom",
    min_zoom=13,
    columns=columns("servedBy", "routeCount", "code", routeCount=TEXTS["routes-unit"]),
)
"""Hidden until somebody shows it: a large city has thousands."""
ROUTES = Layer(
    id="transit-routes",
    title=TEXTS["routes"],
    type="GtfsRoute",
    shape="diamond",
    hue=2,
    drawing="line",
    visible=False,
    labels="zoom",
    columns=columns("shortName", "routeType", "operatedBy"),
)
STOP_COUNT = Tile(
    id="transit-stop-count",
    title=TEXTS["stop-count"],
    note=TEXTS["stop-count-note"],
    formula=Formula(kind="count", select=Selection(type="GtfsStop")),
)
STOP = Panel(type="GtfsStop", title=TEXTS["stop"], attributes=("servedBy", "routeCount", "code"))
ROUTE = Panel(type="GtfsRoute", title=TEXTS["route"], attributes=("shortName", "routeType", "operatedBy", "routeColor"))
TIMETABLE = Panel(
    type="Timetable",
    title=TEXTS["timetable"],
    attributes=("validFrom", "validTo", "approximateTimes", "lineCount", "stopCount", "tripCount"),
)
VIEWS = (STOPS, ROUTES, STOP_COUNT, STOP, ROUTE, TIMETABLE)
