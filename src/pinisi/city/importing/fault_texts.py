"""The catalogue of faults: texts in three languages, and what the doctor does unless the city rules otherwise."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from pinisi.city.text import Text, fill

Action = Literal["quarantine", "accept-with-flag", "merge", "notice", "refuse"]


class FaultText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One fault of the catalogue."""

    action: Action
    id: str
    en: str
    ja: str

    @property
    def text(self) -> Text:
        return Text(self.id, self.en, self.ja)


@cache
def catalogue() -> Mapping[str, FaultText]:
    content = files("pinisi.city.importing").joinpath("faults.toml").read_bytes()
    return msgspec.toml.decode(content, type=dict[str, FaultText])


def fault_text(code: str, words: Mapping[str, str | float | Text]) -> Text:
    """What a fault is, with its words filled in."""
    return fill(catalogue()[code].text, **words)


def english(code: str, words: Mapping[str, str | float]) -> str:
    return fault_text(code, words).en


def actions(ruled: Mapping[str, str]) -> dict[str, Action]:
    """What becomes of each fault: as the catalogue says, or as the city's rules do (`[imports]` of rules.toml)."""
    known: dict[str, Action] = {code: fault.action for code, fault in catalogue().items()}
    for code, rule in ruled.items():
        known[code] = "quarantine" if rule == "quarantine" else "accept-with-flag"
    return known


NOT_FOR_RULES = frozenset(
    {
        "no-id",
        "id-not-uri",
        "unreadable-row",
        "cut-short",
        "cell-count",
        "no-object",
        "no-entity",
        "too-deep",
        "no-feature",
        "repeated-id",
        "duplicate-row",
        "same-time",
    }
)
"""Rows that cannot be loaded whatever the city rules: they are no entity, or two of one."""
