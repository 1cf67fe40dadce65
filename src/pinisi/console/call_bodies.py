"""What is sent about calls to 112: shapes and limits."""

from typing import Annotated, Literal

import msgspec

from pinisi.incidents.calls.call import Channel, Kind, Language

Name = Annotated[str, msgspec.Meta(max_length=120)]
Line = Annotated[str, msgspec.Meta(max_length=300)]
Words = Annotated[str, msgspec.Meta(max_length=4_000)]
Number = Annotated[str, msgspec.Meta(max_length=30)]
Outside = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class BegunCall(msgspec.Struct, forbid_unknown_fields=True, rename="camel", kw_only=True):
    """A call that one begins to take by hand. Without times it rings now."""

    number: Number = ""
    channel: Channel = "telephone"
    rang_at: str | None = None
    answered_at: str | None = None


class CallAct(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """`to` is the account of the call taker to whom it is handed."""

    act: Literal["pick-up", "hand", "call-back"]
    to: Name = ""


class SavedCall(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What the call was about. `place` is an entity, `location` [longitude, latitude]; `incident` is one that is open
    already and that the call is about."""

    kind: Kind
    category: Name = ""
    subcategory: Name = ""
    place: Line | None = None
    location: tuple[float, float] | None = None
    spot: Line = ""
    said: Words = ""
    injured: Annotated[int, msgspec.Meta(ge=0, le=9_999)] = 0
    number: Number | None = None
    caller: Name = ""
    language: Language = "id"
    incident: Line | None = None


class TelephoneEvent(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a telephone system says of a call, which it knows as `call`. `agent` is an account of the house."""

    event: Literal["ringing", "answered", "ended"]
    call: Outside
    number: Number = ""
    at: str | None = None
    agent: Name = ""
    recording: Line = ""
