"""Which messages are in force at a moment: neither past, nor replaced, nor cancelled, nor an exercise."""

from collections.abc import Iterable, Sequence

from pinisi.incidents.cap.model import Alert
from pinisi.incidents.cap.moments import instant_of
from pinisi.vocabulary.instant import Instant

ENDING = ("Update", "Cancel")
WARNING = ("Alert", "Update")


def in_force(alerts: Sequence[Alert], now: Instant, statuses: Sequence[str] = ("Actual",)) -> list[Alert]:
    """The newest first. A message without an end is in force until another ends it."""
    ended = set(ended_by(alert for alert in alerts if alert.status in statuses))
    found = [
        alert
        for alert in alerts
        if alert.msg_type in WARNING
        and alert.status in statuses
        and (alert.sender, alert.identifier) not in ended
        and ends_at(alert) > now
    ]
    return sorted(found, key=lambda alert: (instant_of(alert.sent) or 0, alert.identifier), reverse=True)


def ended_by(alerts: Iterable[Alert]) -> Iterable[tuple[str, str]]:
    """Sender and identifier of every message that one of these replaces or cancels."""
    for alert in alerts:
        if alert.msg_type in ENDING:
            for reference in alert.references:
                yield reference.sender, reference.identifier


NEVER = 1 << 62


def ends_at(alert: Alert) -> Instant:
    """When its last block ends."""
    ends = [instant_of(info.expires) for info in alert.infos]
    return max((NEVER if end is None else end for end in ends), default=NEVER)
