"""The tree that answers "why this number?", as the console reads it."""

from typing import Any

import msgspec

from pinisi.city.text import Text
from pinisi.city.value import Value
from pinisi.city.words import type_title


class ByMessage(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag="message", tag_field="kind"):
    """Brought by a message. `raw` is its text; with a `digest` (SHA-256) only the beginning of it."""

    source: str
    title: Text | None
    origin: str
    media: str | None
    received_at: str
    size: int
    digest: str | None
    raw: str


class ByReaction(msgspec.Struct, frozen=True, kw_only=True, tag="reaction", tag_field="kind"):
    """Made by a reaction for a moment; title and rule as they are now, None where the service has gone.

    `unnamed` inputs are not told one by one.
    """

    service: str
    service_title: Text | None = msgspec.field(name="serviceTitle")
    reaction: str
    title: Text | None
    rule: Text | None
    version: int
    moment: str
    unnamed: int


class ByIndicator(msgspec.Struct, frozen=True, kw_only=True, tag="indicator", tag_field="kind"):
    """Computed when it is asked for, by the formula of an indicator; `unnamed` inputs are not told one by one."""

    indicator: str
    rule: Text | None
    note: Text | None
    n: int | None
    missing: int | None
    moment: str
    unnamed: int


class ByJob(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag="job", tag_field="kind"):
    """A result of a job. What it was given, and who asked for it, only for whom the job's own page tells that.

    `entity` and what follows it are None where the reader may not know of the job. `version`: of the service's package.
    """

    service: str
    service_title: Text | None
    version: str
    job: str
    title: Text | None
    moment: str
    entity: str | None = None
    requested_at: str | None = None
    requested_by: str | None = None
    input: msgspec.Raw | None = None


class ByCommand(msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag="command", tag_field="kind"):
    """What the other side said of a command; as `ByJob`. `input` is what the command said."""

    service: str
    service_title: Text | None
    version: str
    action: str
    title: Text | None
    moment: str
    entity: str | None = None
    requested_at: str | None = None
    requested_by: str | None = None
    second: str | None = None
    targets: tuple[str, ...] = ()
    input: msgspec.Raw | None = None


Made = ByMessage | ByReaction | ByIndicator | ByJob | ByCommand


class Window(msgspec.Struct, frozen=True):
    """Many values of one attribute, the first and the last of them."""

    since: str
    until: str
    values: int


class Node(msgspec.Struct, kw_only=True, rename="camel"):
    """One value with what made it. `hidden` counts inputs that the reader may not see; `cut`: the tree goes on.

    `flags`: the doubts about it as they stand now.
    """

    entity: str
    name: Any
    type: str | None
    type_title: Text | None
    attribute: str
    label: Text
    dataset: str | None
    value: Any
    value_text: Any
    unit: str | None
    unit_text: Text | None
    period: str | None
    observed_at: str | None
    received_at: str | None
    position: int | None
    method: str | None
    provider: str | None
    by: str | None
    flags: tuple[dict[str, Any], ...] = ()
    made: Made | None = None
    window: Window | None = None
    inputs: list["Node"] = msgspec.field(default_factory=list["Node"])
    hidden: int = 0
    cut: bool = False


def computed_node(value: Value, *, entity: str, name: Any, type: str, attribute: str, label: Text) -> Node:
    """The top of the tree of a number that was computed to be shown, and is kept nowhere."""
    return Node(
        entity=entity,
        name=name,
        type=type,
        type_title=type_title(type),
        attribute=attribute,
        label=label,
        dataset=None,
        value=value.value,
        value_text=value.value_text,
        unit=value.unit,
        unit_text=value.unit_text,
        period=value.period,
        observed_at=value.observed_at,
        received_at=None,
        position=None,
        method=value.method,
        provider=value.provider,
        by=None,
        flags=value.flags,
    )
