"""The pages of buses and of corridors."""

from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Page, Panel

TEXTS = texts_of("pinisi.services.mobility")
BUSES = Page(id="buses", title=TEXTS["buses-page"], component="mobility-buses")
CORRIDORS = Page(
    id="corridors", title=TEXTS["corridors-page"], component="mobility-corridors", permission="context.write"
)
CORRIDOR = Panel(type="BusCorridor", title=TEXTS["corridor"], attributes=("corridorCode", "corridorFeed", "stopCount"))
BUS_VIEWS = (BUSES, CORRIDORS, CORRIDOR)
