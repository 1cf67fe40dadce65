"""How the city sees its signals: the page of a junction as it runs, and what stands first among its facts."""

from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Page, Panel
from pinisi.services.mobility.models.signals import JUNCTION

TEXTS = texts_of("pinisi.services.mobility")
JUNCTION_PAGE = Page(
    id="junction",
    title=TEXTS["junction-page"],
    component="mobility-junction",
    type=JUNCTION,
    permission="context.read",
)
JUNCTION_PANEL = Panel(
    type=JUNCTION,
    title=TEXTS["junction-facts"],
    attributes=(
        "signalControl",
        "signalMode",
        "fallbackReason",
        "timePlan",
        "currentStage",
        "wantedStage",
        "queuedVehicles",
        "refController",
        "controlAllowed",
        "shadowVerdict",
        "roadOwner",
        "cameraCount",
        "allRedTime",
    ),
)
JUNCTION_VIEWS = (JUNCTION_PAGE, JUNCTION_PANEL)
