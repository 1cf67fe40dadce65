"""A warning while it is worded: judged, shown as everybody would see it, and the texts that the city keeps ready."""

import asyncio
from collections.abc import Sequence
from typing import Any

import shapely
import structlog
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from pinisi.city.profile import Profile
from pinisi.city.text import LANGUAGES
from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call, Reply, Route, json_reply
from pinisi.console.warning_bodies import WarningWish, draft_of
from pinisi.console.warning_endpoints import PATH, is_replayed, place_of
from pinisi.console.warning_page import STYLE, Clock, article
from pinisi.incidents.cap.drawing import NoGround
from pinisi.incidents.requirements import ActDoesNotFit
from pinisi.incidents.warnings.proof import Proof
from pinisi.incidents.warnings.templates import BadTemplates, Templates, templates_of
from pinisi.vocabulary.instant import format_instant

_log = structlog.get_logger("pinisi.warnings")


async def check_draft(house: House, call: Call) -> Reply:
    """All that would keep it from going out, and how everybody would see it. Nothing is kept."""
    wish, now = call.decode(WarningWish), house.town(call.tenant).now()
    draft = draft_of(wish, await place_of(house, call, wish.incident), exercise=is_replayed(house, call.tenant))
    kind = "Update" if wish.about else "Alert"
    try:
        proof = await house.warnings.proof(call.tenant, draft, kind, wish.about, now)
    except NoGround as error:
        raise BadRequest("areas", str(error)) from None
    touched = [] if draft.polygon is None else await asyncio.to_thread(_touched, house.town(call.tenant).profile, proof)
    return json_reply({**_proof_json(house, call, proof), "touched": touched})


async def preview_warning(house: House, call: Call) -> Reply:
    """A draft as it would go out now; a released message as it went out."""
    now, warning = house.town(call.tenant).now(), await house.warnings.warning(call.tenant, call.params["id"])
    try:
        proof = await house.warnings.proof_of_kept(call.tenant, warning, now)
    except NoGround as error:
        raise ActDoesNotFit(f"the city's areas have changed since: {error}") from None
    return json_reply(_proof_json(house, call, proof))


async def list_templates(house: House, call: Call) -> Reply:
    """The texts that the city keeps ready; where its file has a fault the defaults, and the fault."""
    folder = house.town(call.tenant).profile.folder
    try:
        read, fault = await asyncio.to_thread(templates_of, folder), ""
    except BadTemplates as error:
        read, fault = await asyncio.to_thread(templates_of, folder / "none"), str(error)
        _log.warning("the texts of the city's warnings cannot be used", fault=fault)
    return json_reply(_templates_json(read, fault))


def _templates_json(read: Templates, fault: str) -> dict[str, Any]:
    listed = [
        {
            "code": each.code,
            "incidents": each.incidents,
            "category": each.category,
            "urgency": each.urgency,
            "severity": each.severity,
            "certainty": each.certainty,
            "responses": each.responses,
            "hours": each.hours,
            "words": {language: said for language in LANGUAGES if (said := getattr(each, language)) is not None},
        }
        for each in read.templates
    ]
    return {"contact": read.contact, "own": read.own, "fault": fault or None, "templates": listed}


def _proof_json(house: House, call: Call, proof: Proof) -> dict[str, Any]:
    town = house.town(call.tenant)
    clock = Clock(town.profile.zone, town.profile.city.time_zone_name)
    outlook = house.warnings.outlook(town.now())
    return {
        "fit": proof.fit,
        "faults": proof.faults,
        "pages": {
            info.language: article(proof.alert, info.language, clock)  # pyright: ignore[reportArgumentType]
            for info in proof.alert.infos
        },
        "style": STYLE,
        "ground": proof.ground,
        "places": [area.description for info in proof.alert.infos[:1] for area in info.areas],
        "signing": {
            "state": outlook.state,
            "name": outlook.name or None,
            "until": format_instant(outlook.good_until) if outlook.good_until else None,
            "detail": outlook.detail or None,
        },
    }


def _touched(profile: Profile, proof: Proof) -> list[dict[str, str]]:
    """All kelurahan that the ground reaches, those first of which it covers most."""
    if proof.ground is None:
        return []
    ground = shapely.make_valid(shape(proof.ground))
    found = [(_share(ground, area.geojson), area) for area in profile.areas if area.level == "kelurahan"]
    reached: Sequence[Any] = sorted((each for each in found if each[0] > 0), key=lambda each: -each[0])
    return [{"code": area.code, "name": area.name} for _, area in reached]


def _share(ground: BaseGeometry, geojson: dict[str, Any]) -> float:
    area = shapely.make_valid(shape(geojson))
    return area.intersection(ground).area if area.intersects(ground) else 0.0


WARNING_PROOF_ROUTES: tuple[Route, ...] = (
    Route(
        method="POST",
        path=PATH + "/check",
        permission="warnings.draft",
        endpoint=check_draft,
        summary="Judge a warning while it is worded, and show it as everybody would see it; keeps nothing",
        body="WarningWish",
        answers=(200, 400, 404),
    ),
    Route(
        method="GET",
        path=PATH + "/templates",
        permission="warnings.draft",
        endpoint=list_templates,
        summary="The texts that the city keeps ready for warnings",
        answers=(200,),
    ),
    Route(
        method="GET",
        path=PATH + "/{id}/preview",
        permission="incidents.read",
        endpoint=preview_warning,
        summary="A warning as everybody would see it, with what the judge says of it",
        answers=(200, 404, 409),
    ),
)
