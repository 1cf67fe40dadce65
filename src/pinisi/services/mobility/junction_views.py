"""How the city sees its signals: the page of a junction as it runs, its first facts, and all junctions at once."""

from pinisi.city.profile import Layer
from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Page, Panel, columns
from pinisi.services.mobility.models.signals import JUNCTION
from pinisi.services.mobility.words import WORDS

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
JUNCTION_LAYER = Layer(
    id="junctions",
    title=TEXTS["junctions"],
    type="Junction",
    shape="diamond",
    hue=4,
    labels="zoom",
    columns=columns("signalControl", "fallbackReason", "queuedVehicles", "cameraCount", words=WORDS),
)
"""Its list has those of unknown place too."""
SIGNALS_PAGE = Page(
    id="signals",
    title=TEXTS["signals-page"],
    component="mobility-signals",
    needs=(JUNCTION,),
    permission="context.read",
)
ARTERIAL_LAYER = Layer(
    id="signal-arterials",
    title=TEXTS["arterials"],
    type="SignalArterial",
    shape="diamond",
    hue=4,
    drawing="line",
    labels="zoom",
    columns=columns("bandOut", "bandBack", "offsetsVerdict", words=WORDS),
)
ARTERIAL_PANEL = Panel(
    type="SignalArterial",
    title=TEXTS["arterial"],
    attributes=(
        "offsetsVerdict",
        "offsetsFault",
        "shadowGain",
        "meanDelayByPlan",
        "meanDelayByControl",
        "cycleTime",
        "bandOut",
        "bandBack",
        "bandOutWanted",
        "bandBackWanted",
        "arterialJunctions",
    ),
)
JUNCTION_VIEWS = (JUNCTION_LAYER, JUNCTION_PAGE, JUNCTION_PANEL, SIGNALS_PAGE, ARTERIAL_LAYER, ARTERIAL_PANEL)
