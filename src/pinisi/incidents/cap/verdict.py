"""A message's whole verdict: what it is, what is wrong with it, what its signature is worth; and that in words."""

from collections.abc import Iterator

import msgspec

from pinisi.city.text import Language, Text, fill
from pinisi.incidents.cap.findings import Finding
from pinisi.incidents.cap.judge import Judgement, judge
from pinisi.incidents.cap.signature import BROKEN, Signed, check_signature
from pinisi.incidents.cap.words import words
from pinisi.vocabulary.instant import Instant


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    judgement: Judgement
    signature: Signed

    @property
    def good(self) -> bool:
        """What the standard demands, and not known to be tampered with. Unsigned is not bad: the standard allows it."""
        return self.judgement.valid and self.signature.verdict not in BROKEN


def verdict_of(body: bytes, trusted: bytes = b"", at: Instant | None = None) -> Verdict:
    """Raises ValueError: `trusted` holds something else than certificates in PEM."""
    judgement = judge(body)
    read = judgement.version is not None
    return Verdict(judgement=judgement, signature=check_signature(body if read else b"", trusted, at))


def verdict_lines(verdict: Verdict, language: Language) -> Iterator[str]:
    """For a person: the verdict, the signature, then each finding with its place and clause."""
    judgement = verdict.judgement
    head = "good" if judgement.valid else "faulty" if judgement.version is not None else "none"
    yield _word(f"verdict.{head}", language, version=judgement.version or "")
    if judgement.version is not None:
        yield f"{_word('word.signature', language)}: {_in(verdict.signature.reason, language)}"
        if verdict.signature.laid_out:
            yield f"  {_word('signature.laid-out', language)}"
    for finding in judgement.findings:
        yield finding_line(finding, language)
    if judgement.more:
        yield f"... +{judgement.more}"


def finding_line(finding: Finding, language: Language) -> str:
    weight = _word(f"word.{finding.weight}", language)
    place = f"{finding.path}, {_word('word.line', language)} {finding.line}" if finding.line else finding.path
    return f"{weight}: {place}: {_in(finding.reason, language)} [{finding.rule}; {finding.clause}]"


def _in(text: Text, language: Language) -> str:
    return str(getattr(text, language))


def _word(key: str, language: Language, **values: str) -> str:
    return _in(fill(words()[key], **values), language)
