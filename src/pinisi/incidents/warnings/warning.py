"""A warning as it is kept: what was drafted, who did what to it when, and which message it became."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from pinisi.city.text import Language
from pinisi.incidents.cap.compose import Wording
from pinisi.incidents.cap.model import Category, Certainty, Reference, ResponseType, Severity, Urgency
from pinisi.vocabulary.instant import Instant

State = Literal["draft", "withdrawn", "released", "replaced", "cancelled"]
MadeAs = Literal["Alert", "Update", "Cancel"]
StepName = Literal["draft", "change", "withdraw", "release", "review"]
STATES: tuple[State, ...] = ("draft", "withdrawn", "released", "replaced", "cancelled")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What shall be said. Where: areas by their codes, a drawn polygon, or the place of an incident with a radius."""

    words: Mapping[Language, Wording]
    category: Category
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    expires: Instant
    onset: Instant | None = None
    responses: tuple[ResponseType, ...] = ()
    areas: tuple[str, ...] = ()
    polygon: dict[str, Any] | None = None
    place: str = ""
    incident: str = ""
    radius_km: float = 1.0
    web: str = ""
    contact: str = ""
    exercise: bool = False


class Step(msgspec.Struct, frozen=True):
    """A line in the story of a warning."""

    step: StepName
    at: Instant
    by: str
    name: str
    reason: str = ""


class Warning(msgspec.Struct, frozen=True, kw_only=True):
    """`about`: the warning that it updates or cancels. `sender`, `identifier` and `sent` from its release on.

    `signature` is what the released message's own signature is worth. `alone`: why it was released without a second
    person.
    """

    id: str
    kind: MadeAs
    state: State
    draft: Draft
    steps: tuple[Step, ...]
    about: str = ""
    sender: str = ""
    identifier: str = ""
    sent: str = ""
    signature: str = ""
    alone: str = ""

    @property
    def authors(self) -> frozenset[str]:
        """Everybody whose words are in the draft."""
        return frozenset(step.by for step in self.steps if step.step in ("draft", "change"))

    @property
    def releaser(self) -> Step | None:
        """The step that sent it out."""
        return next((step for step in self.steps if step.step == "release"), None)

    @property
    def review(self) -> Step | None:
        """Where somebody looked at it who did not send it out alone."""
        return next((step for step in self.steps if step.step == "review"), None)

    @property
    def review_owed(self) -> bool:
        return bool(self.alone) and self.review is None

    @property
    def as_reference(self) -> Reference:
        """How a later message names the one that it became."""
        return Reference(self.sender, self.identifier, self.sent)

    def after(self, step: Step, **changes: Any) -> "Warning":
        return msgspec.structs.replace(self, steps=(*self.steps, step), **changes)
