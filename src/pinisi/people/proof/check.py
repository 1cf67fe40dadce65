"""Checks one trail: every line against its link, the whole against signed checkpoints, its begin against retention.

A change of what stands breaks links; deleting and inserting breaks the numbers too. Whoever makes all links anew
contradicts the checkpoints; whoever holds the machine's key and signs anew contradicts those that were kept outside.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from .exported import Line, Trail, first_link, next_link
from .statements import Checkpoint, Key, signed_by, trusted_keys
from .strange import Strange, explained

_TRIMMED = b'"log-trimmed"'
MOST_STRANGE = 2_000
"""Lines that do not fit and are looked at closely; more are counted."""


@dataclass(frozen=True)
class Finding:
    """What is wrong: a word for the kind, the lines that it concerns (0: none), and a sentence."""

    kind: str
    first: int
    last: int
    said: str


@dataclass
class Verdict:
    """What was found in one trail. `sealed` is the last position that a trusted checkpoint confirms (0: none)."""

    tenant: str
    lines: int = 0
    begin: int = 0
    last: int = 0
    sealed: int = 0
    findings: list[Finding] = field(default_factory=list[Finding])
    notes: list[str] = field(default_factory=list[str])


@dataclass
class _Walk:
    """What one way through the lines has shown."""

    position: int
    link: bytes
    count: int = 0
    strange: list[Strange] = field(default_factory=list[Strange])
    highest: int = 0
    more: int = 0
    links: dict[int, bytes] = field(default_factory=dict[int, bytes])
    through: int = 0


def check_trail(trail: Trail, given: Sequence[Key] = (), outside: Iterable[Checkpoint] = ()) -> Verdict:
    """Check a trail.

    Args:
        given: public keys that the reader trusts; without any, those that the trail itself brings.
        outside: checkpoints that were kept elsewhere, of any tenant.
    """
    keys = trusted_keys(list(given) or trail.keys, trail.keys)
    kept = [each for each in outside if each.tenant == trail.tenant]
    verdict = Verdict(trail.tenant, begin=trail.begin, last=trail.begin)
    inside, foreign = (_valid(trail.tenant, some, keys, where, verdict) for some, where in
                       ((trail.checkpoints, "in the trail"), (kept, "kept outside")))  # fmt: skip
    walk = _walk(trail, {each.position for each in (*inside, *foreign)})
    verdict.lines, verdict.last = walk.count, walk.highest
    _check_begin(trail, inside, walk, verdict)
    _say_strange(walk, verdict)
    for checkpoints, where in ((inside, "in the trail"), (foreign, "kept outside")):
        _compare(checkpoints, where, walk, verdict)
    _check_end(trail, verdict)
    if verdict.lines and not (inside or foreign) and not verdict.findings:
        said = "no signed checkpoint confirms any line: all of it could have been made anew"
        verdict.findings.append(Finding("unsigned", verdict.begin + 1, verdict.last, said))
    if not given:
        names = ", ".join(sorted(keys)) or "none"
        verdict.notes.append(f"the keys are the trail's own ({names}): compare them with those that were published")
    return verdict


def _valid(
    tenant: str, checkpoints: Iterable[Checkpoint], keys: dict[str, Key], where: str, verdict: Verdict
) -> list[Checkpoint]:
    found: list[Checkpoint] = []
    for each in checkpoints:
        key = keys.get(each.key)
        said = f"the checkpoint of {each.time} {where}, at line {each.position},"
        if key is None:
            fault = f"{said} is signed with the key {each.key}, which nobody vouches for"
        elif each.tenant != tenant or not signed_by(each.signature, key.public, each.message()):
            fault = f"{said} was forged or changed: its signature is not right"
        else:
            found.append(each)
            continue
        verdict.findings.append(Finding("forged", each.position, each.position, fault))
    return sorted(found, key=lambda each: each.position)


def _walk(trail: Trail, wanted: set[int]) -> _Walk:
    walk = _Walk(trail.begin, trail.begin_link, highest=trail.begin, links={trail.begin: trail.begin_link})
    for line in trail.lines:
        fits = next_link(walk.link, line.text) == line.link
        if not (fits and line.position == walk.position + 1):
            if len(walk.strange) < MOST_STRANGE:
                walk.strange.append(Strange(line, walk.position, walk.link, walk.highest))
            else:
                walk.more += 1
        elif _TRIMMED in line.text:
            walk.through = max(walk.through, _through(line))
        if line.position in wanted:
            walk.links.setdefault(line.position, line.link)
        walk.count += 1
        walk.position = line.position if line.position >= 0 else walk.position + 1
        walk.highest = max(walk.highest, walk.position)
        walk.link = line.link
    return walk


def _through(line: Line) -> int:
    """Through which position the line says that the log has been trimmed; 0 when it says something else."""
    try:
        op, subject, detail = (json.loads(line.text)[n] for n in (2, 3, 8))
    except (ValueError, IndexError, RecursionError):
        return 0
    if (op, subject) != ("audit", "log") or not isinstance(detail, dict) or detail.get("act") != "log-trimmed":  # pyright: ignore[reportUnknownMemberType]
        return 0
    through: object = detail.get("through")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return through if isinstance(through, int) else 0


def _check_begin(trail: Trail, inside: Sequence[Checkpoint], walk: _Walk, verdict: Verdict) -> None:
    """A trail begins where its tenant's does, or at a sealed line up to which it says that it was trimmed."""
    if trail.begin_link == first_link(trail.tenant):
        return
    link = trail.begin_link.hex()
    if not any(each.position == trail.begin and each.link == link for each in inside):
        said = f"the trail begins after line {trail.begin}, and no checkpoint confirms what stood there"
        verdict.findings.append(Finding("truncated", 0, trail.begin, said))
    if walk.through < trail.begin:
        said = f"lines up to {trail.begin} are gone, but retention took them only up to {walk.through}"
        verdict.findings.append(Finding("deleted", walk.through + 1, trail.begin, said))


def _say_strange(walk: _Walk, verdict: Verdict) -> None:
    for kind, first, last, said in explained(walk.strange):
        verdict.findings.append(Finding(kind, first, last, said))
    if walk.more:
        verdict.notes.append(f"{walk.more} more lines do not fit and were not looked at closely")
    if walk.strange and not verdict.findings:
        first = walk.strange[0].line.position
        verdict.findings.append(Finding("edited", first, first, f"line {first} does not fit its link"))


def _compare(checkpoints: Sequence[Checkpoint], where: str, walk: _Walk, verdict: Verdict) -> None:
    """Hold links that stand against those that were signed."""
    agreed = verdict.begin
    for each in checkpoints:
        if each.position < verdict.begin:
            continue
        if each.position > verdict.last:
            said = (
                f"the trail ends at line {verdict.last}; the checkpoint of {each.time} {where} saw line {each.position}"
            )
            verdict.findings.append(Finding("truncated", verdict.last + 1, each.position, said))
            return
        stands = walk.links.get(each.position)
        if stands is not None and stands.hex() == each.link:
            agreed = each.position
            verdict.sealed = max(verdict.sealed, agreed)
        elif not _broken(walk, agreed, each.position):
            said = (
                f"lines {agreed + 1} to {each.position} were changed and their links made anew: the checkpoint of "
                f"{each.time} {where} says otherwise"
            )
            verdict.findings.append(Finding("re-hashed", agreed + 1, each.position, said))
            return


def _broken(walk: _Walk, after: int, through: int) -> bool:
    """Whether lines between two positions do not fit, which explains a link that differs."""
    return walk.more > 0 or any(
        after < each.line.position <= through or each.line.position < 0 for each in walk.strange
    )


def _check_end(trail: Trail, verdict: Verdict) -> None:
    for fault in trail.faults:
        verdict.findings.append(Finding("unreadable", 0, 0, fault))
    if trail.end != verdict.last:
        ends = "has no end: it was cut" if trail.end is None else f"should end at line {trail.end}"
        said = f"the trail {ends}; its last line is {verdict.last}"
        verdict.findings.append(Finding("truncated", verdict.last, trail.end or verdict.last, said))
    if verdict.last > verdict.sealed:
        verdict.notes.append(f"lines {verdict.sealed + 1} to {verdict.last} came after the last checkpoint")
