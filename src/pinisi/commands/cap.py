"""`pinisi cap`: what a warning is worth, in words."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pinisi.city.text import Language
from pinisi.commands.failure import CommandFailed
from pinisi.incidents.cap.verdict import Verdict, verdict_lines, verdict_of


def check(files: Sequence[Path], trusted: Sequence[Path], language: Language, *, as_json: bool) -> int:
    """Print what is found in each file; 0 when all are CAP 1.2 and no signature is broken."""
    certificates = b"\n".join(_bytes_of(file) for file in trusted)
    good = True
    for file in files:
        verdict = _verdict(file, certificates)
        good = good and verdict.good
        if as_json:
            print(msgspec.json.encode({"file": str(file), "verdict": verdict}).decode())
        else:
            print("\n  ".join([f"{file}:", *verdict_lines(verdict, language)]))
    return 0 if good else 1


def _verdict(file: Path, certificates: bytes) -> Verdict:
    try:
        return verdict_of(_bytes_of(file), certificates)
    except ValueError as error:
        raise CommandFailed(str(error)) from None


def _bytes_of(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise CommandFailed(f"{file}: {error.strerror}") from None
