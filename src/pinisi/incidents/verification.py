"""Whether a second person has to verify that an incident is resolved: by written rule, the same for everybody."""

from hashlib import sha256

from pinisi.city.operations import VerificationRule
from pinisi.incidents.acts import Asked
from pinisi.incidents.record import Record

_ALL = 1 << 64


def asked_of(rule: VerificationRule, id: str, record: Record) -> Asked:
    """Why it is asked for; empty: it is not. The gravest priority that it ever had counts, and any injury ever told."""
    if record.gravest in rule.priorities:
        return "priority"
    if rule.injury and record.hurt:
        return "injury"
    return "sample" if drawn(id) < rule.share else ""


def drawn(id: str) -> float:
    """A number from 0 up to 1 that follows from the id alone (its SHA-256), so that the draw can be checked."""
    return int.from_bytes(sha256(id.encode()).digest()[:8]) / _ALL
