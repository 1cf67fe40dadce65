"""What older core versions write differently; inside we keep to 3.2.2.

3.1.3: `se` holds booleans, `q` may be "undefined", `s` may be null. 3.1.5: `sOc`; alarms and aggregated status can be
asked for. 3.2: upper and lower case count; arrays. (Change log of RSMP core 3.2.2.)
"""

import msgspec
from msgspec import UNSET

from pinisi.services.mobility.rsmp.messages import (
    AggregatedStatus,
    AggregatedStatusRequest,
    Alarm,
    Content,
    Message,
    StatusResponse,
    StatusSubscribe,
    StatusUpdate,
    StatusValue,
)
from pinisi.services.mobility.rsmp.versions import at_least

_CASED = {
    word.lower(): word
    for word in (
        "Issue", "Request", "Acknowledge", "Suspend", "Resume",
        "Acknowledged", "notAcknowledged", "inActive", "Active", "Suspended", "notSuspended",
    )
}  # fmt: skip


class NotInVersion(ValueError):
    """The agreed version has no such message."""


def written(message: Message, version: str) -> Message:
    """The message as `version` writes it.

    Raises:
        NotInVersion: it came later than `version`.
    """
    if isinstance(message, StatusSubscribe):
        return _subscribe(message, version)
    if isinstance(message, StatusResponse | StatusUpdate) and not at_least(version, "3.2.0"):
        values = tuple(_older(value, version) for value in message.values)
        return msgspec.structs.replace(message, values=values)
    if isinstance(message, AggregatedStatus) and not at_least(version, "3.1.3"):
        return msgspec.structs.replace(message, bits=tuple("true" if bit else "false" for bit in message.bits))
    asks = isinstance(message, AggregatedStatusRequest) or (isinstance(message, Alarm) and message.purpose == "Request")
    if asks and not at_least(version, "3.1.5"):
        raise NotInVersion(f"RSMP {version} cannot ask for alarms and aggregated status; 3.1.5 can")
    return message


def understood(message: Content, version: str) -> Content:
    """A message of `version` as 3.2.2 would have written it."""
    if isinstance(message, AggregatedStatus):
        return msgspec.structs.replace(message, bits=tuple(str(bit).lower() == "true" for bit in message.bits))
    if isinstance(message, Alarm) and not at_least(version, "3.2.0"):
        return _cased(message)
    return message


def _subscribe(message: StatusSubscribe, version: str) -> StatusSubscribe:
    if at_least(version, "3.1.5"):
        wanted = [msgspec.structs.replace(one, on_change=one.on_change is True) for one in message.wanted]
    else:
        wanted = [
            msgspec.structs.replace(one, on_change=UNSET, every="0" if one.on_change is True else one.every)
            for one in message.wanted
        ]
    return msgspec.structs.replace(message, wanted=tuple(wanted))


def _older(value: StatusValue, version: str) -> StatusValue:
    """An array cannot be told before 3.2, that there is no value not before 3.1.3."""
    if isinstance(value.value, list):
        value = msgspec.structs.replace(value, value=None, quality="unknown")
    if value.value is None and not at_least(version, "3.1.3"):
        return msgspec.structs.replace(value, value="", quality="unknown")
    return value


def _cased(alarm: Alarm) -> Alarm:
    fields = ("purpose", "acknowledged", "active", "suspended")
    texts = {name: getattr(alarm, name) for name in fields if getattr(alarm, name) is not UNSET}
    return msgspec.structs.replace(alarm, **{name: _CASED.get(text.lower(), text) for name, text in texts.items()})
