"""`python verifier EXPORT [--checkpoints FILE] [--key FILE]`: check exported trails; exit code 1 when one is wrong."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from .check import Verdict, check_trail
from .exported import Trail, read_trails
from .statements import Checkpoint, Key, Unreadable, read_checkpoint, read_key

CLEAN, WRONG, NOT_READ = 0, 1, 2


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="verifier", description="Check exported audit trails of Pinisi.")
    parser.add_argument("exports", nargs="+", type=Path, metavar="EXPORT")
    parser.add_argument("--checkpoints", type=Path, metavar="FILE", help="checkpoints that were kept outside")
    parser.add_argument("--key", type=Path, metavar="FILE", help="the public keys that you trust")
    given = parser.parse_args(words)
    try:
        keys = read_keys(given.key) if given.key else []
        outside = read_checkpoints(given.checkpoints) if given.checkpoints else []
        return max([check_file(path, keys, outside) for path in given.exports])
    except (Unreadable, OSError) as error:
        print(f"verifier: {error}", file=sys.stderr)
        return NOT_READ


def check_file(path: Path, keys: Sequence[Key], outside: Sequence[Checkpoint]) -> int:
    """Check every trail of one export and print what was found."""
    with path.open("rb") as file:
        try:
            return check_all(read_trails(file), keys, outside)
        except Unreadable as error:
            raise Unreadable(f"{path}: {error}") from error


def check_all(trails: Iterable[Trail], keys: Sequence[Key], outside: Sequence[Checkpoint]) -> int:
    """Check trails one after the other; checkpoints of a tenant that has none are a finding too."""
    worst, seen = CLEAN, set[str]()
    for trail in trails:
        verdict = check_trail(trail, keys, outside)
        seen.add(trail.tenant)
        worst = max(worst, WRONG if verdict.findings else CLEAN)
        for row in said(verdict):
            print(row)
    for tenant in sorted({each.tenant for each in outside} - seen):
        print(f"{tenant}: note: there are checkpoints of this trail, and it is not among those that were checked")
    return worst


def said(verdict: Verdict) -> Iterator[str]:
    """What was found, a sentence a row."""
    span = f"lines {verdict.begin + 1} to {verdict.last}" if verdict.lines else "no lines"
    sealed = f"confirmed up to {verdict.sealed}" if verdict.sealed else "not confirmed by any checkpoint"
    state = f"NOT AS IT WAS: {span}" if verdict.findings else f"unchanged: {span}, {sealed}"
    yield f"{verdict.tenant}: {state}"
    for finding in verdict.findings:
        yield f"{verdict.tenant}: {finding.kind}: {finding.said}"
    for note in verdict.notes:
        yield f"{verdict.tenant}: note: {note}"


def read_keys(path: Path) -> list[Key]:
    """Raises `Unreadable`."""
    return [read_key(row) for row in _rows(path, "key ")]


def read_checkpoints(path: Path) -> list[Checkpoint]:
    """Raises `Unreadable`. Other rows are left out: a mail may stand around them."""
    return [read_checkpoint(row) for row in _rows(path, "checkpoint ")]


def _rows(path: Path, word: str) -> list[str]:
    rows = [row.strip() for row in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    found = [row for row in rows if row.startswith(word)]
    if not found:
        raise Unreadable(f"{path}: no row begins with {word.strip()!r}")
    return found


if __name__ == "__main__":
    sys.exit(main())
