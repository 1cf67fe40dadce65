"""The bodies of requests in which people's typing comes."""

import msgspec

from pinisi.city.entry import Typed


class EntryBody(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    """Values typed of one entity. `observed_at`: when they were true, else now; `period`: what they cover.

    `office` is the id of the agency that reports them.
    """

    values: list[Typed] = []
    observed_at: str | None = None
    period: str | None = None
    note: str = ""
    office: str | None = None


class PlaceBody(EntryBody, rename="camel"):
    """A new entity: its type (short name) and, where it lies somewhere, longitude and latitude."""

    type: str = ""
    position: list[float] | None = None


class UndoBody(msgspec.Struct, forbid_unknown_fields=True):
    """The attribute of which the last word is taken back."""

    attribute: str
