"""Times as CAP writes them (clause 3.3.2): seconds, and an offset in digits; UTC is `-00:00`."""

import re
from datetime import UTC, datetime, timedelta

from pinisi.vocabulary.instant import Instant, NotAnInstant, format_instant, parse_instant

_CAP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d", re.ASCII)
_XSD = re.compile(
    r"-?(?P<year>\d{4,9})-(?P<month>\d\d)-(?P<day>\d\d)T(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)(?:\.\d+)?"
    r"(?:Z|[-+](?P<east>\d\d):(?P<past>\d\d))?",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def is_date_time(text: str) -> bool:
    """Whether it is an `xs:dateTime` of the years 1 to 9999 (W3C XML Schema 1.0 part 2, 3.2.7)."""
    found = _XSD.fullmatch(text)
    if found is None or text.startswith("-"):
        return False
    part = {name: int(value or 0) for name, value in found.groupdict().items()}
    midnight = part["hour"] == 24 and part["minute"] == part["second"] == 0
    if part["east"] > 14 or part["past"] > 59 or (part["east"] == 14 and part["past"]):
        return False
    try:
        datetime(
            part["year"], part["month"], part["day"], 0 if midnight else part["hour"], part["minute"], part["second"]
        )
    except (ValueError, OverflowError):
        return False
    return "." not in text or not midnight or set(re.split(r"[.Z+-]", text.partition(".")[2])[0]) == {"0"}


def is_cap_time(text: str) -> bool:
    return _CAP.fullmatch(text) is not None and is_date_time(text)


def instant_of(text: str) -> Instant | None:
    """The moment; None where it has no offset or is no time. A `Z`, which the standard forbids, is understood."""
    if not is_date_time(text):
        return None
    try:
        moment = datetime.fromisoformat(_without_midnight_at_the_end(text))
        if moment.tzinfo is None:
            return None
        shown = moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
        return parse_instant(shown) + (86_400_000_000 if "T24:" in text else 0)
    except (ValueError, OverflowError, NotAnInstant):
        return None


def _without_midnight_at_the_end(text: str) -> str:
    return text.replace("T24:", "T00:")


def utc_text(text: str) -> str:
    """As NGSI-LD writes it; empty for empty.

    Raises:
        ValueError: it is no time with an offset.
    """
    if not text:
        return ""
    moment = instant_of(text)
    if moment is None:
        raise ValueError(f"{text[:40]!r} is no time with an offset")
    return format_instant(moment)


def cap_time(moment: Instant, offset_minutes: int = 0) -> str:
    """A moment as CAP writes it, in a zone east of UTC by so many minutes; parts of a second are cut."""
    local = _EPOCH + timedelta(microseconds=moment) + timedelta(minutes=offset_minutes)
    sign = "+" if offset_minutes > 0 else "-"
    hours, minutes = divmod(abs(offset_minutes), 60)
    return f"{local.replace(tzinfo=None, microsecond=0).isoformat()}{sign}{hours:02}:{minutes:02}"
