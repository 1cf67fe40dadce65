"""Mobility: signals, congestion, roads, buses."""

from pinisi.runtime.manifest import Service
from pinisi.runtime.strings import texts_of, words_of
from pinisi.services.mobility import roads_brought
from pinisi.services.mobility.signal_controllers import CONTROLLERS

TEXTS = texts_of("pinisi.services.mobility")
SERVICE = Service(
    name="mobility",
    title=TEXTS["title"],
    types=(*roads_brought.TYPES, "Junction", "SignalController", "SignalGroup", "SignalPlan", "TrafficDetector"),
    passing=roads_brought.PASSING,
    sources=(*roads_brought.SOURCES, CONTROLLERS),
    reactions=roads_brought.REACTIONS,
    words=words_of("pinisi.services.mobility"),
)
