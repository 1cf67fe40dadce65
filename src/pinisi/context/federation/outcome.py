"""What comes of a write of which parts went different ways: done, done in part, or not at all (NGSI-LD 5.2.16, 5.2.18).

A problem is told with its status, type and words as the source told it, and with the registration it belongs to.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, cast

import msgspec

from pinisi.context.federation.answer import Answer
from pinisi.context.federation.plan import Leg
from pinisi.context.problems import NGSI_LD_ERRORS, PINISI_ERRORS, ProblemDetails

_PROBLEM_MOST = 64 * 1024
_TYPES = {
    400: "BadRequestData",
    403: "TooManyResults",
    404: "ResourceNotFound",
    409: "Conflict",
    422: "OperationNotSupported",
}
_STATUS = {"timeout": 504, "cooldown": 504, "unreachable": 504, "invalid": 502, "loop": 508}
"""The status of a write whose one source did not do it (6.3.17)."""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one part: `problem` None: it was done.

    `leg` None: the part that is done here. `attributes` are those that it was about (None: the entity as a whole);
    `left` are those that were not written, with the reason, although the part was done. `answered`: the HTTP
    status where the problem is what the source answered, not ours with it; 0: otherwise.
    """

    leg: Leg | None
    attributes: frozenset[str] | None = None
    problem: ProblemDetails | None = None
    left: tuple[tuple[str, str], ...] = ()
    created: bool = False
    answered: int = 0

    @property
    def source(self) -> str | None:
        return None if self.leg is None else self.leg.registration.id


def problem_of(answer: Answer) -> ProblemDetails | None:
    """The problem that an answer tells of; None if the source did what it was asked."""
    if answer.taken:
        return None
    if answer.fault:
        status = _STATUS.get(answer.fault, 502)
        title = HTTPStatus(status).phrase
        return ProblemDetails(PINISI_ERRORS + "Source" + title.replace(" ", ""), title, status, answer.reason)
    told = _told(answer.body)
    status = answer.status if 400 <= answer.status < 600 else 502
    kind = told.get("type")
    if not isinstance(kind, str):
        kind = NGSI_LD_ERRORS + _TYPES.get(status, "InternalError")
    title = told.get("title")
    detail = told.get("detail")
    return ProblemDetails(
        kind,
        title if isinstance(title, str) else _phrase(status),
        status,
        detail if isinstance(detail, str) else f"the source answered {answer.status}",
    )


def _told(body: bytes) -> dict[str, Any]:
    if not body or len(body) > _PROBLEM_MOST:
        return {}
    try:
        found = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return {}
    return cast(dict[str, Any], found) if isinstance(found, dict) else {}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def conflict(leg: Leg, operation: str) -> ProblemDetails:
    """A source that holds the data alone and does not offer the operation (5.6.1.4 and the like)."""
    detail = f"{leg.registration.id} holds this and does not offer {operation}"
    return ProblemDetails(NGSI_LD_ERRORS + "Conflict", "The request conflicts with the present state", 409, detail)


def left_by(answer: Answer, leg: Leg, expand: Callable[[str], str]) -> tuple[tuple[str, str], ...]:
    """Attributes that a source did not write although it answered 207: by its UpdateResult, else all it was sent.

    `expand` knows the terms that the source was spoken to in: it may name an attribute by its term, or by its IRI.
    """
    told = _told(answer.body)
    left = told.get("notUpdated")
    if isinstance(left, list):
        items = [cast(dict[str, Any], item) for item in cast(list[Any], left) if isinstance(item, dict)]
        return tuple((_iri(item.get("attributeName", ""), leg, expand), str(item.get("reason", ""))) for item in items)
    errors = told.get("errors")
    reason = "the source did a part of it only"
    if isinstance(errors, list) and errors:
        reason = f"{reason}: {_first_detail(cast(list[Any], errors))}"
    return tuple((name, reason) for name in sorted(leg.attributes or {""}))


def _iri(name: Any, leg: Leg, expand: Callable[[str], str]) -> str:
    text = str(name)
    return text if text in leg.attributes else expand(text)


def _first_detail(errors: list[Any]) -> str:
    first: Any = errors[0]
    error: Any = cast(dict[str, Any], first).get("error") if isinstance(first, dict) else None
    told = cast(dict[str, Any], error) if isinstance(error, dict) else {}
    return str(told.get("detail") or told.get("title") or "no reason given")[:200]


def batch_error(entity: str, problem: ProblemDetails, source: str | None) -> dict[str, Any]:
    """One BatchEntityError (5.2.17)."""
    told: dict[str, Any] = {"entityId": entity, "error": msgspec.to_builtins(problem)}
    return told if source is None else {**told, "registrationId": source}


def update_result(parts: Sequence[Done]) -> dict[str, Any]:
    """An UpdateResult over all parts (5.2.18): what one part did not write is named as not updated only."""
    left: list[dict[str, Any]] = []
    updated: list[str] = []
    for part in parts:
        names = sorted(part.attributes or ())
        if part.problem is not None:
            left += [_not_updated(name, part.problem.detail, part.source) for name in names]
            continue
        missed = dict(part.left)
        left += [_not_updated(name, reason, part.source) for name, reason in part.left]
        updated += [name for name in names if name not in missed]
    missing = frozenset(item["attributeName"] for item in left)
    return {"updated": [name for name in dict.fromkeys(updated) if name not in missing], "notUpdated": left}


def _not_updated(name: str, reason: str, source: str | None) -> dict[str, Any]:
    told = {"attributeName": name, "reason": reason}
    return told if source is None else {**told, "registrationId": source}


def whole_failure(parts: Sequence[Done]) -> ProblemDetails | None:
    """The one problem that tells it all, where nothing at all was done and there is one; else None.

    One part failed: its problem. Several failed alike because there is no such entity: that. Otherwise each is told
    by itself, in a multi-status.
    """
    problems = [part.problem for part in parts if part.problem is not None]
    if len(problems) < len(parts) or not problems:
        return None
    if len(problems) == 1:
        return _of_one_source(parts[0], problems[0])
    alike = all(problem.status == 404 for problem in problems)
    return problems[0] if alike else None


_PASSED_ON = frozenset({404, 504, 508})


def _of_one_source(part: Done, problem: ProblemDetails) -> ProblemDetails:
    """What is told where all of the data lies with one source (6.3.17): 404, 504 and 508 as they are; of whatever else
    went wrong there, a conflict too, 502 with its words. That we cannot ask it at all is our own conflict (409)."""
    if part.leg is None or not part.leg.proxied or not part.answered or problem.status in _PASSED_ON:
        return problem
    detail = f"{part.source} answered {part.answered}: {problem.title}: {problem.detail}"
    return ProblemDetails(PINISI_ERRORS + "SourceBadGateway", HTTPStatus.BAD_GATEWAY.phrase, 502, detail)
