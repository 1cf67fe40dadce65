"""How the city sees its traffic light controllers: a layer, and the page of one."""

from pinisi.city.profile import Layer
from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Panel, columns
from pinisi.services.mobility.words import WORDS

TEXTS = texts_of("pinisi.services.mobility")
CONTROLLER_LAYER = Layer(
    id="signal-controllers",
    title=TEXTS["controllers"],
    type="SignalController",
    shape="square",
    hue=4,
    columns=columns(
        "alive", "controlMode", "timePlan", "alarmCount", "meanTimeBetweenFailures", "lastHeard", words=WORDS
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
        "linkFailures",
        "meanTimeBetweenFailures",
        "clockAhead",
        "protocolVersion",
    ),
)
CONTROLLER_VIEWS = (CONTROLLER_LAYER, CONTROLLER_PANEL)
