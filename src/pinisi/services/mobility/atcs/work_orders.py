"""How much work on a controller is open: the incidents of this house that are about it."""

from collections.abc import Sequence

from pinisi.runtime.known import Document, Inputs
from pinisi.runtime.reaction import Others, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_json
from pinisi.services.mobility.models.controllers import CONTROLLER
from pinisi.vocabulary.instant import format_instant

TEXTS = texts_of("pinisi.services.mobility")
INCIDENT, CLOSED = "Incident", "closed"


def react(inputs: Inputs) -> Sequence[Document]:
    """Nothing of a subject that is no controller."""
    if not inputs.subject.is_a(CONTROLLER):
        return []
    at = format_instant(inputs.now)
    about = [each for each in inputs.others(INCIDENT) if each.text("state") not in (None, "", CLOSED)]
    orders = [{"incident": each.id, "state": each.text("state")} for each in sorted(about, key=lambda each: each.id)]
    return [
        {
            "id": inputs.subject.id,
            "type": CONTROLLER,
            "openWorkOrders": told(len(orders), at, "C62"),
            "workOrders": told_json(orders, at),
        }
    ]


WORK_ORDERS = Reaction(
    name="controller-work",
    title=TEXTS["work-orders"],
    rule=TEXTS["work-orders-rule"],
    react=react,
    wakes=(Wake(type=INCIDENT, attributes=("state",), subject="subject"),),
    inputs=(Others(type=INCIDENT, linked="subject", most=200, newest=True),),
    writes=(Writes(type=CONTROLLER, attributes=("openWorkOrders", "workOrders")),),
    settle=0.2,
    method="reported",
)
