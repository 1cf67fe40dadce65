"""What is asked and answered about surveys over HTTP, and what of it cannot be: field and reason in three languages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pinisi.city.entry import Fault
from pinisi.city.row_entity import slug
from pinisi.city.text import fill
from pinisi.runtime.strings import texts_of
from pinisi.services.mobility.counting.stretches import SLOT
from pinisi.services.mobility.engine.capacity.approach import Turn, VehicleClass
from pinisi.services.mobility.models.surveys import Survey, SurveyApproach, instant_of
from pinisi.vocabulary.instant import DAY, MINUTE, Instant

TEXTS = texts_of("pinisi.services.mobility")
MOST_APPROACHES = 8
LONGEST_SURVEY = timedelta(days=31)
MOST_TAPS = 2_000
"""Of one class and turn in five minutes."""
CLOCK_APART = 2 * MINUTE
"""How far a phone's clock may go ahead of the house's."""
KEPT_WAITING = 14 * DAY
"""How long after its survey a stretch that waited on a phone is still taken."""
_KEY = re.compile(r"[A-Za-z0-9-]{8,64}")
_PLACE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
Name = Annotated[str, Meta(min_length=1, max_length=60)]


class SurveyWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be counted where; moments with their offset from UTC (RFC 3339)."""

    name: Annotated[str, Meta(min_length=1, max_length=120)]
    junction: Name
    approaches: Annotated[tuple[SurveyApproach, ...], Meta(min_length=1, max_length=MOST_APPROACHES)]
    minutes: Literal[5, 15] = 15
    since: Annotated[datetime, Meta(tz=True)]
    until: Annotated[datetime, Meta(tz=True)]


class StretchWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one phone counted of an approach without a pause. `key` is made anew for each, and the same when it is sent
    again. `turns` and `classes` were watched; what is not in `taps` did not come.
    """

    key: str
    approach: str
    since: Annotated[datetime, Meta(tz=True)]
    until: Annotated[datetime, Meta(tz=True)]
    turns: Annotated[tuple[Turn, ...], Meta(min_length=1, max_length=4)]
    classes: Annotated[tuple[VehicleClass, ...], Meta(min_length=1, max_length=4)]
    taps: dict[Turn, dict[VehicleClass, Annotated[int, Meta(ge=0, le=MOST_TAPS)]]] = {}


class Beside(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Another phone was heard first for this turn and class: this count is kept as a check, and not added."""

    turn: Turn
    kind: VehicleClass


class StretchAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`repeated`: it was kept before."""

    key: str
    repeated: bool
    beside: tuple[Beside, ...] = ()


class Watched(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which turns and classes of an approach some phone counted in the last minutes, and until when."""

    approach: str
    turns: tuple[str, ...]
    classes: tuple[str, ...]
    until: str


class KnownJunction(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A junction of the city; `place`: longitude and latitude, None where nobody has measured it."""

    id: str
    name: str
    place: tuple[float, float] | None = None


class OpenSurvey(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`place`: where the junction lies, so that a phone can say which is nearest; None where nobody has measured it."""

    key: str
    name: str
    junction: str
    minutes: int
    since: str
    until: str
    approaches: tuple[SurveyApproach, ...]
    watched: tuple[Watched, ...] = ()
    place: tuple[float, float] | None = None


class Surveys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`now` is the time of the house, by which the phone sets its clock; `name` is the one that signed in. `junctions`:
    those of the city, for who plans a survey.
    """

    now: str
    name: str
    surveys: tuple[OpenSurvey, ...]
    junctions: tuple[KnownJunction, ...] = ()


def survey_faults(key: str, wish: SurveyWish) -> Iterator[Fault]:
    if _PLACE.fullmatch(key) is None:
        yield _fault("key", "survey-key", key)
    if not slug(wish.junction):
        yield _fault("junction", "survey-word", wish.junction)
    slugs = [slug(each.name) for each in wish.approaches]
    for number, (approach, name) in enumerate(zip(wish.approaches, slugs, strict=True)):
        field = f"approaches[{number}]"
        if not name or len(approach.name) > 60 or slugs.count(name) > 1:
            yield _fault(f"{field}.name", "survey-approach", approach.name)
        if not approach.turns or any(len(leads) > 60 for leads in approach.turns.values()):
            yield _fault(f"{field}.turns", "survey-turns", approach.name)
    if not timedelta() < wish.until - wish.since <= LONGEST_SURVEY:
        yield _fault("until", "survey-until", wish.until.isoformat())


def stretch_faults(wish: StretchWish, survey: Survey, now: Instant) -> Iterator[Fault]:
    """What of a stretch cannot be, in this survey and at this time."""
    if _KEY.fullmatch(wish.key) is None:
        yield _fault("key", "stretch-key", wish.key)
    yield from _place_faults(wish, survey)
    since, until = instant_of(wish.since), instant_of(wish.until)
    if not since < until or since // SLOT != (until - 1) // SLOT:
        yield _fault("until", "stretch-until", wish.until.isoformat())
    if until > now + CLOCK_APART:
        yield _fault("until", "stretch-ahead", wish.until.isoformat())
    if until <= instant_of(survey.since) or since >= instant_of(survey.until):
        yield _fault("since", "stretch-outside", wish.since.isoformat())
    if now > instant_of(survey.until) + KEPT_WAITING:
        yield _fault("since", "stretch-too-late", wish.since.isoformat())


def _place_faults(wish: StretchWish, survey: Survey) -> Iterator[Fault]:
    approach = survey.approach(wish.approach)
    if approach is None:
        yield _fault("approach", "stretch-approach", wish.approach)
        return
    if len(set(wish.turns)) < len(wish.turns) or not set(wish.turns) <= approach.turns.keys():
        yield _fault("turns", "stretch-turns", ", ".join(wish.turns))
    if len(set(wish.classes)) < len(wish.classes):
        yield _fault("classes", "stretch-classes", ", ".join(wish.classes))
    if any(_strange(counted, wish.classes) for counted in wish.taps.values()) or not wish.taps.keys() <= {*wish.turns}:
        yield _fault("taps", "stretch-taps", ", ".join(wish.taps))


def _strange(counted: Mapping[VehicleClass, int], classes: Sequence[VehicleClass]) -> bool:
    return not counted.keys() <= {*classes}


def _fault(field: str, key: str, said: str) -> Fault:
    return Fault(field, fill(TEXTS[key], said=said[:80]))
