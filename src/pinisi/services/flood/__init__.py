"""Flood: what citizens report, what the disaster agency says of each neighbourhood, what the weather brings."""

from pinisi.runtime.manifest import Service
from pinisi.services.flood.bmkg_warnings import TEXTS, WARNINGS
from pinisi.services.flood.earthquakes import EARTHQUAKES
from pinisi.services.flood.reactions import FLOODED, OVER
from pinisi.services.flood.recorded import STREAMS
from pinisi.services.flood.views import VIEWS

SERVICE = Service(
    name="flood",
    title=TEXTS["title"],
    types=("Alert", "Earthquake", "FloodArea", "FloodEstimate", "FloodReport"),
    sources=(WARNINGS, EARTHQUAKES),
    streams=STREAMS,
    views=VIEWS,
    reactions=(FLOODED, OVER),
)
