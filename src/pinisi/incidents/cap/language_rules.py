"""Blocks in several languages (clause 3.2.2): they say the same, each in its own words.

Blocks of one language are a sequence of their own. Where each language has as many, the first of one is held against
the first of the other, and so on; a language that lacks blocks is told.
"""

from collections.abc import Iterator, Mapping, Sequence

from pinisi.incidents.cap.findings import Report
from pinisi.incidents.cap.info_rules import WORDED
from pinisi.incidents.cap.model import DEFAULT_LANGUAGE
from pinisi.incidents.cap.moments import instant_of
from pinisi.incidents.cap.places import At

SAME = ("urgency", "severity", "certainty")
SAME_TIMES = ("effective", "onset", "expires")


def check_languages(root: At, report: Report) -> None:
    blocks = _by_language(root)
    if len(blocks) < 2:
        return
    (first, own), *others = blocks.items()
    for language, theirs in others:
        if len(theirs) != len(own):
            report.add(
                "language.fewer", root.path, root.line, one=first, other=language, some=len(own), many=len(theirs)
            )
        else:
            for mine, its in zip(own, theirs, strict=True):
                _alike(mine, its, first, language, report)
    _own_words(blocks, report)


def primary(language: str) -> str:
    """`en` of `en-GB`: two kinds of English may well say the same."""
    return language.partition("-")[0].lower()


def _by_language(root: At) -> Mapping[str, list[At]]:
    blocks: dict[str, list[At]] = {}
    for info in root.all("info"):
        blocks.setdefault(primary(info.said("language") or DEFAULT_LANGUAGE), []).append(info)
    return blocks


def _alike(mine: At, its: At, one: str, other: str, report: Report) -> None:
    for name in _unlike(mine, its):
        report.add("language.unlike", its.path, its.line, name=name, one=one, other=other)


def _unlike(mine: At, its: At) -> Iterator[str]:
    for name in SAME:
        if mine.said(name) != its.said(name):
            yield name
    for name in SAME_TIMES:
        if instant_of(mine.said(name)) != instant_of(its.said(name)):
            yield name
    if _drawn(mine) != _drawn(its):
        yield "area"


def _drawn(at: At) -> list[str]:
    return [" ".join(each.text.split()) for name in ("polygon", "circle") for each in at.all("area", name)]


def _own_words(blocks: Mapping[str, Sequence[At]], report: Report) -> None:
    """The same sentence in two languages: one of the blocks was not translated."""
    for name in WORDED:
        seen: dict[str, str] = {}
        for language, infos in blocks.items():
            for at in (found for info in infos if (found := info.first(name)) is not None and found.text):
                other = seen.setdefault(at.text, language)
                if other != language and any(char.isalpha() for char in at.text):
                    report.add("language.same-words", at.path, at.line, one=other, other=language)
