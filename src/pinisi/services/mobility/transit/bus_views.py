"""The page of buses."""

from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Page

TEXTS = texts_of("pinisi.services.mobility")
BUSES = Page(id="buses", title=TEXTS["buses-page"], component="mobility-buses", needs=("GtfsRoute", "Vehicle"))
BUS_VIEWS = (BUSES,)
