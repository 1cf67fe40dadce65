"""Mobility: signals, congestion, roads, buses."""

from pinisi.runtime.manifest import Service
from pinisi.runtime.strings import texts_of

TEXTS = texts_of("pinisi.services.mobility")
SERVICE = Service(name="mobility", title=TEXTS["title"])
