"""Refusals as NGSI v2 tells them: a word for the kind, a sentence for the reader ("Error Responses")."""

import msgspec

from pinisi.console.http import JSON_MEDIA, PROBLEM_MEDIA, Reply

V2 = "/v2"
_encode = msgspec.json.Encoder().encode

_ERRORS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    409: "TooManyResults",
    411: "ContentLengthRequired",
    413: "RequestEntityTooLarge",
    415: "UnsupportedMediaType",
    422: "Unprocessable",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
    508: "LoopDetected",
}


def refused(status: int, description: str, word: str = "", headers: tuple[tuple[bytes, bytes], ...] = ()) -> Reply:
    """The answer; without a `word` the usual one of its status."""
    told = {"error": word or _ERRORS.get(status, "InternalServerError"), "description": description}
    return Reply(status, _encode(told), JSON_MEDIA, headers)


def is_v2(path: str) -> bool:
    return path.startswith(V2) and path[len(V2) : len(V2) + 1] in ("", "/")


def in_v2_words(reply: Reply) -> Reply:
    """What the door of the house refuses (no such address or method, no account, too large), said in v2's form."""
    if reply.media is not PROBLEM_MEDIA:
        return reply
    told = msgspec.json.decode(reply.body)
    return refused(reply.status, told.get("detail") or told.get("title") or "", headers=reply.headers)
