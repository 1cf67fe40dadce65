"""Pages of counting and planning: where a department leads its surveys, and the sheet of a study."""

from pinisi.runtime.strings import texts_of
from pinisi.runtime.view import Page, Panel

TEXTS = texts_of("pinisi.services.mobility")
COUNTING = Page(
    id="junction-counting", title=TEXTS["surveys-page"], component="mobility-counting", permission="surveys.lead"
)
STUDY_SHEETS = Page(
    id="study-sheets", title=TEXTS["plan-sheet"], component="mobility-study-sheet", type="JunctionStudy"
)
STUDY = Panel(
    type="JunctionStudy",
    title=TEXTS["plan"],
    attributes=(
        "verdict",
        "saturationDegree",
        "meanDelay",
        "levelOfService",
        "cycleTime",
        "lostTime",
        "flowRatio",
        "peakFrom",
        "saturationDegreeBefore",
        "meanDelayBefore",
        "levelOfServiceBefore",
    ),
)
COUNTING_VIEWS = (COUNTING, STUDY_SHEETS, STUDY)
