"""Surveys over HTTP: the department plans them, phones ask which are open and send what was counted."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from pinisi.city.entry import Fault
from pinisi.city.row_entity import slug
from pinisi.city.text import fill
from pinisi.runtime.endpoint import Endpoint
from pinisi.runtime.visit import NotThere, Unfit, Visit
from pinisi.services.mobility.counting.acting import as_surveyor
from pinisi.services.mobility.counting.count_desk import take
from pinisi.services.mobility.counting.known_junctions import known_junctions, places
from pinisi.services.mobility.counting.seen_entities import seen_entities
from pinisi.services.mobility.counting.survey_bodies import (
    TEXTS,
    OpenSurvey,
    StretchAnswer,
    StretchWish,
    Surveys,
    SurveyWish,
    Watched,
    stretch_faults,
    survey_faults,
)
from pinisi.services.mobility.models.surveys import (
    COUNT_SURVEY,
    Survey,
    instant_of,
    survey_entity,
    survey_id,
    survey_of,
)
from pinisi.vocabulary.instant import DAY, MINUTE, format_instant

SHOWN_BEFORE = DAY
"""How long before it begins a survey is shown on phones."""
LATELY = 10 * MINUTE


async def plan_survey(visit: Visit[SurveyWish, None]) -> OpenSurvey:
    """A survey is made, or changed: what was counted under it stays."""
    key, wish = visit.params["key"], visit.body
    others = [each for each in await _surveys(visit) if each.key != key]
    faults = [*survey_faults(key, wish), *_taken(wish, others)]
    if faults:
        raise Unfit(faults)
    survey = Survey(
        key=key,
        name=wish.name,
        junction=wish.junction,
        approaches=wish.approaches,
        minutes=wish.minutes,
        since=wish.since,
        until=wish.until,
    )
    await as_surveyor(visit).keep(facts=[survey_entity(survey, format_instant(visit.now))])
    return _shown(survey)


async def list_surveys(visit: Visit[None, None]) -> Surveys:
    """Every survey, the newest first."""
    found = sorted(await _surveys(visit), key=lambda survey: survey.since, reverse=True)
    told = _told(visit, [_shown(each) for each in found])
    return msgspec.structs.replace(told, junctions=tuple(await known_junctions(visit)))


async def open_surveys(visit: Visit[None, None]) -> Surveys:
    """What is to be counted today, and which approaches somebody counts already."""
    now = visit.now
    found = [
        each for each in await _surveys(visit) if instant_of(each.since) - SHOWN_BEFORE <= now < instant_of(each.until)
    ]
    found.sort(key=lambda survey: (survey.since, survey.name))
    known = places(await known_junctions(visit))
    shown = [_shown(each, await _watched(visit, each)) for each in found]
    return _told(visit, [msgspec.structs.replace(each, place=known.get(slug(each.junction))) for each in shown])


async def take_stretch(visit: Visit[StretchWish, None]) -> StretchAnswer:
    document = await as_surveyor(visit).entity(survey_id(visit.params["key"]))
    survey = None if document is None else survey_of(document)
    if survey is None:
        raise NotThere("there is no such survey")
    faults = list(stretch_faults(visit.body, survey, visit.now))
    if faults:
        raise Unfit(faults)
    return await take(visit, survey)


async def _surveys(visit: Visit[Any, Any]) -> list[Survey]:
    documents = await seen_entities(as_surveyor(visit), COUNT_SURVEY)
    return [survey for survey in map(survey_of, documents) if survey is not None]


def _taken(wish: SurveyWish, others: Sequence[Survey]) -> Iterator[Fault]:
    """Two surveys of one junction at once would write over each other."""
    for other in others:
        same = slug(other.junction) == slug(wish.junction)
        if same and other.since < wish.until and wish.since < other.until:
            yield Fault("junction", fill(TEXTS["survey-taken"], said=other.name[:80]))


async def _watched(visit: Visit[Any, Any], survey: Survey) -> tuple[Watched, ...]:
    asking = as_surveyor(visit)
    values = {"survey": survey.key, "since": visit.now - LATELY}
    names = {slug(each.name): each.name for each in survey.approaches}
    return tuple(
        Watched(
            approach=names.get(str(row["approach"]), str(row["approach"])),
            turns=tuple(str(row["turns"]).split(",")),
            classes=tuple(str(row["classes"]).split(",")),
            until=format_instant(int(str(row["until"]))),
        )
        for row in await asking.records.read("lately", values, asking.principal)
    )


def _told(visit: Visit[Any, Any], surveys: Sequence[OpenSurvey]) -> Surveys:
    return Surveys(now=format_instant(visit.now), name=visit.principal.name, surveys=tuple(surveys))


def _shown(survey: Survey, watched: tuple[Watched, ...] = ()) -> OpenSurvey:
    return OpenSurvey(
        key=survey.key,
        name=survey.name,
        junction=survey.junction,
        minutes=survey.minutes,
        since=format_instant(instant_of(survey.since)),
        until=format_instant(instant_of(survey.until)),
        approaches=survey.approaches,
        watched=watched,
    )


SURVEY_ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/surveys",
        title=TEXTS["surveys-list"],
        permission="surveys.lead",
        answer=Surveys,
        handle=list_surveys,
    ),
    Endpoint(
        method="PUT",
        path="/surveys/{key}",
        title=TEXTS["surveys-plan"],
        permission="surveys.lead",
        body=SurveyWish,
        answer=OpenSurvey,
        handle=plan_survey,
    ),
    Endpoint(
        method="GET",
        path="/counting/surveys",
        title=TEXTS["surveys-open"],
        permission="surveys.fill",
        answer=Surveys,
        handle=open_surveys,
    ),
    Endpoint(
        method="POST",
        path="/counting/surveys/{key}/stretches",
        title=TEXTS["surveys-stretch"],
        permission="surveys.fill",
        body=StretchWish,
        answer=StretchAnswer,
        handle=take_stretch,
    ),
)
