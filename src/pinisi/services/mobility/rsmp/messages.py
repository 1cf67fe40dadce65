"""The messages of RSMP core 3.2.2, "Basic structure", as typed values; the wire's names are given beside ours."""

import uuid
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType, field

Value = Any
"""What a status or argument carries: a text; null where there is none; an array where the list says so."""
Quality = Literal["recent", "old", "undefined", "unknown"]


def new_id() -> str:
    """A message id: a UUID of version 4, new also where a message is sent again ("Basic structure")."""
    return str(uuid.uuid4())


class Wire(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    protocol: Literal["rSMsg"] = field(name="mType", default="rSMsg")


class MessageAck(Wire, frozen=True, kw_only=True, tag="MessageAck"):
    of: str = field(name="oMId")


class MessageNotAck(Wire, frozen=True, kw_only=True, tag="MessageNotAck"):
    of: str = field(name="oMId")
    reason: str = field(name="rea", default="")


class Numbered(Wire, frozen=True, kw_only=True):
    """Every message that is acknowledged."""

    id: str = field(name="mId", default_factory=new_id)


class Spoken(msgspec.Struct, frozen=True):
    """An RSMP version that is spoken."""

    version: str = field(name="vers")


class SiteId(msgspec.Struct, frozen=True):
    id: str = field(name="sId")


class Version(Numbered, frozen=True, kw_only=True, tag="Version"):
    """ "RSMP/SXL version": the first message of either side."""

    spoken: tuple[Spoken, ...] = field(name="RSMP")
    sites: tuple[SiteId, ...] = field(name="siteId")
    sxl: str = field(name="SXL")


class Watchdog(Numbered, frozen=True, kw_only=True, tag="Watchdog"):
    at: str = field(name="wTs")


class OfComponent(Numbered, frozen=True, kw_only=True):
    component: str = field(name="cId")
    nts_object: str = field(name="ntsOId", default="")
    nts_id: str = field(name="xNId", default="")


class AggregatedStatus(OfComponent, frozen=True, kw_only=True, tag="AggregatedStatus"):
    """`bits` are the eight state bits; 3.1.2 writes them as texts."""

    at: str = field(name="aSTS")
    position: str | None = field(name="fP")
    state: str | None = field(name="fS")
    bits: tuple[bool | str, ...] = field(name="se")


class AggregatedStatusRequest(OfComponent, frozen=True, kw_only=True, tag="AggregatedStatusRequest"):
    """Since 3.1.5."""


class ReturnValue(msgspec.Struct, frozen=True):
    name: str = field(name="n")
    value: Value = field(name="v")


class Alarm(OfComponent, frozen=True, kw_only=True, tag="Alarm"):
    """One shape for what a site tells and what a supervisor asks: the status fields are unset in a question."""

    code: str = field(name="aCId")
    purpose: str = field(name="aSp")
    outer_code: str = field(name="xACId", default="")
    outer_nts_code: str = field(name="xNACId", default="")
    acknowledged: str | UnsetType = field(name="ack", default=UNSET)
    active: str | UnsetType = field(name="aS", default=UNSET)
    suspended: str | UnsetType = field(name="sS", default=UNSET)
    at: str | UnsetType = field(name="aTs", default=UNSET)
    category: str | UnsetType = field(name="cat", default=UNSET)
    priority: str | UnsetType = field(name="pri", default=UNSET)
    values: tuple[ReturnValue, ...] | UnsetType = field(name="rvs", default=UNSET)


class StatusName(msgspec.Struct, frozen=True):
    code: str = field(name="sCI")
    name: str = field(name="n")


class StatusRequest(OfComponent, frozen=True, kw_only=True, tag="StatusRequest"):
    asked: tuple[StatusName, ...] = field(name="sS")


class StatusUnsubscribe(OfComponent, frozen=True, kw_only=True, tag="StatusUnsubscribe"):
    asked: tuple[StatusName, ...] = field(name="sS")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """`every` in seconds, "0" for none; `on_change` is unset before 3.1.5, where "0" itself means on change."""

    code: str = field(name="sCI")
    name: str = field(name="n")
    every: str = field(name="uRt")
    on_change: bool | UnsetType = field(name="sOc", default=UNSET)


class StatusSubscribe(OfComponent, frozen=True, kw_only=True, tag="StatusSubscribe"):
    wanted: tuple[Wanted, ...] = field(name="sS")


class StatusValue(msgspec.Struct, frozen=True, kw_only=True):
    code: str = field(name="sCI")
    name: str = field(name="n")
    value: Value = field(name="s")
    quality: Quality = field(name="q")


class StatusResponse(OfComponent, frozen=True, kw_only=True, tag="StatusResponse"):
    at: str = field(name="sTs")
    values: tuple[StatusValue, ...] = field(name="sS")


class StatusUpdate(OfComponent, frozen=True, kw_only=True, tag="StatusUpdate"):
    at: str = field(name="sTs")
    values: tuple[StatusValue, ...] = field(name="sS")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """One argument of a command."""

    code: str = field(name="cCI")
    name: str = field(name="n")
    order: str = field(name="cO")
    value: Value = field(name="v")


class CommandRequest(OfComponent, frozen=True, kw_only=True, tag="CommandRequest"):
    arguments: tuple[Given, ...] = field(name="arg")


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """One argument as it stands after a command."""

    code: str = field(name="cCI")
    name: str = field(name="n")
    value: Value = field(name="v")
    age: Quality


class CommandResponse(OfComponent, frozen=True, kw_only=True, tag="CommandResponse"):
    at: str = field(name="cTS")
    values: tuple[Answered, ...] = field(name="rvs")


Asked = AggregatedStatusRequest | StatusRequest | StatusUnsubscribe | StatusSubscribe | CommandRequest
Told = AggregatedStatus | StatusResponse | StatusUpdate | CommandResponse
Content = Asked | Told | Alarm
"""What is exchanged once the link stands."""
Ackable = Version | Watchdog | Content
Message = MessageAck | MessageNotAck | Ackable
