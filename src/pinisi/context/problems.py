"""The errors of the API and the documents that tell of them (NGSI-LD 5.5.2, 6.3.2; RFC 7807).

Each error is an exception; `problem` is the one place that turns one into an answer. `detail` names the field that
is wrong by its path in the payload (`speed.observedAt`) or the parameter of the request.
"""

from http import HTTPStatus

import msgspec

from pinisi.store.change import Forbidden, Refused, StoreUnavailable, VersionConflict

NGSI_LD_ERRORS = "https://uri.etsi.org/ngsi-ld/errors/"
PINISI_ERRORS = "urn:pinisi:error:"


class ProblemDetails(msgspec.Struct, frozen=True):
    """The body of an answer with an error."""

    type: str
    title: str
    status: int
    detail: str


class NgsiLdError(Refused):
    """An error with a type of its own. It may be raised in a request and inside a store's transform alike.

    Args:
        detail: what is wrong, in plain words.
        field: the member or parameter that is wrong, by its path; it opens the detail.
    """

    type_uri = NGSI_LD_ERRORS + "InternalError"
    title = "Internal error"
    status = 500

    def __init__(self, detail: str, field: str = "") -> None:
        self.field = field
        self.detail = f"{field}: {detail}" if field else detail
        super().__init__(self.detail)


class InvalidRequest(NgsiLdError):
    """The request is not well formed: no JSON, an unknown parameter."""

    type_uri = NGSI_LD_ERRORS + "InvalidRequest"
    title = "The request is not well formed"
    status = 400


class BadRequestData(NgsiLdError):
    """The request is well formed, but its content breaks a rule of NGSI-LD."""

    type_uri = NGSI_LD_ERRORS + "BadRequestData"
    title = "The content of the request breaks a rule of NGSI-LD"
    status = 400


class AlreadyExists(NgsiLdError):
    type_uri = NGSI_LD_ERRORS + "AlreadyExists"
    title = "The element already exists"
    status = 409


class Conflict(NgsiLdError):
    type_uri = NGSI_LD_ERRORS + "Conflict"
    title = "The request conflicts with the present state"
    status = 409


class ResourceNotFound(NgsiLdError):
    type_uri = NGSI_LD_ERRORS + "ResourceNotFound"
    title = "The resource was not found"
    status = 404


class OperationNotSupported(NgsiLdError):
    type_uri = NGSI_LD_ERRORS + "OperationNotSupported"
    title = "The operation is not supported"
    status = 422


class TooComplexQuery(NgsiLdError):
    type_uri = NGSI_LD_ERRORS + "TooComplexQuery"
    title = "The query is too complex"
    status = 403


class TooManyResults(NgsiLdError):
    type_uri = NGSI_LD_ERRORS + "TooManyResults"
    title = "The query has too many results"
    status = 403


class LdContextNotAvailable(NgsiLdError):
    """An @context is not here, and cannot be had from where it is."""

    type_uri = NGSI_LD_ERRORS + "LdContextNotAvailable"
    title = "The @context is not available"
    status = 504


class NonexistentTenant(NgsiLdError):
    type_uri = NGSI_LD_ERRORS + "NonexistentTenant"
    title = "The tenant does not exist"
    status = 404


class LoopDetected(NgsiLdError):
    """A request came back to a context source that it had come over (4.3.6.4)."""

    type_uri = PINISI_ERRORS + "SourceLoopDetected"
    title = "Loop Detected"
    status = 508


class PayloadTooLarge(NgsiLdError):
    type_uri = PINISI_ERRORS + "PayloadTooLarge"
    title = "The body is too large"
    status = 413


class UnsupportedMediaType(NgsiLdError):
    type_uri = PINISI_ERRORS + "UnsupportedMediaType"
    title = "The media type of the body is not supported"
    status = 415


class NotAcceptable(NgsiLdError):
    type_uri = PINISI_ERRORS + "NotAcceptable"
    title = "No acceptable media type can be served"
    status = 406


class InternalError(NgsiLdError):
    pass


_encode = msgspec.json.Encoder().encode


def problem_details(error: BaseException) -> ProblemDetails:
    """The problem that an exception stands for; of an unexpected one nothing is told but that it happened."""
    if isinstance(error, NgsiLdError):
        return ProblemDetails(error.type_uri, error.title, error.status, error.detail)
    if isinstance(error, Forbidden):
        return _pinisi("Forbidden", HTTPStatus.FORBIDDEN, str(error))
    if isinstance(error, VersionConflict):
        return ProblemDetails(Conflict.type_uri, Conflict.title, Conflict.status, str(error))
    if isinstance(error, StoreUnavailable):
        return _pinisi("StoreUnavailable", HTTPStatus.SERVICE_UNAVAILABLE, str(error))
    if isinstance(error, Refused):
        return ProblemDetails(BadRequestData.type_uri, BadRequestData.title, BadRequestData.status, str(error))
    return ProblemDetails(
        InternalError.type_uri, InternalError.title, InternalError.status, "The server met an error; its log says which"
    )


def problem(error: BaseException) -> tuple[int, bytes]:
    """Status and body (application/problem+json) of the answer to a request that met this exception."""
    details = problem_details(error)
    return details.status, _encode(details)


def _pinisi(name: str, status: HTTPStatus, detail: str) -> ProblemDetails:
    return ProblemDetails(PINISI_ERRORS + name, status.phrase, int(status), detail or status.description)
