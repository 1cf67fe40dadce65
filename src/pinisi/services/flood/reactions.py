"""What runs by itself: which kelurahan are probably under water, by what citizens and callers report.

Reports are `FloodReport`s, and incidents of the category `flood` that a call or a citizen has begun. An incident that
was raised of a `FloodReport` is that report, and no second one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.text import LANGUAGES, Text, fill
from pinisi.runtime.known import Document, Inputs, Known
from pinisi.runtime.reaction import Others, Reaction, Wake, Writes
from pinisi.runtime.strings import texts_of
from pinisi.runtime.told import told, told_place, told_relation, told_time
from pinisi.services.flood.engine.village import PRECISION, RECALL, Estimate, Heard, estimate
from pinisi.services.flood.models import ESTIMATE, REPORT, estimate_id
from pinisi.vocabulary.instant import Instant, NotAnInstant, format_instant, parse_instant

TEXTS = texts_of("pinisi.services.flood")
INCIDENT, AREA = "Incident", "AdministrativeArea"
FLOOD = "flood"
"""The category of a city's operations.toml that means water where it should not be."""
SAID = frozenset({"call", "citizen-report"})
MOST_REPORTS, MOST_INCIDENTS = 2_000, 1_000
"""The newest that are looked at."""
TOUCHING_M = 1.0
BEAT_S = 600.0


def react_flooded(inputs: Inputs) -> Sequence[Document]:
    """What is known of the kelurahan that a report lies in (where boundaries overlap, of each)."""
    here = heard_of(inputs.subject)
    villages = [] if here is None else list(_villages(inputs.others(AREA), here))
    if here is None or not villages:
        return []
    known = {each.id: each for each in (inputs.subject, *inputs.others(REPORT), *inputs.others(INCIDENT))}
    heard = [found for each in known.values() if (found := heard_of(each)) is not None]
    estimates = [(area, estimate(heard, ground, inputs.now)) for area, ground in villages]
    counted = {here.id} | {each.id for _, made in estimates if made for each in made.reports}
    for each in known.values():
        if each.id not in counted:
            each.read.clear()
    return [_document(area, made, inputs.now) for area, made in estimates if made]


def heard_of(known: Known) -> Heard | None:
    """The report that an entity is; None where it is none, or nobody said where."""
    point = known.point
    if point is None:
        return None
    if known.text("category") is not None or known.value("raisedAt") is not None:
        return _incident(known, point)
    said = known.said("location")
    return None if said is None else Heard(known.id, *point, said.observed)


def _incident(known: Known, point: tuple[float, float]) -> Heard | None:
    if known.text("category") != FLOOD or known.text("channel") not in SAID:
        return None
    if any(f":{REPORT}:" in id for id in known.related("subject")):
        return None
    try:
        return Heard(known.id, *point, parse_instant(known.text("raisedAt") or ""))
    except NotAnInstant:
        return None


def _villages(areas: Iterable[Known], here: Heard) -> Iterator[tuple[Known, BaseGeometry]]:
    """The kelurahan that a place lies in, with their ground."""
    for area in areas:
        place = area.value("location") if area.text("level") == "kelurahan" else None
        if isinstance(place, Mapping):
            ground = shape(cast("dict[str, Any]", place))
            if ground.is_valid and shapely.contains_xy(ground, here.lon, here.lat):
                yield area, ground


def _document(area: Known, made: Estimate, now: Instant) -> Document:
    at = format_instant(now)
    numbers = {"count": len(made.reports), "chance": round(100 * made.probability)}
    words = fill(TEXTS["flooded-probably" if made.flooded else "flooded-possibly"], **numbers)
    return {
        "id": estimate_id(area.id),
        "type": ESTIMATE,
        "name": told(area.text("name") or area.id.rpartition(":")[2], at),
        "location": told_place(area.value("location"), at),
        "refArea": told_relation(area.id, at),
        "floodJudgement": told("probably" if made.flooded else "possibly", at),
        "floodChance": told(numbers["chance"], at, "P1"),
        "estimatedFrom": _words(words, at),
        "reportCount": told(len(made.reports), at),
        "reports": told([each.id for each in made.reports], at),
        "reportsOfCity": told(made.city, at),
        "measuredPrecision": told(round(100 * PRECISION), at, "P1"),
        "measuredRecall": told(round(100 * RECALL), at, "P1"),
        "measuredOn": _words(TEXTS["flooded-measured-on"], at),
        "validFrom": told_time(made.reports[0].at, at),
        "validTo": told_time(made.until, at),
    }


def react_over(inputs: Inputs) -> Sequence[Document]:
    """An estimate whose newest report is too old says so."""
    known = inputs.subject
    if known.text("floodJudgement") in (None, "over") or _until(known) > inputs.now:
        return []
    at = format_instant(inputs.now)
    said = {"floodJudgement": told("over", at), "estimatedFrom": _words(TEXTS["flooded-over"], at)}
    return [{"id": known.id, "type": ESTIMATE, **said}]


def _until(known: Known) -> Instant:
    try:
        return parse_instant(known.text("validTo") or "")
    except NotAnInstant:
        return 0


def _words(text: Text, at: str) -> dict[str, Any]:
    words = {language: getattr(text, language) for language in LANGUAGES}
    return {"type": "LanguageProperty", "languageMap": words, "observedAt": at}


ATTRIBUTES = (
    "name",
    "location",
    "refArea",
    "floodJudgement",
    "floodChance",
    "estimatedFrom",
    "reportCount",
    "reports",
    "reportsOfCity",
    "measuredPrecision",
    "measuredRecall",
    "measuredOn",
    "validFrom",
    "validTo",
)
FLOODED = Reaction(
    name="flooded",
    title=TEXTS["flooded"],
    rule=TEXTS["flooded-rule"],
    react=react_flooded,
    wakes=(
        Wake(type=REPORT, attributes=("location",)),
        Wake(type=INCIDENT, attributes=("category", "location"), where={"category": FLOOD}),
    ),
    inputs=(
        Others(type=AREA, near=TOUCHING_M),
        Others(type=REPORT, most=MOST_REPORTS, newest=True),
        Others(type=INCIDENT, most=MOST_INCIDENTS, newest=True, where={"category": FLOOD}),
    ),
    writes=(Writes(type=ESTIMATE, attributes=ATTRIBUTES),),
    limit=5.0,
)
OVER = Reaction(
    name="flooded-over",
    title=TEXTS["flooded-ends"],
    rule=TEXTS["flooded-over-rule"],
    react=react_over,
    wakes=(Wake(type=ESTIMATE, on_change=False),),
    writes=(Writes(type=ESTIMATE, attributes=("floodJudgement", "estimatedFrom")),),
    every=BEAT_S,
)
