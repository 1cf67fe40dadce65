"""How the city sees its traffic light controllers: a layer, and the page of one."""

from pinisi.city.facts import Selection
from pinisi.city.formula import Formula
from pinisi.city.profile import Layer
from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Panel, Tile, columns
from pinisi.services.mobility.words import WORDS

TEXTS = texts_of("pinisi.services.mobility")
CONTROLLER_LAYER = Layer(
    id="signal-controllers",
    title=TEXTS["controllers"],
    type="SignalController",
    shape="square",
    hue=4,
    columns=columns(
        "alive",
        "silentFor",
        "controlMode",
        "timePlan",
        "alarmCount",
        "openWorkOrders",
        "meanTimeBetweenFailuresLately",
        "lastHeard",
        words=WORDS,
    ),
)
CONTROLLER_PANEL = Panel(
    type="SignalController",
    title=TEXTS["controllers"],
    attributes=(
        "alive",
        "linkFault",
        "lastHeard",
        "controlMode",
        "timePlan",
        "timePlanSource",
        "signalGroupStatus",
        "alarmCount",
        "openWorkOrders",
        "silentFor",
        "failuresLately",
        "meanTimeBetweenFailuresLately",
        "latelyDays",
        "linkFailures",
        "meanTimeBetweenFailures",
        "clockAhead",
        "protocolVersion",
    ),
)
CONTROLLERS_SILENT = Tile(
    id="signal-controllers-silent",
    title=TEXTS["controllers-silent"],
    note=TEXTS["controllers-silent-note"],
    formula=Formula(kind="count", select=Selection(type="SignalController"), attribute="silentFor", above=0),
)
CONTROLLER_VIEWS = (CONTROLLER_LAYER, CONTROLLER_PANEL, CONTROLLERS_SILENT)
