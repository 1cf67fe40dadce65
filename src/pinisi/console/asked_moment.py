"""What a request says of time: `at` and `known`."""

from datetime import UTC, datetime, timedelta

from pinisi.console.house import House
from pinisi.console.http import BadRequest, Call
from pinisi.console.viewpoint import Viewpoint
from pinisi.vocabulary.instant import MINUTE, Instant, format_instant

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def viewpoint_of(house: House, call: Call) -> Viewpoint:
    """What `at` and `known` (`then`, which is meant where it is missing, or `now`) ask for.

    Raises:
        BadRequest: `at` is no moment, or has not come yet; `known` is neither.
    """
    now, text, known = house.town(call.tenant).now(), call.query.get("at"), call.query.get("known")
    if known not in (None, "then", "now"):
        raise BadRequest("known", "then or now")
    if text is None:
        if known is not None:
            raise BadRequest("known", "goes with at")
        return Viewpoint(house.store, call.tenant, call.grants, now)
    at = moment_of("at", text)
    if at > now + MINUTE:
        raise BadRequest("at", f"{text[:40]} has not come yet: it is {format_instant(now)}")
    return Viewpoint(house.store, call.tenant, call.grants, now, at, None if known == "now" else at)


def moment_of(name: str, text: str) -> Instant:
    """A moment as RFC 3339 writes it, in any time zone; the `+` that a query string reads as a space is understood.

    Raises:
        BadRequest: it is none.
    """
    try:
        read = datetime.fromisoformat(text.strip().replace(" ", "+") if "T" in text else "")
        if read.tzinfo is None:
            raise ValueError("it names no time zone")
        return (read - _EPOCH) // timedelta(microseconds=1)
    except (ValueError, OverflowError):
        raise BadRequest(name, f"{text[:40]!r} is no moment like 2026-11-22T06:32:00Z") from None
