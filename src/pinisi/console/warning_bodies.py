"""What a client says when he drafts a warning or does something with it."""

from typing import Any, Literal

import msgspec

from pinisi.city.text import Language
from pinisi.console.http import BadRequest
from pinisi.incidents.cap.compose import Wording
from pinisi.incidents.cap.geometry import MOST_KM
from pinisi.incidents.cap.model import Category, Certainty, ResponseType, Severity, Urgency
from pinisi.incidents.warnings.warning import Draft
from pinisi.vocabulary.instant import Instant, NotAnInstant, parse_instant

MOST_TEXT = 4_000


class WarningWish(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """A warning to be drafted. Where: `areas` (codes), `polygon` (GeoJSON), or `incident` with `radiusKm`.

    Times are UTC (RFC 3339). `about` with `kind` Update: the warning that it takes the place of.
    """

    words: dict[Language, Wording]
    category: Category
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    expires: str
    onset: str = ""
    responses: tuple[ResponseType, ...] = ()
    areas: tuple[str, ...] = ()
    polygon: dict[str, Any] | None = None
    place: str = ""
    incident: str = ""
    radius_km: float = 1.0
    web: str = ""
    contact: str = ""
    exercise: bool = False
    about: str = ""


class WarningAct(msgspec.Struct, forbid_unknown_fields=True):
    """`release` (`alone`: why without a second person), `withdraw`, or `cancel`, which drafts a cancel (`reason`)."""

    act: Literal["release", "withdraw", "cancel"]
    reason: str = ""
    alone: str = ""


class WarningReview(msgspec.Struct, forbid_unknown_fields=True):
    """What whoever reviews a release without a second person has to say of it; may be empty."""

    remark: str = ""


def draft_of(wish: WarningWish, place: dict[str, Any] | None, *, exercise: bool) -> Draft:
    """`place` is that of the incident that it is about.

    Raises:
        BadRequest: a time, a radius or the length of a text cannot be taken.
    """
    if not 0 < wish.radius_km <= MOST_KM:
        raise BadRequest("radiusKm", f"more than 0, at most {MOST_KM}")
    for language, wording in wish.words.items():
        for name, text in msgspec.to_builtins(wording).items():
            if len(text) > MOST_TEXT:
                raise BadRequest(f"words.{language}.{name}", f"at most {MOST_TEXT} characters")
    return Draft(
        words=wish.words,
        category=wish.category,
        urgency=wish.urgency,
        severity=wish.severity,
        certainty=wish.certainty,
        expires=_moment("expires", wish.expires),
        onset=_moment("onset", wish.onset) if wish.onset else None,
        responses=wish.responses,
        areas=wish.areas,
        polygon=wish.polygon or place,
        place=wish.place,
        incident=wish.incident,
        radius_km=wish.radius_km,
        web=wish.web,
        contact=wish.contact,
        exercise=wish.exercise or exercise,
    )


def _moment(field: str, text: str) -> Instant:
    try:
        return parse_instant(text)
    except NotAnInstant as error:
        raise BadRequest(field, str(error)) from None
