"""A crossing of two streets with a crossing on foot: the junction of the tests, invented."""

from pinisi.services.mobility.engine.signals.group import SignalGroup
from pinisi.services.mobility.engine.signals.junction import Junction
from pinisi.services.mobility.engine.signals.matrix import ConflictMatrix, Intergreen
from pinisi.services.mobility.engine.signals.plan import PlannedStage, SignalPlan, Stage

NORTH = SignalGroup(id="north", minimum_green=8, amber=3, maximum_red=120)
SOUTH = SignalGroup(id="south", minimum_green=8, amber=3, maximum_red=120)
EAST = SignalGroup(id="east", minimum_green=6, amber=3, red_amber=1, maximum_red=120)
WALK = SignalGroup(id="walk", kind="pedestrian", minimum_green=5, maximum_red=120, pedestrian_clearance=9)
MATRIX = ConflictMatrix(
    tuple(
        Intergreen(clearing=clearing, entering=entering, seconds=seconds)
        for clearing, entering, seconds in (
            ("north", "east", 5),
            ("south", "east", 5),
            ("east", "north", 6),
            ("east", "south", 7),
            ("walk", "north", 10),
            ("walk", "south", 10),
            ("north", "walk", 5),
            ("south", "walk", 5),
        )
    )
)
MAIN = Stage(id="main", groups=("north", "south"))
SIDE = Stage(id="side", groups=("east", "walk"))
PLAN = SignalPlan(id="1", cycle=75, stages=(PlannedStage(stage="main", green=40), PlannedStage(stage="side", green=20)))
LONG = SignalPlan(
    id="2",
    cycle=95,
    offset=30,
    stages=(PlannedStage(stage="main", green=50), PlannedStage(stage="side", green=30)),
)
CROSSING = Junction(
    id="crossing", groups=(NORTH, SOUTH, EAST, WALK), matrix=MATRIX, stages=(MAIN, SIDE), plans=(PLAN, LONG), all_red=1
)
