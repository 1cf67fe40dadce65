"""The header `Fiware-Correlator`: which notifications led to a request, so that no change goes round for ever.

A notification of NGSI v2 says in it whose it is and of which entity it tells. Whoever writes here because of it sends
the header back: a template of `httpCustom` by itself, agents and rule engines of FIWARE because they hand it on. Such a
write is done and told as any other, but not to those who are in the header with this entity already. It is kept with
the change (`principal.prompted`), so that a crash, or another process, forgets nothing.

The form is Orion's, which counts in `cbnotif`: `5f2c...; cbnotif=2; pinisi=WHO-WHAT.WHO-WHAT`. What others put into it
stays. The id of a subscription is drawn at random and known to its owner: by it nobody keeps a change from others.
"""

import re
from collections.abc import Iterable, Sequence
from hashlib import blake2b

HEADER = "Fiware-Correlator"
MOST_ROUNDS = 8
"""Of how many entities one subscription is told in one chain: a rule may climb from part to whole, not for ever."""
MOST_STEPS = 64
LONGEST = 2_000
_OURS = "pinisi"
_COUNT = "cbnotif"
_STEPS = re.compile(r"[0-9a-f]{16}-[0-9a-f]{8}(?:\.[0-9a-f]{16}-[0-9a-f]{8})*")
_KEPT = re.compile(r"[\x20-\x7e]{0,400}")


def prompted_by(header: bytes) -> bytes:
    """What is kept of the header of a request; empty where no notification of ours is in it."""
    if len(header) > LONGEST or b"pinisi=" not in header:
        return b""
    text = header.decode("latin-1")
    return text.encode("latin-1") if _steps(text) else b""


def was_told(prompted: bytes, tenant: str, subscription: str, entity: str) -> bool:
    """Whether a change is the work of those who heard of this entity by this subscription."""
    who, what = _step(tenant, subscription, entity).split("-")
    told = [step.partition("-")[2] for step in _steps(prompted.decode("latin-1")) if step.startswith(who)]
    return what in told or len(told) >= MOST_ROUNDS


def correlator(prompted: Iterable[bytes], tenant: str, subscription: str, entities: Sequence[str], first: int) -> str:
    """The header of a notification.

    Args:
        prompted: what is kept of the changes that it tells of.
        first: the position of the first of them; names a chain that begins here.
    """
    before = [text.decode("latin-1") for text in prompted if text]
    steps = [step for text in before for step in _steps(text)]
    steps += [_step(tenant, subscription, entity) for entity in entities]
    steps = list(dict.fromkeys(steps))[-MOST_STEPS:]
    root = _others(before[0]) if before else _digest(f"{tenant}\n{first}", 16)
    return f"{root}; {_COUNT}={len(steps)}; {_OURS}={'.'.join(steps)}"


def _steps(text: str) -> list[str]:
    """The newest steps of a chain; none where it is not in our form."""
    for part in text.split(";"):
        name, _, value = part.strip().partition("=")
        if name == _OURS and _STEPS.fullmatch(value):
            return value.split(".")[-MOST_STEPS:]
    return []


def _others(text: str) -> str:
    """What the header says besides: its root, and what others added."""
    parts = [part.strip() for part in text.split(";")]
    kept = [part for part in parts if part.partition("=")[0] not in (_OURS, _COUNT)]
    told = "; ".join(kept)
    return told if told and _KEPT.fullmatch(told) else _digest(text, 16)


def _step(tenant: str, subscription: str, entity: str) -> str:
    return f"{_digest(f'{tenant}/{subscription}', 8)}-{_digest(entity, 4)}"


def _digest(text: str, size: int) -> str:
    return blake2b(text.encode(), digest_size=size).hexdigest()
