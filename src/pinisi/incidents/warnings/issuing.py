"""A draft made into the message that goes out: composed, signed with the city's key, the signature checked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from uuid import uuid4

import msgspec

from pinisi.city.profile import Profile
from pinisi.incidents.cap.compose import Envelope, Sender, Warned, assemble, fit, identifier_of
from pinisi.incidents.cap.drawing import NoGround, area_of_geometry, area_of_places
from pinisi.incidents.cap.model import Alert, Area, Reference
from pinisi.incidents.cap.reader import is_word
from pinisi.incidents.cap.signature import can_check, check_signature
from pinisi.incidents.cap.writer import write_cap
from pinisi.incidents.warnings.warning import Draft, MadeAs
from pinisi.vocabulary.instant import Instant

if TYPE_CHECKING:
    from pinisi.incidents.cap.sign import SigningKey

KEY_FILE, CERTIFICATE_FILE = "warnings-key.pem", "warnings-certificate.pem"
TRUSTED_FILE = "warnings-trusted.pem"


class Issued(msgspec.Struct, frozen=True):
    """The message, the bytes that are kept and published, and what their signature is worth."""

    alert: Alert
    body: bytes
    signature: str


class Outlook(msgspec.Struct, frozen=True, rename="camel"):
    """Whether messages go out signed: by whose key, until when its certificate is good, or why not."""

    state: Literal["signed", "no-key", "no-extra", "bad-key", "expired"]
    name: str = ""
    good_until: Instant = 0
    detail: str = ""


class Seal:
    """The city's key for warnings, as it lies in the folder of keys; without one, messages go out unsigned."""

    def __init__(self, folder: Path) -> None:
        self._key, self._certificate = folder / KEY_FILE, folder / CERTIFICATE_FILE
        self._trusted = folder / TRUSTED_FILE

    def trusted(self) -> bytes:
        """The city's list of certificates; empty without one."""
        return self._trusted.read_bytes() if self._trusted.exists() else b""

    def signing(self) -> "SigningKey | None":
        """Read anew each time: a renewed certificate needs no restart. None also for a key that does not serve."""
        try:
            return self._read()
        except (ValueError, OSError):
            return None

    def outlook(self, now: Instant) -> "Outlook":
        """What would become of a message that is released now."""
        if not can_check():
            return Outlook("no-extra")
        if not (self._key.exists() and self._certificate.exists()):
            return Outlook("no-key")
        try:
            signing = self._read()
        except (ValueError, OSError) as error:
            return Outlook("bad-key", detail=str(error))
        if signing is None:
            return Outlook("no-key")
        good = signing.good_from <= now <= signing.good_until
        return Outlook("signed" if good else "expired", signing.name, good_until=signing.good_until)

    def _read(self) -> "SigningKey | None":
        """Raises CannotSign (they do not fit each other) or OSError (they cannot be read)."""
        if not can_check() or not (self._key.exists() and self._certificate.exists()):
            return None
        from pinisi.incidents.cap.sign import SigningKey

        return SigningKey(self._key.read_bytes(), self._certificate.read_bytes())


def sender_of(profile: Profile, signing: "SigningKey | None") -> Sender:
    """Named as the certificate is, so that who reads the one can check the other; else after the city."""
    city = profile.city
    name = "" if signing is None else signing.name
    return Sender(name if is_word(name) and name else f"pinisi.{city.id}", city.name, city.time_zone)


def compose_draft(
    draft: Draft,
    kind: MadeAs,
    profile: Profile,
    sender: Sender,
    now: Instant,
    about: Reference | None = None,
    note: str = "",
) -> Alert:
    """The message of a draft, as of now.

    Raises:
        NotFit, NoGround: see there; also for an unknown code of an area.
    """
    return fit(assemble_draft(draft, kind, profile, sender, now, about, note))


def assemble_draft(
    draft: Draft,
    kind: MadeAs,
    profile: Profile,
    sender: Sender,
    now: Instant,
    about: Reference | None = None,
    note: str = "",
) -> Alert:
    """The same, fit or not.

    Raises:
        NoGround: see there; also for an unknown code of an area.
    """
    envelope = Envelope(
        identifier=identifier_of(sender, now, uuid4().int % 1_000_000),
        sent=now,
        status="Exercise" if draft.exercise else "Actual",
        msg_type=kind,
        references=() if about is None else (about,),
        incidents=(draft.incident,) if draft.incident else (),
        note=note or ("Exercise" if draft.exercise else ""),
    )
    return assemble(_warned(draft, profile), sender, envelope)


def issue(alert: Alert, signing: "SigningKey | None") -> Issued:
    """Signed, where there is a key whose signature is good now; a warning is never held back for want of one."""
    if signing is None:
        return Issued(alert, write_cap(alert), "unsigned")
    from pinisi.incidents.cap.sign import sign_cap

    body = sign_cap(alert, signing)
    worth = check_signature(body, signing.certificates_pem)
    if worth.verdict != "valid":
        return Issued(alert, write_cap(alert), worth.verdict)
    return Issued(alert, body, "valid")


def _warned(draft: Draft, profile: Profile) -> Warned:
    return Warned(
        words=draft.words,
        category=draft.category,
        urgency=draft.urgency,
        severity=draft.severity,
        certainty=draft.certainty,
        areas=tuple(_areas(draft, profile)),
        expires=draft.expires,
        onset=draft.onset,
        responses=draft.responses,
        web=draft.web,
        contact=draft.contact,
    )


def _areas(draft: Draft, profile: Profile) -> Sequence[Area]:
    found: list[Area] = []
    if draft.areas:
        known = {area.code: area for area in profile.areas}
        strange = [code for code in draft.areas if code not in known]
        if strange:
            raise NoGround(f"there is no area {strange[0][:40]!r} in this city")
        found.append(area_of_places([known[code] for code in draft.areas]))
    if draft.polygon is not None:
        found.append(area_of_geometry(draft.place or profile.city.name, draft.polygon, draft.radius_km))
    return found
