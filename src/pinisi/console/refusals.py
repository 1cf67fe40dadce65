"""What went wrong, as an answer: the one place that turns exceptions into problem documents (RFC 7807)."""

import msgspec

from pinisi.city.entry import Unfit
from pinisi.console.export_forms import NotInstalled
from pinisi.console.http import PROBLEM_MEDIA, BadRequest, Reply
from pinisi.context.problems import ProblemDetails, problem
from pinisi.context.query_error import QueryError, TooComplexQuery
from pinisi.incidents.calls.switchboard import CallIsElsewhere, NoSuchCall
from pinisi.incidents.desk import MayNot
from pinisi.incidents.notices.outbox import NoSuchNotice
from pinisi.incidents.procedures.followed import NoSuchRun
from pinisi.incidents.queue import NoSuchIncident
from pinisi.incidents.report.typefaces import NoTypefaces
from pinisi.incidents.report.typesetting import CannotPrint
from pinisi.incidents.requirements import ActDoesNotFit, BadAct
from pinisi.incidents.shift.note import NoteDoesNotFit
from pinisi.incidents.shift.shifts import NoSuchNote
from pinisi.incidents.units.roster import NoSuchUnit
from pinisi.incidents.warnings.desk import NoSuchWarning
from pinisi.people import errors as people
from pinisi.runtime.record_book import NotInBook
from pinisi.runtime.replays import CannotReplay
from pinisi.store.proof import TooComplex
from pinisi.store.tenant_name import BadTenantName
from pinisi.vocabulary.instant import NotAnInstant

_BAD_REQUEST_DATA = "https://uri.etsi.org/ngsi-ld/errors/BadRequestData"
_TOO_COMPLEX = "https://uri.etsi.org/ngsi-ld/errors/TooComplexQuery"
_encode = msgspec.json.Encoder().encode


def refuse(status: int, title: str, detail: str, headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    """A problem document of Pinisi's own."""
    body = ProblemDetails("urn:pinisi:error:" + title.title().replace(" ", ""), title, status, detail)
    return Reply(status, _encode(body), PROBLEM_MEDIA, headers)


def refusal_of(error: Exception) -> Reply:
    """The answer to a request that ended in this exception; unexpected ones become a bare 500."""
    known = _known(error)
    if known is not None:
        return known
    status, body = problem(error)
    return Reply(status, body, PROBLEM_MEDIA)


def _known(error: Exception) -> Reply | None:
    text = str(error)
    if isinstance(error, Unfit):
        return _unfit(error)
    if isinstance(error, TooComplexQuery):
        return _ngsi_ld(403, _TOO_COMPLEX, "The query is too complex", text)
    if isinstance(error, (BadRequest, QueryError, NotAnInstant, BadTenantName)):
        return _ngsi_ld(400, _BAD_REQUEST_DATA, "The request cannot be understood", text)
    if isinstance(error, TooComplex):
        return _ngsi_ld(403, _TOO_COMPLEX, "The query is too complex", text)
    if isinstance(error, NoSuchIncident):
        return refuse(404, "No such incident", f"there is no incident {text}, or you may not see it")
    if isinstance(error, NoSuchRun):
        return refuse(404, "No such procedure", f"there is no procedure {text[:120]} here")
    if isinstance(error, NoSuchCall):
        return refuse(404, "No such call", f"there is no call {text[:120]} in your hands")
    if isinstance(error, CallIsElsewhere):
        return refuse(409, "The call is elsewhere", text)
    if isinstance(error, NoSuchWarning):
        return refuse(404, "No such warning", f"there is no warning {text[:120]}")
    if isinstance(error, NoSuchUnit):
        return refuse(404, "No such unit", f"there is no unit {text[:120]}, or you may not see it")
    if isinstance(error, NoSuchNotice):
        return refuse(404, "No such notice", f"there is no notice or contact {text[:120]}, or you may not see it")
    if isinstance(error, NoSuchNote):
        return refuse(404, "No such note", f"there is no hand-over note {text[:80]}")
    if isinstance(error, NoteDoesNotFit):
        return refuse(409, "The note does not fit", text)
    if isinstance(error, NotInBook):
        return refuse(404, "Not there", f"there is no {text[:120]}, or you may not see it")
    if isinstance(error, CannotReplay):
        return refuse(409, "It cannot be replayed", text)
    if isinstance(error, MayNot):
        return refuse(403, "Not permitted", text)
    if isinstance(error, ActDoesNotFit):
        return refuse(409, "The act does not fit", text)
    if isinstance(error, (BadAct, people.BadField)):
        return refuse(400, "Something is missing or wrong", text)
    if isinstance(error, (NotInstalled, CannotPrint, NoTypefaces)):
        return refuse(501, "Not installed", text)
    return _people(error, text)


def _unfit(error: Unfit) -> Reply:
    """A problem document with an `errors` member (RFC 9457, 3): field and reason, in every language of the console."""
    body = ProblemDetails("urn:pinisi:error:UnfitEntry", "What was typed cannot be kept", 400, str(error))
    told = {"errors": [{"field": fault.field, "reason": fault.reason} for fault in error.faults]}
    return Reply(400, _encode(msgspec.to_builtins(body) | told), PROBLEM_MEDIA)


def _people(error: Exception, text: str) -> Reply | None:
    if isinstance(error, people.NotThere):
        return refuse(404, "Not there", text)
    if isinstance(error, people.Conflict):
        return refuse(409, "Conflict", text)
    if isinstance(error, people.NotAllowed):
        return refuse(403, "Not permitted", text)
    if isinstance(error, people.SignInRefused):
        return refuse(401, "Sign-in refused", text)
    if isinstance(error, people.PasswordNeeded):
        return refuse(409, "Choose a password", text)
    if isinstance(error, people.TooSoon):
        return refuse(429, "Too soon", text, ((b"retry-after", str(error.seconds).encode()),))
    return None


def _ngsi_ld(status: int, type: str, title: str, detail: str) -> Reply:
    return Reply(status, _encode(ProblemDetails(type, title, status, detail)), PROBLEM_MEDIA)
