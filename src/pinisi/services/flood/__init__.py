"""Flood: what citizens report, what the disaster agency says of each neighbourhood, what the weather brings."""

from pinisi.city.text import Text
from pinisi.runtime.manifest import Service
from pinisi.services.flood.recorded import STREAMS

SERVICE = Service(
    name="flood",
    title=Text("Banjir", "Floods", "浸水"),
    types=("FloodArea", "FloodReport"),
    streams=STREAMS,
)
